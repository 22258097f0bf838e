// Selectors with which a list renders one component when one message grows: the list renders ids, and each item its message.

import { messageById } from '../lazy/field-watch'
import { isSameList } from '../snapshot/lazy-json'
import { useStreamSlice } from './use-stream-slice'
import type { StreamHandler } from '../types/handler'
import type { ChatMessage } from '../types/message'

/** What `useMessage` and the like read: a handler, or what `useAIStreamHandler` returns. */
export type SnapshotSource = Pick<StreamHandler, 'subscribe' | 'getSnapshot' | 'getServerSnapshot'>

/** The ids of all messages, in order. The same list until a message is added or removed, however much text arrives. */
export function useMessageIds(h: SnapshotSource): readonly string[] {
  return useStreamSlice(h, ({ messages }) => messages.map(({ id }) => id), isSameList)
}

/** The message with this id; `undefined` if there is none. Re-renders only when that message changes. */
export function useMessage(h: SnapshotSource, id: string): ChatMessage | undefined {
  return useStreamSlice(h, (snapshot) => messageById(snapshot, id), Object.is)
}

/**
 * The messages of one member (by its name or id) in the last turn. Re-renders only when one of those changes. For the answer
 * itself pass the name of the team.
 */
export function useMember(h: SnapshotSource, member: string): readonly ChatMessage[] {
  return useStreamSlice(h, ({ turns }) => {
    const turn = turns.at(-1)
    return turn ? [...turn.work, turn.answer].filter(({ role, agentName, agentId, teamName, teamId }) => role === 'agent' && [agentName, agentId, teamName, teamId].includes(member)) : []
  })
}
