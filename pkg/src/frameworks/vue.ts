// Vue 3: each field of the snapshot is a shallow ref, so that a component updates for the fields that it reads.

import { computed, getCurrentInstance, onMounted, onScopeDispose, shallowReadonly, shallowRef, type ComputedRef, type ShallowRef } from 'vue'
import { componentHandler, methodsOf } from '../lazy/component-handler'
import { fieldNames, messageById, messageIds, watchFields } from '../lazy/field-watch'
import { emptySnapshot } from '../snapshot/empty-snapshot'
import type { StreamHandler } from '../types/handler'
import type { ChatMessage } from '../types/message'
import type { HandlerOptions } from '../types/options'
import type { Snapshot } from '../types/snapshot'

/** The handler's methods, and a ref for each field of the snapshot. */
export type VueStream = Omit<StreamHandler, 'dispose'> & { readonly [Field in keyof Snapshot]: Readonly<ShallowRef<Snapshot[Field]>> } & {
  /** The handler alone, for functions that take one. */
  readonly handler: StreamHandler
  /** The ids of all messages, in order. Changes when a message is added or removed, and not while text arrives. */
  readonly messageIds: Readonly<ShallowRef<readonly string[]>>
  /** The message with this id. A component that reads it updates only when that message changes. */
  message(id: string): ComputedRef<ChatMessage | undefined>
}

/**
 * A conversation that lives as long as the component, or the effect scope, in which it is created:
 *
 *     const { messages, activityStatus, error, send, cancel } = useAIStreamHandler({ team: 'cirkelline' })
 *
 * On a server it has no side effects; in a component it starts when that is mounted, so hydration sees what the server rendered.
 */
export function useAIStreamHandler(options: HandlerOptions = {}): VueStream {
  const handler = componentHandler('useAIStreamHandler', options)
  const refs = Object.fromEntries(fieldNames().map((field) => [field, shallowRef<unknown>(emptySnapshot[field])])) as Record<keyof Snapshot, ShallowRef<unknown>>
  const ids = shallowRef<readonly string[]>([])
  let stop = () => {}
  const start = () => {
    stop = watchFields(handler, (field, now) => {
      refs[field].value = now[field]
      if (field === 'messages') ids.value = messageIds(now, ids.value)
    })
  }
  if (getCurrentInstance()) onMounted(start)
  else start()
  onScopeDispose(() => {
    stop()
    handler.dispose()
  })
  const message = (id: string) => computed(() => messageById({ messages: refs.messages.value } as Snapshot, id))
  const fields = Object.fromEntries(fieldNames().map((field) => [field, shallowReadonly(refs[field])]))
  return { ...methodsOf(handler), ...fields, handler, messageIds: shallowReadonly(ids), message } as VueStream
}
