// Which stored runs are versions of one turn. AgentOS 3.1.10 lists runs in the order of their creation, members before or behind
// their parents, and names the run that another one was made from (docs/agentos-protocol.md §15). Edits are told by edit-marks.ts.

import { renamedMark, splitEdits } from './edit-marks'
import type { StoredRun } from './stored-run'
import type { Json } from '../types/json'

/** Versions of a turn, each a run, or the attempts that led to it. */
export interface TurnVersions {
  /** Index of the turn. */
  turn: number
  /** They are of an edited question; the turns in between belong to the versions before. */
  edits: boolean
  versions: StoredRun[][]
}

/** The turns of a session, in their order; those of edited questions where the edit was made. */
export function groupVersions(stored: StoredRun[]): TurnVersions[] {
  const runs = splitEdits(stored.filter(({ parent_run_id }) => !parent_run_id))
  const groups: TurnVersions[] = []
  const groupOf = new Map<string, TurnVersions>()
  let turnCount = 0
  for (const run of runs) {
    const last = groups.at(-1)
    const before = last?.versions.at(-1)?.at(-1)
    const source = sourceOf(run)
    const edited = run.edit && groupOf.get(run.edit.of)
    let group = source ? groupOf.get(source) : undefined
    if (run.edit?.again && edited) group = edited
    if (group) group.versions.push([run])
    else if (edited) groups.push((group = { turn: edited.turn, edits: true, versions: [[run]] }))
    // The same question after an error is a retry: one version. After an answer that was stopped, it is another one.
    else if (before?.status === 'ERROR' && sameInput(before, run)) (group = last!).versions.at(-1)!.push(run)
    else if (before?.status === 'CANCELLED' && sameInput(before, run)) (group = last!).versions.push([run])
    else groups.push((group = { turn: turnCount++, edits: false, versions: [[run]] }))
    groupOf.set(run.run_id, group)
  }
  return groups
}

/**
 * The run of which this is another version: regenerated, run again, or with the question edited. Not one that goes on after its
 * end.
 */
function sourceOf(run: StoredRun): string | null | undefined {
  if (run.regenerated_from) return run.regenerated_from
  const cut = run.forked_from_message_index
  if (!run.forked_from_run_id || typeof cut !== 'number') return null
  const isFollowUp = run.messages?.[cut]?.role === 'user' && isAsked(run, cut)
  return isFollowUp ? null : run.forked_from_run_id
}

/** Whether one of the first `cut` messages is the user's. */
const isAsked = (run: StoredRun, cut: number) => (run.messages ?? []).slice(0, cut).some(({ role, from_history }) => role === 'user' && !from_history)

const sameInput = (a: StoredRun, b: StoredRun) => a.run_input !== undefined && JSON.stringify(a.run_input) === JSON.stringify(b.run_input)

/** The runs of a copied session with the ids they have in it: inside of them, AgentOS keeps those of the original. */
export function ownIds(runs: StoredRun[]): StoredRun[] {
  const ids = new Map<Json, string>()
  for (const { run_id, forked_from_session_id, events } of runs) {
    const before = forked_from_session_id && events?.[0]?.run_id
    if (before) ids.set(before, run_id)
  }
  if (!ids.size) return runs
  const renamed = <T extends object>(given: T, keys: (keyof T)[]): T => {
    const copy = { ...given }
    for (const key of keys) if (ids.has(given[key] as Json)) copy[key] = ids.get(given[key] as Json) as T[keyof T]
    return copy
  }
  return runs.map((run) => ({
    ...renamed(run, ['parent_run_id', 'regenerated_from', 'forked_from_run_id']),
    metadata: renamedMark(run.metadata, ids),
    events: run.events?.map((event) => {
      const { session_id: _original, ...own } = renamed(event, ['run_id', 'parent_run_id'])
      return own
    }),
  }))
}
