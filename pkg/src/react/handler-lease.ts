// A handler for somebody who comes and goes, as a React component does: made when it is first needed, given up when nobody holds
// it, made again when somebody comes back. Of its snapshot it remembers what was read, so that nothing else is heard of.

import { createStreamHandler, emptySnapshot } from '../index'
import { METHODS } from '../handler/method-names'
import type { HandlerOptions, StreamHandler } from '../types/handler'
import type { Snapshot } from '../types/snapshot'
import type { StreamHook } from './stream-hook'

export class Lease {
  #made: StreamHandler | null = null
  #holders = 0
  #givenUp = false
  #read = new Set<keyof Snapshot>()
  #seen: Snapshot = emptySnapshot
  /** What components get; its functions are the same for ever. */
  readonly handler: StreamHandler
  #shown: StreamHook
  lookOnServer = (): StreamHook => this.#shownOnServer
  #shownOnServer: StreamHook

  constructor(private readonly latest: { current: HandlerOptions }) {
    const call = (name: keyof StreamHandler) => (...given: never[]) => ((this.#made ??= this.#make())[name] as (...given: never[]) => unknown)(...given)
    this.handler = Object.fromEntries(METHODS.map((name) => [name, call(name)])) as unknown as StreamHandler
    // After a while out of sight the children of a component come back before it does.
    this.handler.subscribe = (listener) => this.#needed().subscribe(listener)
    this.handler.getSnapshot = () => this.#made?.getSnapshot() ?? emptySnapshot
    this.handler.getServerSnapshot = () => emptySnapshot
    this.#shown = this.#hook(this.handler.getSnapshot)
    this.#shownOnServer = this.#hook(this.handler.getServerSnapshot)
  }

  /** For an effect. What it returns gives the handler up, unless somebody takes it again at once. */
  take(): () => void {
    this.#holders++
    this.#needed()
    const giveUp = () => {
      if (this.#holders > 0 || this.#givenUp) return
      this.#givenUp = true
      this.#made?.dispose()
    }
    return () => void (this.#holders--, setTimeout(giveUp))
  }

  /** The same object as long as nothing changed that was read of it. */
  look = (): StreamHook => {
    const before = this.#seen
    const now = (this.#seen = this.handler.getSnapshot())
    if ([...this.#read].some((key) => now[key] !== before[key])) this.#shown = this.#hook(this.handler.getSnapshot)
    return this.#shown
  }

  #hook(snapshot: () => Snapshot): StreamHook {
    const get = (key: keyof Snapshot) => () => (this.#read.add(key), snapshot()[key])
    const properties = (Object.keys(emptySnapshot) as (keyof Snapshot)[]).map((key) => [key, { enumerable: true, get: get(key) }])
    return Object.defineProperties({ ...this.handler, handler: this.handler }, Object.fromEntries(properties)) as StreamHook
  }

  #needed(): StreamHandler {
    return (this.#made = this.#made && !this.#givenUp ? this.#made : this.#make())
  }

  #make(): StreamHandler {
    const { latest } = this
    const options: Record<string, unknown> = { ...latest.current }
    const now = (name: keyof HandlerOptions) => (...given: unknown[]) => {
      const value: unknown = latest.current[name]
      return typeof value === 'function' ? value(...given) : (value ?? {})
    }
    for (const name of ['headers', 'fields'] as const) options[name] = now(name)
    for (const name of ['fetch', 'log', 'onListenerError'] as const) if (options[name]) options[name] = now(name)
    const made = createStreamHandler(options)
    // The page was hidden for a while (React's Activity): the conversation goes on where it was.
    const { sessionId, messages } = this.handler.getSnapshot()
    if (this.#givenUp && messages.length) made.load({ sessionId, messages })
    this.#givenUp = false
    return made
  }
}
