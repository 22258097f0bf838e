// A run as AgentOS 3.1.10 has stored it, and what its user said.

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
  metadata?: Fields | null
  /** Not of AgentOS: it is the first part of a run whose message was replaced in place. */
  isReplaced?: boolean
  /** Not of AgentOS: its message was edited. */
  edit?: EditMark
}

export function isRun(value: unknown): value is StoredRun {
  return typeof value === 'object' && value !== null && typeof (value as StoredRun).run_id === 'string'
}

/** Whether a run with this status is being carried out, or is about to be. */
export const isUnderWay = (status: string | undefined): boolean => /^(RUNNING|PENDING)$/i.test(status ?? '')

/** What the metadata of an edited message's run says. */
export interface EditMark {
  /** A run of the turn that was edited. */
  of: string
  /** The runs that were hidden. Their successors were begun for that alone. */
  hid: string[]
  /** Successors that an earlier, unfinished edit has left. */
  left: string[]
  /** Not an edit: the same question, sent once more because its answer was stopped. */
  again?: boolean
}

/**
 * What the user said. `run_input` of a run that was made from another one, or edited in place, is the text of before: the words
 * that count are those of the messages. A message may have more than the user's words behind them.
 */
export function userText(run: StoredRun): string | null {
  const input = inputText(run.run_input)
  const said = askedIn(run)
  return typeof said !== 'string' || (input !== null && said.startsWith(input)) ? input : said
}

/** The content of the user's message. */
export function askedIn(run: StoredRun): Json | undefined {
  const cut = run.forked_from_message_index
  const own = typeof cut === 'number' && run.messages?.[cut]?.role === 'user' && !run.regenerated_from ? run.messages[cut] :
    run.messages?.find(({ role, from_history }) => role === 'user' && !from_history)
  return own?.content
}

export function inputText(input: Json | undefined): string | null {
  if (input === undefined || input === null) return null
  if (typeof input === 'string') return input
  const { input_content: content } = input as Fields
  return typeof content === 'string' ? content : JSON.stringify(content ?? input)
}
