// Asks for an answer again. What the core needs to know before: how the server has stored a run that did not complete here.

import { fetchRunStatus } from '../agentos/sessions'
import { isUnderWay } from '../snapshot/stored-run'
import type { CoreDriver } from './core-driver'
import { delay } from './delay'
import { aloneInSession } from './exclusive'
import { isEnding, moment } from './response-end'
import { componentRunsPath } from './run-path'
import { withMark } from '../snapshot/edit-marks'
import { flattenPairs, resolveFields } from './core-config'
import { LAST_TURN, turnNumber } from './turn-argument'
import { assertArgument } from './validate-options'
import type { StreamHandler } from '../types/handler'
import type { Outcome, Turn } from '../types/snapshot'

/** See {@link StreamHandler.regenerate}. */
export async function regenerate(driver: CoreDriver, options: Parameters<StreamHandler['regenerate']>[0]): Promise<Outcome> {
  if (driver.isDisposed) return 'cancelled'
  // The event that an onClick passes has neither.
  const { turn, instructions } = options ?? {}
  assertArgument('regenerate', '{ turn, instructions }', options, !isTurn(options))
  assertArgument('regenerate', 'instructions that are a text', instructions, instructions === undefined || typeof instructions === 'string')
  const id = turn === undefined ? LAST_TURN : turnNumber('regenerate', turn)
  const refuse = () => {
    const why = driver.core.whyNotAgain(id)
    if (why !== undefined) throw new Error(`ai-stream-handler: regenerate(): ${why}`)
  }
  while (isEnding(driver)) await moment()
  if (driver.isDisposed) return 'cancelled'
  refuse()
  return aloneInSession(driver, 'regenerate', async () => {
    const run = uncompletedRun(driver, id)
    const stored = run && await storedStatus(driver, run)
    if (driver.isDisposed) return 'cancelled'
    refuse()
    const outcome = await ask(driver, id, instructions, stored)
    // AgentOS 3.1.10 remembers a stop that came after the run's end: it refuses one background request without sending an event (hence
    // the core's "without saying why"), and stores an agent's run as cancelled.
    if (!run || stored !== 'COMPLETED' || !/without saying why/.test(driver.snapshot.error?.message ?? '')) return outcome
    const status = await storedStatus(driver, run)
    const canAsk = !driver.isDisposed && lastRun(driver, turnOf(driver, id)) === run && !driver.core.whyNotAgain(id)
    return canAsk && (status === 'CANCELLED' || status === stored) ? ask(driver, id, instructions, status) : outcome
  })
}

function ask(driver: CoreDriver, id: number, instructions: string | undefined, stored: string | undefined): Promise<Outcome> {
  driver.generation++
  return driver.startCall((ticket) => {
    const { core } = driver
    const fields = resolveFields(driver.options)
    const of = lastRun(driver, turnOf(driver, id))
    // If the question is sent as a new message, its metadata say that it is not another turn.
    if (of !== undefined) core.fields(flattenPairs({ ...fields, metadata: withMark(fields.metadata, { of, hid: [], left: [], again: true }) }))
    core.regenerate(ticket, id, instructions ?? '', stored)
    core.fields(flattenPairs(fields))
  })
}

/** The turn itself, where an object with it is expected. */
const isTurn = (given: unknown): boolean => given != null && (typeof given !== 'object' || ('answer' in given && 'versions' in given))

/** A turn's last run, unless it is known to have completed. */
function uncompletedRun(driver: CoreDriver, id: number): string | undefined {
  const turn = turnOf(driver, id)
  if (!turn || (turn.outcome === 'completed' && turn.notice === null)) return undefined
  return (turn.notice === null ? turn.runId : lastRun(driver, turn)) || undefined
}

/**
 * The status of a run on the server. One that was just stopped is waited for; it may have completed before it could be stopped, and then
 * it is the one to regenerate.
 */
async function storedStatus(driver: CoreDriver, run: string): Promise<string | undefined> {
  for (let attempt = 1; ; attempt++) {
    const status = await fetchRunStatus(driver.options, componentRunsPath(driver.options), run, driver.snapshot.sessionId)
    if (attempt === ATTEMPTS || driver.isDisposed || !isUnderWay(status)) return status
    await delay(INTERVAL_MS)
  }
}

const turnOf = ({ snapshot: { turns } }: CoreDriver, id: number): Turn | undefined => (id === LAST_TURN ? turns.at(-1) : turns.find((turn) => turn.id === `t${id}`))

/** The last run of a turn, also if it shows an earlier version. The core names each run behind a sign. */
const lastRun = ({ core }: CoreDriver, turn: Turn | undefined) => turn && core.runsFrom(Number(turn.id.slice(1))).split('\n')[0]!.split('\t').filter(Boolean).at(-1)?.slice(1)

const ATTEMPTS = 5
const INTERVAL_MS = 300
