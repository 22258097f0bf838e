// Which stored runs are versions of one turn. AgentOS 3.1.10 lists runs in the order of their creation, members before or behind
// their parents, and names the run that another one was made from (docs/agentos-protocol.md §15).

import type { Json } from '../types/json'

export type Fields = Record<string, Json>

/** A run as `GET /sessions/{id}/runs` returns it. */
export interface StoredRun {
  run_id: string
  parent_run_id?: string | null
  status?: string
  run_input?: Json
  content?: Json
  created_at?: string | number
  events?: Fields[] | null
  tools?: Fields[] | null
  messages?: Fields[] | null
  agent_id?: string
  team_id?: string
  workflow_id?: string
  /** The run whose answer it replaces. */
  regenerated_from?: string | null
  /** The run it was made from, and how many of its messages it kept. */
  forked_from_run_id?: string | null
  forked_from_message_index?: number | null
  /** The session that this one is a copy of. */
  forked_from_session_id?: string | null
}

export function isRun(value: unknown): value is StoredRun {
  return typeof value === 'object' && value !== null && typeof (value as StoredRun).run_id === 'string'
}

/** The versions of each turn, in the order of the turns; each version is a run, or the attempts that led to it. */
export function groupVersions(runs: StoredRun[]): StoredRun[][][] {
  const turns: StoredRun[][][] = []
  const turnOf = new Map<string, StoredRun[][]>()
  for (const run of runs) {
    if (run.parent_run_id) continue
    const last = turns.at(-1)
    const before = last?.at(-1)?.at(-1)
    const source = sourceOf(run)
    let turn = source ? turnOf.get(source) : undefined
    if (turn) turn.push([run])
    // The same question after an error is a retry: one version. After an answer that was stopped, it is another one.
    else if (before?.status === 'ERROR' && sameInput(before, run)) (turn = last!).at(-1)!.push(run)
    else if (before?.status === 'CANCELLED' && sameInput(before, run)) (turn = last!).push([run])
    else turns.push((turn = [[run]]))
    turnOf.set(run.run_id, turn)
  }
  return turns
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

/**
 * What the user said. `run_input` of a run that was made from another one, or edited in place, is the text of before: the words
 * that count are those of the messages. A message may have more than the user's words behind them.
 */
export function userText(run: StoredRun): string | null {
  const input = inputText(run.run_input)
  const cut = run.forked_from_message_index
  const own = typeof cut === 'number' && run.messages?.[cut]?.role === 'user' && !run.regenerated_from ? run.messages[cut] :
    run.messages?.find(({ role, from_history }) => role === 'user' && !from_history)
  const said = own?.content
  return typeof said !== 'string' || (input !== null && said.startsWith(input)) ? input : said
}

function inputText(input: Json | undefined): string | null {
  if (input === undefined || input === null) return null
  if (typeof input === 'string') return input
  const { input_content: content } = input as Fields
  return typeof content === 'string' ? content : JSON.stringify(content ?? input)
}

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
    events: run.events?.map((event) => {
      const { session_id: _original, ...own } = renamed(event, ['run_id', 'parent_run_id'])
      return own
    }),
  }))
}
