// Waits until AgentOS has stored the end of the runs of a session: those that this page began, and those of other pages that the server
// lists, which are those in the background. A run writes its own copy of the session at its
// end (AgentOS 3.1.10): over a name given meanwhile, and a session deleted meanwhile comes back. That is later than the page's
// last frame if the answer was stopped, its connection was lost, or the page has left it for another conversation.

import { probeRun } from '../agentos/probe-run'
import { fetchRunStatus } from '../agentos/sessions'
import { isUnderWay } from '../snapshot/stored-run'
import { resolveFields } from './core-config'
import type { CoreDriver } from './core-driver'
import { delay } from './delay'
import { listRuns } from './run-list'
import { componentRunsPath } from './run-path'

/** The last run of each session that the page has left, if its end may not be stored. */
const leftRuns = new WeakMap<CoreDriver, Map<string, string>>()

/** The page is about to leave its conversation: notes what goes on in it. */
export function noteLeft(driver: CoreDriver): void {
  const { sessionId } = driver.snapshot
  const run = sessionId === null ? undefined : openRun(driver, sessionId)
  if (sessionId === null || run === undefined) return
  const runs = leftRuns.get(driver) ?? new Map<string, string>()
  leftRuns.set(driver, runs.set(sessionId, run))
}

/** Also after `dispose()`: what was asked for before is still done. Never rejects. */
export async function runsEnd(driver: CoreDriver, id: string): Promise<void> {
  const wasRunning = isRunning(driver, id)
  while (isRunning(driver, id)) await change(driver)
  const open = openRun(driver, id, wasRunning)
  leftRuns.get(driver)?.delete(id)
  if (open === '') await delay(UNKNOWN_MS)
  else if (open !== undefined) await isStored(driver, id, open)
  for (const run of await listedRunning(driver, id)) await isStored(driver, id, run)
}

async function listedRunning(driver: CoreDriver, id: string): Promise<string[]> {
  try {
    return (await listRuns(driver, id)).filter(({ status }) => isUnderWay(status)).map((run) => run.id)
  } catch {
    return []
  }
}

/** The last run of the conversation, unless its end is known to be stored. `''`: there may be one whose id is not known. */
function openRun(driver: CoreDriver, id: string, wasRunning = false): string | undefined {
  const { sessionId, turns } = driver.snapshot
  if (sessionId !== id) return leftRuns.get(driver)?.get(id)
  const { outcome, runId } = turns.at(-1) ?? {}
  const isEnded = outcome === undefined || ((outcome === 'completed' || outcome === 'paused') && !wasRunning)
  return isEnded ? undefined : runId ?? ''
}

const isRunning = ({ isDisposed, snapshot }: CoreDriver, id: string) => !isDisposed && snapshot.sessionId === id && snapshot.isStreaming

/** Resolves when the snapshot has changed, or after half a second: listeners are not told that a handler was disposed of. */
export async function change(driver: CoreDriver): Promise<void> {
  let stop = () => {}
  await Promise.race([new Promise<void>((resolve) => (stop = driver.subscribe(resolve))), delay(CHECK_MS)])
  stop()
}

/** A run that goes on in the background is waited for; one of which nothing comes any more is not. */
async function isStored({ options }: CoreDriver, session: string, run: string): Promise<void> {
  const runs = componentRunsPath(options)
  for (let attempt = 0; runs && attempt < ATTEMPTS;) {
    const status = await fetchRunStatus(options, runs, run, session)
    if (status && !isUnderWay(status)) return
    const isLive = attempt > 0 && status !== undefined && (await probeRun(options, runs, run, session, userOf(options)))?.isLive
    if (!isLive) attempt++
    await delay(isLive ? LIVE_MS : INTERVAL_MS)
  }
}

/** The option `fields` may throw: the request itself will say so. */
function userOf(options: CoreDriver['options']): string | undefined {
  try {
    return resolveFields(options).user_id
  } catch {
    return undefined
  }
}

const ATTEMPTS = 20
const INTERVAL_MS = 150
const LIVE_MS = 500
const CHECK_MS = 500
const UNKNOWN_MS = 600
