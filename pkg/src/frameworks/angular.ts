// Angular: each field of the snapshot is a signal, with zone.js and without.

import { afterNextRender, computed, DestroyRef, inject, signal, type Signal, type WritableSignal } from '@angular/core'
import { componentHandler, methodsOf } from '../lazy/component-handler'
import { fieldNames, messageById, messageIds, watchFields } from '../lazy/field-watch'
import { emptySnapshot } from '../snapshot/empty-snapshot'
import type { StreamHandler } from '../types/handler'
import type { ChatMessage } from '../types/message'
import type { HandlerOptions } from '../types/options'
import type { Snapshot } from '../types/snapshot'

/** The handler's methods, and a signal for each field of the snapshot. */
export type AngularStream = Omit<StreamHandler, 'dispose'> & { readonly [Field in keyof Snapshot]: Signal<Snapshot[Field]> } & {
  /** The handler alone, for functions that take one. */
  readonly handler: StreamHandler
  /** The ids of all messages, in order. Changes when a message is added or removed, and not while text arrives. */
  readonly messageIds: Signal<readonly string[]>
  /** The message with this id, as a signal that changes only when that message does. */
  message(id: string): Signal<ChatMessage | undefined>
}

/**
 * A conversation that lives as long as the component, directive or service in whose injection context it is created:
 *
 * ```ts
 * h = injectAIStreamHandler({ team: 'cirkelline' })
 * ```
 *
 * ```html
 * @for (id of h.messageIds(); track id) { <app-message [message]="h.message(id)()" /> }
 * ```
 *
 * On a server it has no side effects; it starts after the first render in the browser, so hydration sees
 * what the server rendered.
 */
export function injectAIStreamHandler(options: HandlerOptions = {}): AngularStream {
  const handler = componentHandler('injectAIStreamHandler', options)
  const signals = Object.fromEntries(fieldNames().map((field) => [field, signal<unknown>(emptySnapshot[field])])) as Record<keyof Snapshot, WritableSignal<unknown>>
  const ids = signal<readonly string[]>([])
  let isGone = false
  let stop = () => {}
  afterNextRender(() => {
    if (isGone) return
    stop = watchFields(handler, (field, now) => {
      signals[field].set(now[field])
      if (field === 'messages') ids.update((before) => messageIds(now, before))
    })
  })
  inject(DestroyRef).onDestroy(() => {
    isGone = true
    stop()
    handler.dispose()
  })
  const message = (id: string) => computed(() => messageById({ messages: signals.messages() } as Snapshot, id))
  const fields = Object.fromEntries(fieldNames().map((field) => [field, signals[field].asReadonly()]))
  return { ...methodsOf(handler), ...fields, handler, messageIds: ids.asReadonly(), message } as AngularStream
}
