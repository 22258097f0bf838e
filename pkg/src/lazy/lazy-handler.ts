// A StreamHandler whose core is loaded when it is needed. For the entries of frameworks, whose pages show something before anybody
// sends a message. Part of what such a page loads first, so it is written to be small.
//
//     const handler = createLazyHandler(options)   // throws for an unknown option, or one of the wrong type
//     const stop = handler.subscribe(listener)     // in an effect: from now on the core is loaded in idle time
//     handler.getSnapshot()                        // `emptySnapshot` until something happens
//     handler.dispose()                            // when the component is gone
//
// Creating one has no side effects, on a server either; nothing is loaded before the first `subscribe` or the first call that acts.
// Such a call loads the core at once, and so does a stored answer that is to be resumed. Until the core is there
//
// - calls are kept, and made in their order, dated as they were called; their promises settle with what the core says;
// - `send` shows the user's message and status `connecting` at once, under the ids that the core will give; while one waits, further
//   ones are shown in `queue`;
// - `cancel`, `cancelQueued`, `clear`, `load` and `dismissError` take such messages away at once; what `load`, `begin` and `feed`
//   bring is shown when the core is there;
// - `getSnapshot` returns the same object until something changes, and goes on doing so when the core takes over.
//
// If the core has not come after several attempts (core-chunk.ts), or cannot start (no WebAssembly, a policy), a send ends as
// `failed`: `error` says what to do, its text stays in `messages`, and sending it again tries again. `loadSessions` and `openSession`
// reject. What is checked only by the core (parts of options, numbers out of range) makes a send reject, and goes to
// `onListenerError`.
//
// All methods are stable and need no `this`. Where the core is there already, the handler has it from the start.

import { reportTo } from '../handler/report-error'
import { emptySnapshot } from '../snapshot/empty-snapshot'
import { checkOptions } from './check-options'
import { awaitCore, coreChunk, failedAttempts } from './core-chunk'
import { pendingTurn, workingText } from './pending-turn'
import type { StreamHandler } from '../types/handler'
import type { HandlerOptions } from '../types/options'
import type { QueuedSend } from '../types/rate-limits'
import type { RecorderHooks, WaitingCall, WaitingListener } from '../types/recorder-hooks'
import type { Outcome, Snapshot } from '../types/snapshot'

/** Attempts to load the core, in a row, after which a send fails: 15 seconds. */
const ATTEMPTS = 5

const NOT_LOADED = 'The chat could not be loaded. Check your connection and try again, or reload the page.'

interface Call extends WaitingCall {
  /** What its promise resolves with when the handler is disposed of. */
  ifDisposed?: unknown
  /** Of a send that is open: its entry in the queue, where it is as long as it has no turn. */
  send?: QueuedSend
}

/** See the top of this file. Throws a TypeError for an unknown option or one of the wrong type. */
export function createLazyHandler(options: HandlerOptions = {}): StreamHandler {
  const [handler, start] = lazyHandler(() => options)
  start()
  return handler
}

/**
 * The same, started by `start()` or by the first call that acts, with the options of that time. Started again after `dispose()` it
 * goes on with the messages that it showed. Returns the handler, `start`, and whether it was started and not disposed of.
 */
export function lazyHandler(currentOptions: () => HandlerOptions) {
  let options: HandlerOptions
  let snapshot: Snapshot = emptySnapshot
  let empty: Snapshot
  let calls: Call[]
  let listeners: Set<WaitingListener>
  /** The handler with the core, once that is there. */
  let core: StreamHandler | undefined
  let stopWaiting: (() => void) | undefined
  let isStarted = false
  let isDisposed = false
  let lastId = 0
  let turnCount: number

  function start(): void {
    const { sessionId, messages } = handler.getSnapshot()
    checkOptions((options = currentOptions()))
    empty = snapshot = options.sessionId ? { ...emptySnapshot, sessionId: options.sessionId } : emptySnapshot
    calls = []
    listeners = new Set()
    core = stopWaiting = undefined
    turnCount = 0
    isStarted = true
    isDisposed = false
    if (messages.length) handler.load({ sessionId, messages })
  }

  function show(changed: object): void {
    const turns = calls.flatMap(({ turn }) => turn ?? [])
    const queue = calls.flatMap(({ send, turn }) => (turn ? [] : send ?? []))
    snapshot = { ...snapshot, ...changed, turns, messages: turns.flatMap(({ user, answer }) => [user!, answer]), queue, queued: queue.length }
    notify()
  }

  const report = (error: unknown) => reportTo(options, error)

  /** Not while the caller is still changing things. */
  const notify = () => {
    for (const { run } of listeners) Promise.resolve().then(run).catch(report)
  }

  /** A call for the core, which it loads. */
  function act(name: Call['name'], args: unknown[], more?: Partial<Call>): void {
    if (isDisposed) return more?.resolve?.(more.ifDisposed)
    calls.push({ name, args, at: Date.now() / 1000, ...more })
    wait(true)
  }

  /** The same for a method that returns a promise. */
  const ask = (name: keyof StreamHandler, ifDisposed: unknown, more?: Partial<Call>) =>
    (...args: unknown[]) => new Promise<any>((resolve, reject) => act(name, args, { resolve, reject, ifDisposed, ...more }))

  /** Ends the open sends. They stay among the calls: the core has to see them. */
  function end(outcome: Outcome, error: Snapshot['error'] = null): void {
    for (const call of calls) {
      const { send } = call
      if (!send) continue
      call.resolve!(outcome)
      const turn = call.turn ?? (error && pendingTurn(turnCount++, send.text, [], send.since))
      if (turn) call.turn = {
        ...turn, outcome, error, times: { ...turn.times, endedAt: Date.now() / 1000 },
        answer: { ...turn.answer, ...(error ? { status: 'error', error: error.message, streamingError: true } : { status: outcome as 'cancelled', cancelled: true }) },
      }
      call.send = call.resolve = undefined
    }
    if (snapshot.isStreaming) show({ status: outcome, isStreaming: false, activityStatus: null, error })
  }

  /** Another conversation. */
  function restart(sessionId: string | null): void {
    end('cancelled')
    for (const call of calls) call.turn = undefined
    show({ status: 'idle', error: null, sessionId })
  }

  function wait(isUrgent: boolean): void {
    stopWaiting?.()
    if (coreChunk) takeOver()
    else stopWaiting = awaitCore(() => {
      if (coreChunk) takeOver()
      else if (failedAttempts >= ATTEMPTS) fail(new Error(NOT_LOADED), 'network')
    }, isUrgent)
  }

  function fail(error: Error, type: 'network' | 'unexpected'): void {
    end('failed', { message: error.message, type, retryable: type === 'network' })
  }

  function takeOver(): void {
    try {
      core = coreChunk!.createStreamHandler(options)
    } catch (error) {
      report(error)
      for (const { reject, send } of calls) if (!send) reject?.(error)
      return fail(error as Error, 'unexpected')
    }
    ;(core.inside() as RecorderHooks).takeOver(core, empty, snapshot, calls, listeners, notify, report)
  }

  /** The methods before the core is there. */
  const pending = {
    async send(message, { priority = 'user' } = {}) {
      if (isDisposed) throw new Error('ai-stream-handler: send() after dispose()')
      let given = message
      let text = message as string
      const files: string[] = []
      if (typeof message !== 'string') {
        const copy = (given = new FormData())
        message.forEach((value, name) => {
          copy.append(name, value)
          if (typeof value !== 'string') files.push(value.name)
        })
        text = String(copy.get('message') ?? '')
      }
      const since = Date.now() / 1000
      const turn = snapshot.isStreaming ? undefined : pendingTurn(turnCount++, text, files, since)
      const outcome = ask('send', 'cancelled', { send: { id: ++lastId, text, priority, since, waitsFor: 'run' }, turn })(given, { priority })
      if (!core) show(turn ? { status: 'connecting', isStreaming: true, activityStatus: workingText(options), error: null } : {})
      return outcome
    },
    resume: ask('resume', 'cancelled'),
    continueRun: ask('continueRun', 'cancelled'),
    loadSessions: ask('loadSessions', []),
    openSession: ask('openSession', false),
    retryNow: () => false,
    cancelQueued(id) {
      const call = calls.find(({ send, turn }) => send?.id === id && !turn)
      call?.resolve!('cancelled')
      calls = calls.filter((other) => other !== call)
      if (call) show({})
      return !!call
    },
    cancel() {
      end('cancelled')
      if (calls.length) act('cancel', [])
    },
    begin(...given) {
      end('cancelled')
      act('begin', given)
    },
    feed: (bytes) => act('feed', [bytes.slice()]),
    end: () => act('end', []),
    subscribe(listener) {
      const entry: WaitingListener = { run: () => listener() }
      if (!isDisposed) {
        listeners.add(entry)
        if (!stopWaiting) wait(!!options.persist || !!options.background)
      }
      return () => {
        listeners.delete(entry)
        entry.stop?.()
      }
    },
    dismissError() {
      if (!snapshot.error) return
      show({ error: null })
      act('dismissError', [])
    },
    load({ sessionId, messages }) {
      const copy = [...messages]
      restart(sessionId)
      act('load', [{ sessionId, messages: copy }])
    },
    clear() {
      restart(null)
      act('clear', [])
    },
    inside: () => ({ options, calls, core: () => core, act }),
  } satisfies Partial<StreamHandler>

  const handler = {
    getSnapshot: () => core?.getSnapshot() ?? snapshot,
    getServerSnapshot: () => emptySnapshot,
    dispose() {
      isDisposed = true
      stopWaiting?.()
      core?.dispose()
      if (!isStarted || core) return
      listeners.clear()
      end('cancelled')
      for (const { resolve, ifDisposed } of calls) resolve?.(ifDisposed)
      calls = []
    },
  } as StreamHandler
  for (const name of Object.keys(pending) as (keyof typeof pending)[]) {
    handler[name] = (...args: never[]) => {
      if (!isStarted) start()
      return ((core ?? pending)[name] as (...args: never[]) => any)(...args)
    }
  }
  return [handler, start, () => isStarted && !isDisposed] as const
}
