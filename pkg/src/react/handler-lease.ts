// A handler for holders that mount and unmount, as React components do: created on first use, disposed of when the last holder is
// gone, created again when one returns. Knows no React.

import { METHODS } from '../handler/method-names'
import { lazyHandler } from '../lazy/lazy-handler'
import { usableOptions } from '../lazy/usable-options'
import { emptySnapshot } from '../snapshot/empty-snapshot'
import { AnswerWatch } from './answer-watch'
import { shareRequests } from './share-requests'
import type { StreamHandler } from '../types/handler'
import type { InspectableHandler } from '../types/recorder-hooks'
import type { HandlerOptions } from '../types/options'
import type { StreamHook, StreamHookOptions } from './stream-hook'

export class HandlerLease {
  #instance: StreamHandler | null = null
  #holders = 0
  #isDisposed = false
  /** A facade over the current instance; its methods never change identity. */
  readonly handler: StreamHandler
  readonly setMessages: StreamHook['setMessages']
  readonly answers: AnswerWatch

  /** `onGone`: the last holder has left. */
  constructor(private readonly latestOptions: { current: StreamHookOptions }, private readonly onGone = () => {}) {
    const call = (name: keyof InspectableHandler) => (...args: never[]) => (((this.#instance ??= this.#create()) as InspectableHandler)[name] as (...args: never[]) => unknown)(...args)
    this.handler = Object.fromEntries(METHODS.map((name) => [name, call(name)])) as unknown as StreamHandler
    // When React's Activity shows a subtree again, children subscribe before their parent's effect runs.
    this.handler.subscribe = (listener) => this.#ensure().subscribe(listener)
    this.handler.getSnapshot = () => this.#instance?.getSnapshot() ?? emptySnapshot
    this.handler.getServerSnapshot = () => emptySnapshot
    this.handler.loadSessions = shareRequests(this.handler.loadSessions, () => this.handler.getSnapshot().isStreaming)
    this.answers = new AnswerWatch(this.handler)
    this.setMessages = (messages) => {
      const { sessionId, messages: shown } = this.handler.getSnapshot()
      this.handler.load({ sessionId, messages: typeof messages === 'function' ? messages(shown) : messages })
    }
  }

  /** For an effect. The returned cleanup disposes of the handler, unless it is acquired again in the same task (StrictMode). */
  acquire(): () => void {
    this.#holders++
    this.#ensure()
    const release = () => {
      if (this.#holders > 0 || this.#isDisposed) return
      this.#isDisposed = true
      this.#instance?.dispose()
      this.onGone()
    }
    return () => void (this.#holders--, setTimeout(release))
  }

  #ensure(): StreamHandler {
    return (this.#instance = this.#instance && !this.#isDisposed ? this.#instance : this.#create())
  }

  #create(): StreamHandler {
    const { latestOptions } = this
    const options = usableOptions(handlerOptions(latestOptions.current)) as Record<string, unknown>
    const latest = (name: keyof HandlerOptions) => (...args: unknown[]) => {
      const value: unknown = latestOptions.current[name]
      return typeof value === 'function' ? value(...args) : (value ?? {})
    }
    for (const name of ['headers', 'fields'] as const) options[name] = latest(name)
    for (const name of ['fetch', 'log', 'onListenerError'] as const) if (options[name]) options[name] = latest(name)
    const instance = lazyHandler(options)
    // Hidden for a while (React's Activity): continue the conversation where it was.
    const { sessionId, messages } = this.handler.getSnapshot()
    if (this.#isDisposed && messages.length) instance.load({ sessionId, messages })
    this.#isDisposed = false
    return instance
  }
}

/** The options without those of the hook itself. */
export function handlerOptions({ id: _id, onFinish: _onFinish, ...rest }: StreamHookOptions): HandlerOptions {
  return rest as HandlerOptions
}
