// Svelte 5: fields are getters that a template or an effect depends on when it reads them. And stores, for Svelte 4's `$store`.

import { onDestroy } from 'svelte'
import { createSubscriber } from 'svelte/reactivity'
import { componentHandler, methodsOf } from '../lazy/component-handler'
import { fieldNames, messageById, messageIds } from '../lazy/field-watch'
import type { StreamHandler } from '../types/handler'
import type { ChatMessage } from '../types/message'
import type { HandlerOptions } from '../types/options'
import type { Snapshot } from '../types/snapshot'

/** The handler's methods, and the fields of the snapshot, which are reactive. Do not destructure the fields. */
export type SvelteStream = Omit<StreamHandler, 'dispose'> & Snapshot & {
  /** The handler alone, for functions that take one. */
  readonly handler: StreamHandler
  /** The ids of all messages, in order. Changes when a message is added or removed, and not while text arrives. */
  readonly messageIds: readonly string[]
  /** The message with this id. What reads it updates only when that message changes. */
  message(id: string): ChatMessage | undefined
}

/**
 * A conversation that lives as long as the component in which it is created:
 *
 *     const h = createAIStreamHandler({ team: 'cirkelline' })
 *     {#each h.messageIds as id (id)}<p>{h.message(id)?.content}</p>{/each}
 *
 * On a server it has no side effects.
 */
export function createAIStreamHandler(options: HandlerOptions = {}): SvelteStream {
  const handler = componentHandler('createAIStreamHandler', options)
  onDestroy(() => handler.dispose())
  /** What `read` returns, as something that whoever reads it depends on. */
  const reactive = <T>(read: (snapshot: Snapshot, before?: T) => T) => {
    let last: T = read(handler.getSnapshot())
    const current = () => (last = read(handler.getSnapshot(), last))
    const depend = createSubscriber((update) => handler.subscribe(() => {
      const before = last
      if (current() !== before) update()
    }))
    return () => (depend(), current())
  }
  const fields = Object.fromEntries(fieldNames().map((field) => [field, { enumerable: true, get: reactive((snapshot) => snapshot[field] as unknown) }]))
  const messages = new Map<string, () => ChatMessage | undefined>()
  const message = (id: string) => {
    const read = messages.get(id) ?? reactive((snapshot) => messageById(snapshot, id))
    messages.set(id, read)
    return read()
  }
  const properties = { ...fields, messageIds: { enumerable: true, get: reactive(messageIds) } }
  return Object.defineProperties({ ...methodsOf(handler), handler, message }, properties) as unknown as SvelteStream
}

/**
 * A readable store of what `select` returns, by Svelte's store contract: `const status = toStore(h.handler, (s) => s.status)`,
 * then `$status`.
 */
export function toStore<T = Snapshot>(handler: Pick<StreamHandler, 'subscribe' | 'getSnapshot'>, select: (snapshot: Snapshot) => T = (snapshot) => snapshot as T) {
  return {
    /** Calls `run` now, and when the value has changed. Returns how to stop that. */
    subscribe(run: (value: T) => void): () => void {
      let last = select(handler.getSnapshot())
      run(last)
      return handler.subscribe(() => {
        const before = last
        last = select(handler.getSnapshot())
        if (last !== before) run(last)
      })
    },
  }
}
