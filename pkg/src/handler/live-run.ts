// Finds the run of a session that goes on elsewhere. AgentOS 3.1.10 does not name it: the list of runs hints at it, and the run's
// stream says whether it does (docs/agentos-protocol.md §15).

import { probeRun } from '../agentos/probe-run'
import { isUnderWay } from '../snapshot/stored-run'
import { resolveFields } from './core-config'
import { findRun } from './found-run'
import { componentRunsPath } from './run-path'
import type { CoreDriver } from './core-driver'
import type { ListedRun } from '../agentos/sessions'

/** A run that goes on. */
export interface LiveRun {
  run: string
  /** Another run regenerates it, whose frames are kept under this id. */
  stream?: string
  /** It is listed as running: if its stream has ended, its end is not stored yet. */
  isListed?: boolean
}

/** `replaced`: the runs that have a successor, as far as is known. `named`: the run that another tab named. */
export async function findLiveRun(driver: CoreDriver, session: string, rows: ListedRun[], replaced: ReadonlySet<string>, named?: string): Promise<LiveRun | undefined> {
  const runs = componentRunsPath(driver.options)
  for (const candidate of candidates(driver, rows, replaced, named)) {
    const state = await probeRun(driver.options, runs, candidate.stream ?? candidate.run, session, resolveFields(driver.options).user_id)
    if (driver.isDisposed) return undefined
    if (state?.isLive || (candidate.isListed && state && ENDED.test(state.status))) return candidate
  }
  return undefined
}

const ENDED = /^(COMPLETED|CANCELLED|ERROR|PAUSED)$/

/** The most likely first. */
function candidates(driver: CoreDriver, rows: ListedRun[], replaced: ReadonlySet<string>, named: string | undefined): LiveRun[] {
  const found: LiveRun[] = []
  for (const [at, { id, status }] of [...rows.entries()].reverse()) {
    const known = findRun(driver, id)
    // What was stopped here stays stopped, and another version has taken the place of an older one.
    if (known?.outcome === 'cancelled' || known?.isLast === false || replaced.has(id)) continue
    const isRunning = isUnderWay(status)
    // The source of a regeneration in the background is RUNNING, then REGENERATED.
    const isSource = status === 'REGENERATED' || (isRunning && known?.outcome === 'completed')
    const mayGoOn = status === 'PAUSED' || (status === 'ERROR' && at === rows.length - 1) || id === named
    if (isSource) found.push(...streamsOf(id, named))
    else if (isRunning) found.unshift({ run: id, isListed: true })
    else if (mayGoOn) found.push({ run: id })
  }
  return found
}

/** Regenerated in the background, its frames are kept under its own id; an agent's in the foreground under the new run's. */
const streamsOf = (run: string, named: string | undefined): LiveRun[] => [named, run].flatMap((stream) => (stream ? [{ run, stream }] : []))
