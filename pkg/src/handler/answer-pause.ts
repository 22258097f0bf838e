// Answers a paused run, unless another tab or device has: AgentOS 3.1.10 carries out both, and the tool runs twice
// (docs/agentos-protocol.md §15). So its stream is asked first; if the run goes on already, that is shown instead. Tabs that answer at
// the same moment take turns.

import { probeRun } from '../agentos/probe-run'
import { resolveFields } from './core-config'
import { exclusively } from './exclusive'
import { findRun } from './found-run'
import { isEnding, moment } from './response-end'
import { componentRunsPath } from './run-path'
import { change } from './stored-run-end'
import type { CoreDriver } from './core-driver'
import type { Outcome } from '../types/snapshot'

const GOES_ON = /^(RUNNING|PENDING|COMPLETED|CANCELLED|ERROR)$/

/** `answers`: form fields, names and values alternating. */
export async function answerPause(driver: CoreDriver, answers: string[]): Promise<Outcome> {
  const { options, snapshot: { runId, sessionId } } = driver
  const start = () => driver.startCall((ticket) => driver.core.continueRun(ticket, answers))
  const runs = componentRunsPath(options)
  while (isEnding(driver)) await moment()
  if (driver.isDisposed) return 'cancelled'
  // A second answer to a workflow is refused by AgentOS.
  if (runId === null || !runs || options.workflow) return start()
  return exclusively(`${options.endpoint ?? ''}${runs}/${runId}`, async (release) => {
    const state = await probeRun(options, runs, runId, sessionId, resolveFields(options).user_id)
    if (driver.isDisposed) return 'cancelled'
    const turn = findRun(driver, runId)
    if (driver.snapshot.status !== 'paused' || !turn) {
      release()
      return goneOn(driver, runId)
    }
    if (state && GOES_ON.test(state.status)) {
      release()
      return driver.follow(turn.turn)
    }
    const { framesRead } = driver.snapshot.diagnostics
    const outcome = start()
    // With the first frame the server knows, too, that the run goes on.
    const stop = driver.subscribe(() => driver.snapshot.diagnostics.framesRead > framesRead && release())
    return outcome.finally(stop)
  })
}

/** Meanwhile the run was answered elsewhere and followed, or the page did something else. Resolves with its end. */
async function goneOn(driver: CoreDriver, runId: string): Promise<Outcome> {
  const isRunning = () => !driver.isDisposed && findRun(driver, runId)?.outcome === 'running'
  if (driver.snapshot.isStreaming && !isRunning()) throw new Error('ai-stream-handler: continueRun() without a paused run')
  while (isRunning()) await change(driver)
  return driver.isDisposed ? 'cancelled' : driver.snapshot.turns.at(-1)?.outcome ?? 'cancelled'
}
