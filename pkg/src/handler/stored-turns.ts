// Shows the turns of a stored session: all of them, or those that were added since.

import { turnsFromRuns, type StoredTurn } from '../snapshot/stored-session'
import { findRun } from './found-run'
import type { CoreDriver } from './core-driver'

/** Replaces the conversation by the stored session `id`. */
export function showStored(driver: CoreDriver, id: string, runs: unknown): void {
  driver.show(id, [], () => recall(driver, turnsFromRuns(runs, driver.options)))
}

/**
 * Adds the turns that are not shown yet, if nothing else has changed; else shows the session anew. `isChanged`: a run shown here
 * has another status by now.
 */
export function updateStored(driver: CoreDriver, id: string, runs: unknown, isChanged: boolean): void {
  const turns = turnsFromRuns(runs, driver.options)
  const areKnown = turns.map((versions) => versions.map((version) => version.runs.some((run) => findRun(driver, run))))
  const firstNew = areKnown.findIndex((known) => !known.every(Boolean))
  if (firstNew < 0 && !isChanged) return
  const isAddition = !isChanged && areKnown.slice(firstNew).every((known) => !known.some(Boolean))
  if (isAddition && driver.snapshot.turns.length > 0) driver.silently(() => recall(driver, turns.slice(firstNew)))
  else showStored(driver, id, runs)
}

/** Adds the turns with a run that `isWanted` and that are not shown yet. */
export function addStored(driver: CoreDriver, runs: unknown, isWanted: (run: string) => boolean): void {
  const isNew = (versions: StoredTurn) => versions.every((version) => !version.runs.some((run) => findRun(driver, run)))
  const wanted = turnsFromRuns(runs, driver.options).filter((versions) => isNew(versions) && versions.some((version) => version.runs.some(isWanted)))
  driver.silently(() => recall(driver, wanted))
}

function recall({ core }: CoreDriver, turns: StoredTurn[]): void {
  for (const [{ user, at, frames }, ...again] of turns) {
    core.recall(user ?? undefined, at, frames)
    for (const version of again) core.recallVersion(version.user === user ? undefined : (version.user ?? undefined), version.keepsWork, version.at, version.frames)
  }
}
