// Solid: each field of the snapshot is a signal behind a getter, so that only what reads a field updates.

import { createMemo, createSignal, onCleanup, onMount } from 'solid-js'
import { componentHandler, methodsOf } from '../lazy/component-handler'
import { fieldNames, messageById, messageIds, watchFields } from '../lazy/field-watch'
import { emptySnapshot } from '../snapshot/empty-snapshot'
import type { StreamHandler } from '../types/handler'
import type { ChatMessage } from '../types/message'
import type { HandlerOptions } from '../types/options'
import type { Snapshot } from '../types/snapshot'

/** The handler's methods, and the fields of the snapshot, which are reactive, like props. Do not destructure the fields. */
export type SolidStream = Omit<StreamHandler, 'dispose'> & Snapshot & {
  /** The handler alone, for functions that take one. */
  readonly handler: StreamHandler
  /** The ids of all messages, in order, for `<For>`. Changes when a message is added or removed, and not while text arrives. */
  readonly messageIds: readonly string[]
  /** The message with this id, as an accessor that changes only when that message does. */
  message(id: string): () => ChatMessage | undefined
}

/**
 * A conversation that lives as long as the component, or the root, in which it is created:
 *
 *     const h = createAIStreamHandler({ team: 'cirkelline' })
 *     <For each={h.messageIds}>{(id) => <p>{h.message(id)()?.content}</p>}</For>
 *
 * On a server it has no side effects; it starts when the component is mounted, so hydration sees what the server rendered.
 */
export function createAIStreamHandler(options: HandlerOptions = {}): SolidStream {
  const handler = componentHandler('createAIStreamHandler', options)
  const signals = Object.fromEntries(fieldNames().map((field) => [field, createSignal<unknown>(emptySnapshot[field])])) as Record<keyof Snapshot, ReturnType<typeof createSignal<unknown>>>
  const [ids, setIds] = createSignal<readonly string[]>([])
  let stop = () => {}
  onMount(() => {
    stop = watchFields(handler, (field, now) => {
      // A function, because a setter calls one that it is given.
      signals[field][1](() => now[field])
      if (field === 'messages') setIds((before) => messageIds(now, before))
    })
  })
  onCleanup(() => {
    stop()
    handler.dispose()
  })
  const message = (id: string) => createMemo(() => messageById({ messages: signals.messages[0]() } as Snapshot, id))
  const fields = Object.fromEntries(fieldNames().map((field) => [field, { enumerable: true, get: signals[field][0] }]))
  return Object.defineProperties({ ...methodsOf(handler), handler, message }, { ...fields, messageIds: { enumerable: true, get: ids } }) as unknown as SolidStream
}
