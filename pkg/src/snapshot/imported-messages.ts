// Flat messages → turns, for `load`. A user's message starts a turn; its answer is the last message of role `agent`, a top-level
// one if there is any.

import { displayName, type Selected } from './component-names'
import { NO_USAGE, ONLY_VERSION } from './empty-snapshot'
import { withBlocks } from './message-blocks'
import type { ChatMessage } from '../types/message'
import type { Answer, Turn } from '../types/snapshot'

/**
 * Groups messages into turns. Returns them, and copies of the messages that share nothing with the caller's. `generation` makes the
 * ids of each load unique; an answer that does not tell whose it is gets the name of the selected component. Throws if `messages` is
 * not a list.
 */
export function importMessages(messages: readonly Partial<ChatMessage>[], generation: number, selected: Selected) {
  const name = displayName(selected)
  const copies = copiesOf(messages).map((message) => (isAgents(message) ? { ...message, name: nameIn(message) || (message.parentRunId ? '' : name) } : message))
  return { messages: copies, generation, turns: turnsFromMessages(copies, generation, name) }
}

function copiesOf(messages: readonly Partial<ChatMessage>[]): Partial<ChatMessage>[] {
  const copies = new Map<unknown, unknown>()
  const copy = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (copies.has(value)) return copies.get(value)
    const isList = Array.isArray(value)
    // Not of a class: a Date, a Blob.
    if (!isList && Object.prototype.toString.call(value) !== '[object Object]') return value
    const copied: Record<string, unknown> | unknown[] = isList ? [] : {}
    copies.set(value, copied)
    // The same code for both: the keys of a list are its indices.
    for (const [key, part] of Object.entries(value)) if (key !== '__proto__') (copied as Record<string, unknown>)[key] = copy(part)
    return copied
  }
  return messages.map(copy) as Partial<ChatMessage>[]
}

const isAgents = ({ role = 'agent' }: Partial<ChatMessage>) => role === 'agent'

const nameIn = ({ name, teamName, agentName }: Partial<ChatMessage>) => name || teamName || agentName

function turnsFromMessages(messages: readonly Partial<ChatMessage>[], generation: number, name: string): Turn[] {
  const turns: Turn[] = []
  let group: ChatMessage[] = []
  const closeTurn = () => {
    if (group.length) turns.push(turnFromGroup(group, `l${generation}-${turns.length}`, name))
    group = []
  }
  messages.forEach((given, at) => {
    if (given.role === 'user') closeTurn()
    group.push(withBlocks({ ...given, id: uniqueId(given, `l${generation}-`, at), role: given.role ?? 'agent', content: given.content ?? '', created_at: given.created_at ?? 0 }))
  })
  closeTurn()
  return turns
}

/** Its own id, unless it has the form of a streamed message's id, which this handler will assign again. */
function uniqueId({ id }: Partial<ChatMessage>, prefix: string, at: number): string {
  return id === undefined ? `${prefix}m${at}` : /^m\d+$/.test(id) ? prefix + id : id
}

function turnFromGroup(group: ChatMessage[], id: string, name: string): Turn {
  const user = group[0]?.role === 'user' ? group[0] : null
  const rest = user ? group.slice(1) : group
  const isAnswer = (m: ChatMessage) => m.role === 'agent' && !m.parentRunId
  const backwards = rest.slice().reverse()
  const answer = backwards.find(isAnswer) ?? backwards.find((m) => m.role === 'agent') ??
    withBlocks({ id: `${id}-answer`, role: 'agent', name, content: '', created_at: user?.created_at ?? 0 })
  const outcome = answer.streamingError ? 'failed' : answer.cancelled ? 'cancelled' : 'completed'
  return {
    id, user, work: rest.filter((m) => m !== answer), answer: answer as Answer, timeline: answer.behindTheScenes ?? [], outcome,
    attempts: 1, times: { beganAt: (user ?? answer).created_at, firstAt: null, endedAt: null }, runId: answer.runId ?? null, error: null, unsent: null, versions: ONLY_VERSION, versionInUse: outcome === 'completed' ? 0 : null, notice: null,
    pause: null, followups: answer.followups ?? [], memories: [], sessionSummary: null, usage: NO_USAGE,
  }
}
