// Changes of a snapshot by field, for frameworks whose components depend on single fields; and its messages by id.

import { emptySnapshot } from '../snapshot/empty-snapshot'
import type { StreamHandler } from '../types/handler'
import type { ChatMessage } from '../types/message'
import type { Snapshot } from '../types/snapshot'

/** The names of all fields. A function: React's entry does without them. */
export const fieldNames = () => Object.keys(emptySnapshot) as (keyof Snapshot)[]

type Store = Pick<StreamHandler, 'subscribe' | 'getSnapshot'>

/** Calls `changed` for each field that differs from the empty snapshot, and whenever one changes. Returns how to stop. */
export function watchFields(handler: Store, changed: (field: keyof Snapshot, now: Snapshot) => void): () => void {
  let shown = emptySnapshot
  const look = () => {
    const before = shown
    shown = handler.getSnapshot()
    for (const field of fieldNames()) if (shown[field] !== before[field]) changed(field, shown)
  }
  const stop = handler.subscribe(look)
  look()
  return stop
}

/** The ids of the messages: `before` if they are the same. */
export function messageIds({ messages }: Snapshot, before: readonly string[] = []): readonly string[] {
  return messages.length === before.length && messages.every(({ id }, at) => id === before[at]) ? before : messages.map(({ id }) => id)
}

/** The message with this id, if there is one. */
export function messageById({ messages }: Snapshot, id: string): ChatMessage | undefined {
  const known = indices.get(messages)
  if (known) return known.get(id)
  const index = new Map(messages.map((message) => [message.id, message]))
  indices.set(messages, index)
  return index.get(id)
}

/** By list of messages, so that a thousand items look up theirs in one pass. */
const indices = new WeakMap<readonly ChatMessage[], Map<string, ChatMessage>>()
