// A handler for somebody who comes and goes, as a React component does: made when it is first needed, given up when nobody holds
// it, made again when somebody comes back. Of its snapshot it remembers what was read, so that nothing else is heard of.

import { createStreamHandler, emptySnapshot } from '../index'
import { METHODS } from '../handler/method-names'
import type { HandlerOptions, StreamHandler } from '../types/handler'
import type { Snapshot } from '../types/snapshot'
import type { StreamHook } from './stream-hook'

export class HandlerLease {
  #instance: StreamHandler | null = null
  #holders = 0
  #isDisposed = false
  #readKeys = new Set<keyof Snapshot>()
  #lastSnapshot: Snapshot = emptySnapshot
  /** What components get; its functions are the same for ever. */
  readonly handler: StreamHandler
  #hook: StreamHook
  getServerHook = (): StreamHook => this.#serverHook
  #serverHook: StreamHook

  constructor(private readonly latestOptions: { current: HandlerOptions }) {
    const call = (name: keyof StreamHandler) => (...args: never[]) => ((this.#instance ??= this.#create())[name] as (...args: never[]) => unknown)(...args)
    this.handler = Object.fromEntries(METHODS.map((name) => [name, call(name)])) as unknown as StreamHandler
    // After a while out of sight the children of a component come back before it does.
    this.handler.subscribe = (listener) => this.#ensure().subscribe(listener)
    this.handler.getSnapshot = () => this.#instance?.getSnapshot() ?? emptySnapshot
    this.handler.getServerSnapshot = () => emptySnapshot
    this.#hook = this.#createHook(this.handler.getSnapshot)
    this.#serverHook = this.#createHook(this.handler.getServerSnapshot)
  }

  /** For an effect. What it returns gives the handler up, unless somebody takes it again at once. */
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

  /** The same object as long as nothing changed that was read of it. */
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
    const instance = createStreamHandler(options)
    // The page was hidden for a while (React's Activity): the conversation goes on where it was.
    const { sessionId, messages } = this.handler.getSnapshot()
    if (this.#isDisposed && messages.length) instance.load({ sessionId, messages })
    this.#isDisposed = false
    return instance
  }
}
