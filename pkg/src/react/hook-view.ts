// What one component sees of a lease: the methods, and the snapshot's fields, noting which of them it reads. Knows no React.

import { methodsOf } from '../lazy/component-handler'
import { FIELDS } from '../lazy/field-watch'
import { emptySnapshot } from '../snapshot/empty-snapshot'
import type { HandlerLease } from './handler-lease'
import type { Snapshot } from '../types/snapshot'
import type { StreamHook } from './stream-hook'

export class HookView {
  #readKeys = new Set<keyof Snapshot>()
  #lastSnapshot: Snapshot = emptySnapshot
  #hook: StreamHook
  #serverHook: StreamHook

  constructor(readonly lease: HandlerLease) {
    this.#hook = this.#createHook(lease.handler.getSnapshot)
    this.#serverHook = this.#createHook(lease.handler.getServerSnapshot)
  }

  getServerHook = (): StreamHook => this.#serverHook

  /** The same object until a field that was read from it changes. */
  getHook = (): StreamHook => {
    const before = this.#lastSnapshot
    const { getSnapshot } = this.lease.handler
    const now = (this.#lastSnapshot = getSnapshot())
    if ([...this.#readKeys].some((key) => now[key] !== before[key])) this.#hook = this.#createHook(getSnapshot)
    return this.#hook
  }

  #createHook(snapshot: () => Snapshot): StreamHook {
    const get = (key: keyof Snapshot) => () => (this.#readKeys.add(key), snapshot()[key])
    const properties = FIELDS.map((key) => [key, { enumerable: true, get: get(key) }])
    const { handler, setMessages } = this.lease
    return Object.defineProperties({ ...methodsOf(handler), handler, setMessages }, Object.fromEntries(properties)) as StreamHook
  }
}
