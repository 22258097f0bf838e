// An earlier conversation as turns: a user's message opens a turn, the last text of the answering side is its answer.

import { NO_USAGE } from './empty-snapshot'
import type { ChatMessage } from '../types/message'
import type { Turn } from '../types/snapshot'

/** Groups flat messages. `generation` keeps the ids of one load apart from another's. */
export function turnsFromMessages(messages: Partial<ChatMessage>[], generation: number): Turn[] {
  const turns: Turn[] = []
  let group: ChatMessage[] = []
  const close = () => {
    if (group.length) turns.push(turnFromGroup(group, `l${generation}-${turns.length}`))
    group = []
  }
  messages.forEach((given, at) => {
    if (given.role === 'user') close()
    group.push({ ...given, id: uniqueId(given, `l${generation}-`, at), role: given.role ?? 'agent', content: given.content ?? '', created_at: given.created_at ?? 0 })
  })
  close()
  return turns
}

/** Its own, unless that is what a handler calls what it streams: this one will use it again. */
function uniqueId({ id }: Partial<ChatMessage>, prefix: string, at: number): string {
  return id === undefined ? `${prefix}m${at}` : /^m\d+$/.test(id) ? prefix + id : id
}

function turnFromGroup(group: ChatMessage[], id: string): Turn {
  const user = group[0]?.role === 'user' ? group[0] : null
  const rest = user ? group.slice(1) : group
  const isAnswer = (m: ChatMessage) => m.role === 'agent' && !m.parentRunId
  const backwards = rest.slice().reverse()
  const answer = backwards.find(isAnswer) ?? backwards.find((m) => m.role === 'agent') ??
    { id: `${id}-answer`, role: 'agent', content: '', created_at: user?.created_at ?? 0 }
  const outcome = answer.streamingError ? 'failed' : answer.cancelled ? 'cancelled' : 'completed'
  return {
    id, user, work: rest.filter((m) => m !== answer), answer, timeline: answer.behindTheScenes ?? [], outcome,
    attempts: 1, times: { beganAt: (user ?? answer).created_at, firstAt: null, endedAt: null }, runId: answer.runId ?? null, error: null, pause: null, followups: answer.followups ?? [], memories: [],
    sessionSummary: null, usage: NO_USAGE,
  }
}
