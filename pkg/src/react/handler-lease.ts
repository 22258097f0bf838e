// A handler for holders that mount and unmount, as React components do: created on first use, disposed of when the last holder is
// gone, created again when one returns. It records which snapshot fields were read, so that only their changes cause a render.
// Knows no React.

import { METHODS } from '../handler/method-names'
import { createLazyHandler } from '../lazy/lazy-handler'
import { emptySnapshot } from '../snapshot/empty-snapshot'
import type { StreamHandler } from '../types/handler'
import type { InspectableHandler } from '../types/recorder-hooks'
import type { HandlerOptions } from '../types/options'
import type { Snapshot } from '../types/snapshot'
import type { StreamHook } from './stream-hook'

export class HandlerLease {
  #instance: StreamHandler | null = null
  #holders = 0
  #isDisposed = false
  #readKeys = new Set<keyof Snapshot>()
  #lastSnapshot: Snapshot = emptySnapshot
  /** A facade over the current instance; its methods never change identity. */
  readonly handler: StreamHandler
  #hook: StreamHook
  getServerHook = (): StreamHook => this.#serverHook
  #serverHook: StreamHook

  constructor(private readonly latestOptions: { current: HandlerOptions }) {
    const call = (name: keyof InspectableHandler) => (...args: never[]) => (((this.#instance ??= this.#create()) as InspectableHandler)[name] as (...args: never[]) => unknown)(...args)
    this.handler = Object.fromEntries(METHODS.map((name) => [name, call(name)])) as unknown as StreamHandler
    // When React's Activity shows a subtree again, children subscribe before their parent's effect runs.
    this.handler.subscribe = (listener) => this.#ensure().subscribe(listener)
    this.handler.getSnapshot = () => this.#instance?.getSnapshot() ?? emptySnapshot
    this.handler.getServerSnapshot = () => emptySnapshot
    this.#hook = this.#createHook(this.handler.getSnapshot)
    this.#serverHook = this.#createHook(this.handler.getServerSnapshot)
  }

  /** For an effect. The returned cleanup disposes of the handler, unless it is acquired again in the same task (StrictMode). */
  acquire(): () => void {
    this.#holders++
    this.#ensure()
    const release = () => {
      if (this.#holders > 0 || this.#isDisposed) return
      this.#isDisposed = true
      this.#instance?.dispose()
    }
    return () => void (this.#holders--, setTimeout(release))
  }

  /** The same object until a field that was read from it changes. */
  getHook = (): StreamHook => {
    const before = this.#lastSnapshot
    const now = (this.#lastSnapshot = this.handler.getSnapshot())
    if ([...this.#readKeys].some((key) => now[key] !== before[key])) this.#hook = this.#createHook(this.handler.getSnapshot)
    return this.#hook
  }

  #createHook(snapshot: () => Snapshot): StreamHook {
    const get = (key: keyof Snapshot) => () => (this.#readKeys.add(key), snapshot()[key])
    const properties = (Object.keys(emptySnapshot) as (keyof Snapshot)[]).map((key) => [key, { enumerable: true, get: get(key) }])
    return Object.defineProperties({ ...this.handler, handler: this.handler }, Object.fromEntries(properties)) as StreamHook
  }

  #ensure(): StreamHandler {
    return (this.#instance = this.#instance && !this.#isDisposed ? this.#instance : this.#create())
  }

  #create(): StreamHandler {
    const { latestOptions } = this
    const options: Record<string, unknown> = { ...latestOptions.current }
    const latest = (name: keyof HandlerOptions) => (...args: unknown[]) => {
      const value: unknown = latestOptions.current[name]
      return typeof value === 'function' ? value(...args) : (value ?? {})
    }
    for (const name of ['headers', 'fields'] as const) options[name] = latest(name)
    for (const name of ['fetch', 'log', 'onListenerError'] as const) if (options[name]) options[name] = latest(name)
    const instance = createLazyHandler(options)
    // Hidden for a while (React's Activity): continue the conversation where it was.
    const { sessionId, messages } = this.handler.getSnapshot()
    if (this.#isDisposed && messages.length) instance.load({ sessionId, messages })
    this.#isDisposed = false
    return instance
  }
}
