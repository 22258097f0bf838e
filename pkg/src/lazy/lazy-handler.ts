// A StreamHandler whose core is loaded when it is needed. For the entries of frameworks, whose pages show something before anybody
// sends a message.
//
//     const handler = createLazyHandler(options)   // throws for a wrong option, as createStreamHandler does
//     const stop = handler.subscribe(listener)     // in an effect: from now on the core is loaded in idle time
//     handler.getSnapshot()                        // the framework's own empty snapshot, until something happens
//     handler.dispose()                            // when the component is gone
//
// Creating one has no side effects, on a server either; nothing is loaded before the first `subscribe` or the first call that acts.
// A call that needs the core loads it at once. Until it is there
//
// - calls are kept, and made in their order, dated as they were called; their promises settle with what the core says;
// - `send` shows the user's message and status `connecting` at once, under the ids that the core will give;
// - `cancel`, the queue's methods, `begin`, `clear` and `dismissError` show what they do, `load`, `feed` and `end` only afterwards;
// - `getSnapshot` returns the same object until something changes, and goes on doing so when the core takes over.
//
// If the core does not come after several attempts (core-chunk.ts), a send ends as `failed`: `error` says what to do, its text stays in
// `messages`, and sending it again tries again. `loadSessions` and `openSession` reject. If the core comes but cannot start (no
// WebAssembly, a policy), the same, with what createStreamHandler throws; a number out of range rejects the send.
//
// All methods are stable and need no `this`. Where the core is there already, the handler has it from the start.

import { METHODS } from '../handler/method-names'
import { reportTo } from '../handler/report-error'
import { hasStoredAnswer } from '../handler/resume-location'
import { assertText, dropsQueue, queueIndex } from '../handler/queue-arguments'
import { sendArguments } from '../handler/send-arguments'
import { assertArgument, validateOptions } from '../handler/validate-options'
import { emptySnapshot } from '../snapshot/empty-snapshot'
import { awaitCore, coreChunk, loadCore, loadCoreWhenIdle, type CoreChunk } from './core-chunk'
import { PendingConversation } from './pending-conversation'
import type { CheckedOptions } from '../types/checked-options'
import type { StreamHandler } from '../types/handler'
import type { HandlerOptions } from '../types/options'
import type { InspectableHandler, RecorderHooks } from '../types/recorder-hooks'

/** Attempts to load the core, in a row, after which a send fails: 15 seconds. */
const ATTEMPTS = 5

const NOT_LOADED = 'A part of this page could not be loaded: the network may be down, or the page was updated in the meantime. Please try again, or reload the page.'

/** See the top of this file. Throws a TypeError for an unknown option or one of the wrong type. */
export function createLazyHandler(options: HandlerOptions = {}): StreamHandler {
  return new LazyHandler(options, validateOptions(options)).facade
}

/** A call that waits for the core. */
interface Call {
  /** When it was made, in seconds since the Unix epoch. */
  at: number
  run: (handler: StreamHandler) => unknown
  /** Of a call with a promise that is still open. */
  open?: { resolve: (value: any) => void; reject: (error: unknown) => void; ifDisposed: unknown }
  /** Of a send: its text. */
  text?: string
  id?: number
}

class LazyHandler {
  readonly facade: StreamHandler
  /** The handler with the core, once that is there. */
  #handler: StreamHandler | undefined
  #conversation: PendingConversation
  #calls: Call[] = []
  #listeners = new Set<{ run: () => void; stop?: () => void }>()
  #stopWaiting: (() => void) | undefined
  #isDisposed = false
  #isNotifying = false
  #lastTicket = 0
  #hasStored: boolean

  constructor(private readonly given: HandlerOptions, private readonly options: CheckedOptions) {
    this.#hasStored = hasStoredAnswer(options)
    this.#conversation = new PendingConversation(options, this.#hasStored)
    const pending = this.#pending()
    const call = (name: keyof InspectableHandler) => (...args: never[]) => (((this.#handler ?? pending) as InspectableHandler)[name] as (...args: never[]) => unknown)(...args)
    this.facade = Object.fromEntries(METHODS.map((name) => [name, call(name)])) as unknown as StreamHandler
    this.facade.getServerSnapshot = () => emptySnapshot
    const chunk = coreChunk()
    if (chunk) this.#takeOver(chunk)
  }

  /** The methods before the core is there. */
  #pending(): InspectableHandler {
    const conversation = this.#conversation
    return {
      send: async (message, { priority = 'user', when } = {}) => {
        if (this.#isDisposed) throw new Error('ai-stream-handler: send() after dispose()')
        const { text, form, files, isNow, isEmpty } = sendArguments(this.options, message, when)
        if (isEmpty) return 'cancelled'
        const since = Date.now() / 1000
        const id = ++this.#lastTicket
        if (isNow) conversation.stop()
        conversation.send({ id, text, priority, since, waitsFor: 'run' }, files)
        this.#notify()
        return this.#ask((handler) => handler.send(form ?? text, { priority, ...(isNow && { when }) }), 'cancelled', { text, id })
      },
      resume: () => {
        this.#lastTicket++
        return this.#ask((handler) => handler.resume(), 'cancelled')
      },
      continueRun: async (resolutions) => {
        this.#lastTicket++
        return this.#ask((handler) => handler.continueRun(resolutions), 'cancelled')
      },
      regenerate: (options) => this.#ask((handler) => handler.regenerate(options), 'cancelled'), showVersion: () => false, forkSession: () => this.#ask((handler) => handler.forkSession(), ''), renameSession: (...given) => this.#ask((handler) => handler.renameSession(...given), undefined), deleteSession: (id) => this.#ask((handler) => handler.deleteSession(id), undefined),
      loadSessions: (page) => this.#ask((handler) => handler.loadSessions(page), []),
      openSession: (id) => this.#ask((handler) => handler.openSession(id), false),
      retryNow: () => false,
      cancelQueued: (id) => {
        if (!conversation.cancelQueued(id)) return false
        this.#settle('cancelled', (call) => call.id === id)
        this.#act((handler) => handler.cancelQueued(id))
        return true
      },
      editQueued: (id, text) => {
        assertText(text)
        return conversation.editQueued(id, text) && this.#did((handler) => handler.editQueued(id, text))
      },
      moveQueued: (id, index) => {
        const position = queueIndex(index)
        return conversation.moveQueued(id, position) && this.#did((handler) => handler.moveQueued(id, position))
      },
      sendQueuedNow: (id) => conversation.sendQueuedNow(id) && this.#did((handler) => handler.sendQueuedNow(id)),
      resumeQueue: () => conversation.resumeQueue() && this.#did((handler) => handler.resumeQueue()),
      cancel: (options?: { queue?: 'keep' | 'drop' }) => {
        const isAll = dropsQueue(options)
        if (!this.#calls.length && !this.#hasStored) return
        const kept = isAll ? [] : conversation.snapshot.queue.map(({ id }) => id)
        this.#settle('cancelled', ({ text, id }) => text !== undefined && !kept.includes(id!))
        if (isAll) conversation.end('cancelled')
        else conversation.pause()
        this.#act((handler) => handler.cancel(isAll ? { queue: 'drop' } : undefined))
      },
      begin: (text, more) => {
        this.#settle('cancelled')
        conversation.begin(text, more?.name, Date.now() / 1000)
        this.#act((handler) => handler.begin(text, more))
      },
      feed: (bytes) => {
        assertArgument('feed', 'a Uint8Array', bytes, ArrayBuffer.isView(bytes))
        const copy = bytes.slice()
        this.#act((handler) => handler.feed(copy))
      },
      end: () => this.#act((handler) => handler.end()),
      subscribe: (listener) => {
        assertArgument('subscribe', 'a function', listener, typeof listener === 'function')
        if (this.#isDisposed) return () => {}
        const entry: { run: () => void; stop?: () => void } = { run: () => listener() }
        this.#listeners.add(entry)
        this.#wait()
        if (this.#hasStored) void loadCore()
        else loadCoreWhenIdle()
        return () => {
          this.#listeners.delete(entry)
          entry.stop?.()
        }
      },
      getSnapshot: () => conversation.snapshot,
      getServerSnapshot: () => emptySnapshot,
      dismissError: () => {
        conversation.dismissError()
        this.#act((handler) => handler.dismissError())
      },
      load: ({ sessionId, messages }) => {
        const copy = [...messages]
        this.#settle('cancelled')
        conversation.clear(sessionId)
        this.#act((handler) => handler.load({ sessionId, messages: copy }))
      },
      clear: () => {
        this.#settle('cancelled')
        conversation.clear(null)
        this.#act((handler) => handler.clear())
      },
      inside: () => ({
        options: this.options,
        isNew: () => !this.#calls.length && !this.#hasStored && !this.#isDisposed,
        now: () => this.#handler && hooksIn(this.#handler),
        defer: (work) => this.#act((handler) => work(hooksIn(handler))),
      }),
      dispose: () => this.#dispose(),
    }
  }

  /** Makes a call now or when the core is there, which it loads. */
  #act(run: (handler: StreamHandler) => unknown, more?: Partial<Call>): void {
    if (this.#handler) return void run(this.#handler)
    if (this.#isDisposed) return
    this.#calls.push({ at: Date.now() / 1000, run, ...more })
    this.#notify()
    this.#wait()
    const chunk = coreChunk()
    if (chunk) this.#takeOver(chunk)
    else void loadCore()
  }

  #did(run: (handler: StreamHandler) => unknown): true {
    this.#act(run)
    return true
  }

  #ask<T>(run: (handler: StreamHandler) => Promise<T>, ifDisposed: T, more?: Partial<Call>): Promise<T> {
    if (this.#isDisposed) return Promise.resolve(ifDisposed)
    return new Promise((resolve, reject) => this.#act((handler) => run(handler).then(resolve, reject), { open: { resolve, reject, ifDisposed }, ...more }))
  }

  #wait(): void {
    this.#stopWaiting ??= awaitCore({
      arrived: (chunk) => this.#takeOver(chunk),
      missed: (count) => void (count >= ATTEMPTS && this.#fail(new Error(NOT_LOADED), false)),
    })
  }

  /** Settles the open sends that `isMeant`. They stay in the list: the core has to see them. */
  #settle(outcome: 'cancelled', isMeant: (call: Call) => boolean = (call) => call.text !== undefined): void {
    for (const call of this.#calls) {
      if (!call.open || !isMeant(call)) continue
      call.open.resolve(outcome)
      call.open = undefined
    }
  }

  /** The core is there: makes the calls, and hands on the listeners. */
  #takeOver(chunk: CoreChunk): void {
    const shown = this.#conversation.snapshot
    let handler: StreamHandler
    try {
      handler = chunk.createStreamHandler(this.given)
    } catch (error) {
      reportTo(this.options, error)
      return this.#fail(error as Error, error instanceof TypeError || error instanceof RangeError)
    }
    this.#handler = handler
    const { adopt, clock } = hooksIn(handler)
    adopt(this.#conversation.empty)
    // Whoever subscribed first wants a stored answer to be resumed first.
    if (this.#listeners.size) handler.subscribe(() => {})()
    for (const { at, run } of this.#calls.splice(0)) {
      clock(at)
      try {
        run(handler)
      } catch (error) {
        reportTo(this.options, error)
      }
    }
    clock(undefined)
    for (const entry of this.#listeners) entry.stop = handler.subscribe(entry.run)
    if (handler.getSnapshot() !== shown) this.#notify()
  }

  /** There is no core. Sends end as `failed`, or reject with the error if it `isTheirs`; a later core shows them so. */
  #fail(error: Error, isTheirs: boolean): void {
    const { message } = error
    let hasFailed = false
    this.#calls = this.#calls.flatMap((call) => {
      const { open, text, at } = call
      if (!open) return [call]
      if (open.ifDisposed === 'cancelled') this.#lastTicket--
      if (open.ifDisposed === 'cancelled' && !isTheirs) open.resolve('failed')
      else open.reject(error)
      hasFailed ||= text !== undefined
      return text === undefined ? [] : [{ at, run: (handler: StreamHandler) => {
        handler.begin(text)
        handler.feed(new TextEncoder().encode(`data: ${JSON.stringify({ event: 'RunError', content: message })}\n\n`))
        handler.end()
      } }]
    })
    if (!hasFailed) return
    this.#conversation.end('failed', { message, type: isTheirs ? 'general' : 'network', retryable: !isTheirs })
    this.#notify()
  }

  /** Tells the listeners, soon: not while the caller is still changing things. */
  #notify(): void {
    if (this.#isNotifying || !this.#listeners.size) return
    this.#isNotifying = true
    queueMicrotask(() => {
      this.#isNotifying = false
      for (const entry of [...this.#listeners]) {
        try {
          if (this.#listeners.has(entry)) entry.run()
        } catch (error) {
          reportTo(this.options, error)
        }
      }
    })
  }

  #dispose(): void {
    if (this.#isDisposed) return
    this.#isDisposed = true
    this.#stopWaiting?.()
    this.#listeners.clear()
    this.#conversation.end('cancelled')
    for (const { open } of this.#calls.splice(0)) open?.resolve(open.ifDisposed)
  }
}

const hooksIn = (handler: StreamHandler) => (handler as InspectableHandler).inside() as RecorderHooks
