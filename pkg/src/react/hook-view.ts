// What one component sees of a handler: the methods, and the snapshot's fields, noting which of them it reads. Knows no React.

import { emptySnapshot } from '../snapshot/empty-snapshot'
import type { StreamHandler } from '../types/handler'
import type { Snapshot } from '../types/snapshot'
import type { StreamHook } from './stream-hook'

/** What the server renders; and what is there now: the same object until a field that was read from it changes. */
export type HookView = [onServer: () => StreamHook, now: () => StreamHook]

export const hookView = (handler: StreamHandler): HookView => {
  const { dispose: _, ...methods } = handler
  const { getSnapshot, load } = methods
  const readFields = new Set<keyof Snapshot>()
  const setMessages: StreamHook['setMessages'] = (given) => {
    const { sessionId, messages } = getSnapshot()
    load({ sessionId, messages: typeof given === 'function' ? given(messages) : given })
  }
  const createHook = (snapshot: () => Snapshot) => {
    const hook = { ...methods, handler, setMessages }
    for (const field in emptySnapshot) {
      Object.defineProperty(hook, field, { enumerable: true, get: () => (readFields.add(field as keyof Snapshot), snapshot()[field as keyof Snapshot]) })
    }
    return hook as StreamHook
  }
  const serverHook = createHook(() => emptySnapshot)
  let hook = createHook(getSnapshot)
  let last = emptySnapshot
  return [() => serverHook, () => {
    const before = last
    last = getSnapshot()
    if ([...readFields].some((field) => last[field] !== before[field])) hook = createHook(getSnapshot)
    return hook
  }]
}
