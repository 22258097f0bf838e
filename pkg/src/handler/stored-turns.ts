// Shows the turns of a stored session: all of them, or those that were added since.

import { turnsFromRuns, type StoredVersion } from '../snapshot/stored-session'
import { runsListed } from '../agentos/sessions'
import { markFailed } from './failed-marks'
import { findRun } from './found-run'
import { noteLeft } from './stored-run-end'
import { returnEdit, takeEdit } from './unfinished-edit'
import type { CoreDriver } from './core-driver'
import type { RecordedCall } from '../types/recording'

/** Replaces the conversation by the stored session `id`. */
export function showStored(driver: CoreDriver, id: string, runs: unknown): void {
  noteLeft(driver)
  driver.show(id, [], () => recall(driver, storedTurns(driver, runs)))
  markFailed(driver, id, runsListed(runs)[0])
}

/** If an earlier page has not finished an edit, shows its turn, until the page opens the session. */
export function takeUpEdit(driver: CoreDriver): void {
  const point = driver.leftEdit
  driver.leftEdit = null
  if (!point) return
  const { runId, sessionId, user, text, askedAt } = point
  const { team, agent } = driver.options
  takeEdit(driver, point)
  driver.show(sessionId, [], () => recall(driver, storedTurns(driver, [{ run_id: runId, status: 'COMPLETED', run_input: user, content: text, created_at: askedAt, team_id: team, agent_id: agent }])))
  driver.isWhole = false
}

/**
 * Adds the turns that are not shown yet, if nothing else has changed; else shows the session anew. `isChanged`: a run shown here
 * has another status by now.
 */
export function updateStored(driver: CoreDriver, id: string, runs: unknown, isChanged: boolean): void {
  const turns = storedTurns(driver, runs)
  const areKnown = turns.map((versions) => versions.map((version) => version.runs.some((run) => findRun(driver, run))))
  const firstNew = areKnown.findIndex((known) => !known.every(Boolean))
  if (firstNew < 0 && !isChanged) return
  const isAddition = !isChanged && turns.slice(firstNew).every(([first], at) => !first!.edits && !areKnown[firstNew + at]!.some(Boolean))
  if (isAddition && driver.snapshot.turns.length > 0) driver.silently(() => recall(driver, turns.slice(firstNew)))
  else showStored(driver, id, runs)
}

/** Adds the turns with a run that `isWanted` and that are not shown yet. */
export function addStored(driver: CoreDriver, runs: unknown, isWanted: (run: string) => boolean): void {
  const isNew = (versions: StoredVersion[]) => versions.every((version) => !version.runs.some((run) => findRun(driver, run)))
  const wanted = storedTurns(driver, runs).filter((versions) => !versions[0]!.edits && isNew(versions) && versions.some((version) => version.runs.some(isWanted)))
  driver.silently(() => recall(driver, wanted))
}

/** Says of the turns shown that the model no longer sees their answers, if no other run has taken the place of those. */
export function noteForgotten(driver: CoreDriver, runs: unknown): void {
  recall(driver, [], storedTurns(driver, runs))
}

/** The versions of each turn; those of an edited question by themselves, where the edit was made. */
function storedTurns({ options }: CoreDriver, runs: unknown): StoredVersion[][] {
  const turns: StoredVersion[][] = []
  for (const version of turnsFromRuns(runs, options)) {
    if (version.isFirst || version.edits) turns.push([version])
    else turns.at(-1)!.push(version)
  }
  return turns
}

/** Adds `turns`; of those `shown`, some may be forgotten. */
function recall(driver: CoreDriver, turns: StoredVersion[][], shown = turns): void {
  const { core } = driver
  const { recalled } = driver
  const calls: RecordedCall[] = recalled?.requests === core.requests() ? recalled.calls : []
  const isReplayable = calls.length > 0 || !driver.snapshot.turns.length
  for (const versions of turns) {
    const [{ user: asked, edits }] = versions as [StoredVersion]
    for (const { turn, isFirst, edits: isEdit, user, keepsWork, at, frames } of versions) {
      const text = isEdit ? user ?? '' : user === asked ? undefined : user ?? undefined
      if (isFirst) {
        core.recall(user ?? undefined, at, frames)
        calls.push({ call: 'recall', with: [user, at, frames] })
      } else {
        core.recallVersion(edits ? turn : BEHIND_ALL, text, isEdit, keepsWork, at, frames)
        calls.push({ call: 'recallVersion', with: [edits ? turn : BEHIND_ALL, text ?? null, isEdit, keepsWork, at, frames] })
      }
    }
  }
  // The last version of each turn: after all of them, because an edit behind may have replaced it on purpose.
  for (const { isForgotten, runs } of shown.map((versions) => versions.at(-1)!)) {
    if (!isForgotten) continue
    core.forgetRun(runs.at(-1)!)
    calls.push({ call: 'forgetRun', with: [runs.at(-1)!] })
  }
  // For recordings that begin here.
  driver.recalled = isReplayable && calls.length ? { requests: core.requests(), first: Number(driver.snapshot.turns[0]?.id.slice(1)), calls } : undefined
  if (turns.length) returnEdit(driver)
}

/** Behind all turns: the core takes the last one. */
const BEHIND_ALL = 2 ** 32 - 1
