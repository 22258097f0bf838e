// A StreamHandler whose core is loaded when it is needed. For the entries of frameworks, whose pages show something before
// anybody sends a message. Part of what such a page loads first, so it is written to be small.
//
//     const handler = createLazyHandler(options)   // throws for an unknown option, or one of the wrong type
//     const stop = handler.subscribe(listener)     // in an effect: from now on the core is loaded in idle time
//     handler.getSnapshot()                        // `emptySnapshot` until something happens
//     handler.dispose()                            // when the component is gone
//
// Creating one has no side effects, on a server either; nothing is loaded before the first `subscribe` or the first call that
// acts. Such a call loads the core at once. Until the core is there
//
// - calls are kept, and made in their order, dated as they were called; their promises settle with what the core says;
// - `send` shows the user's message and status `connecting` at once, under the ids that the core will give; while one waits,
//   further ones are shown in `queue`;
// - `cancel`, `cancelQueued`, `clear`, `load` and `dismissError` take such messages away at once; what `load`, `begin` and `feed`
//   bring is shown when the core is there;
// - `getSnapshot` returns the same object until something changes, and goes on doing so when the core takes over.
//
// If the core has not come after several attempts (core-chunk.ts), or cannot start (no WebAssembly, a policy), a send ends as
// `failed`: `error` says what to do, its text stays in `messages`, and sending it again tries again; what else was called waits
// on. What is checked only by the core (parts of options, numbers out of range) fails a send, too, and goes to `onListenerError`.
//
// All methods are stable and need no `this`. Where the core is there already, the handler has it from the start.

import { emptySnapshot } from '../snapshot/empty-snapshot'
import { checkOptions } from './check-options'
import { awaitCore, coreChunk, failedAttempts } from './core-chunk'
import { pendingTurn } from './pending-turn'
import type { StreamHandler } from '../types/handler'
import type { HandlerOptions } from '../types/options'
import type { QueuedSend } from '../types/rate-limits'
import type { InspectableHandler, RecorderHooks, WaitingCall, WaitingListener } from '../types/recorder-hooks'
import type { Outcome, Snapshot, Turn } from '../types/snapshot'

/**
 * The methods that are passed on to the core: what they return, and what they do before it is there. 0: nothing; 1: a boolean;
 * else a promise, and what it resolves with after `dispose()`. The function returns what it changes of the call, or `false` if
 * the core need not know of it.
 */
type Methods = {
  [Name in Exclude<keyof StreamHandler, 'subscribe' | 'getSnapshot' | 'getServerSnapshot' | 'dispose'>]: [unknown?, ((...args: Parameters<StreamHandler[Name]>) => unknown)?]
}

type CreateForComponent = (options: HandlerOptions, caller?: string, latest?: () => HandlerOptions) => InspectableHandler

interface Call extends WaitingCall {
  /** What its promise resolves with when the handler is disposed of. */
  gone?: unknown
  /** Of a send that is open: its entry in the queue, where it is as long as it has no turn. */
  send?: QueuedSend
}

/** See the top of this file. Throws a TypeError for an unknown option or one of the wrong type. */
export function createLazyHandler(options: HandlerOptions = {}): StreamHandler {
  checkOptions(options)
  return lazyHandler(() => options)
}

/**
 * The same without the check (component-options.ts has made one). `caller`: the name of the hook; with it the core logs what it
 * would refuse, and ignores it.
 *
 * `ended`: told of each answer that ends. With it the handler is one of a component that mounts and unmounts: `given` is called
 * when it is used first, and after `dispose` the next `subscribe` starts anew, with the options and messages of then.
 */
export const lazyHandler = (given: () => HandlerOptions, caller?: string, ended?: (turn: Turn, outcome: Outcome) => void): StreamHandler => {
  let options: HandlerOptions | undefined
  let snapshot = emptySnapshot
  let calls: Call[] = []
  const listeners = new Set<WaitingListener>()
  /** The handler with the core, once that is there. */
  let core: InspectableHandler | undefined
  let stopWaiting: (() => void) | undefined
  let isDisposed: boolean | undefined
  let lastId: number
  let turnCount: number

  /** Starts, unless it has. `isAgain`: also if it was disposed of. */
  const start = (isAgain?: unknown): void => {
    if (options && !(isAgain && isDisposed)) return
    const { sessionId, messages } = handler.getSnapshot()
    options = given()
    core = stopWaiting = isDisposed = undefined
    lastId = turnCount = 0
    snapshot = options.sessionId ? { ...emptySnapshot, sessionId: options.sessionId } : emptySnapshot
    if (messages.length) handler.load({ sessionId, messages })
  }

  const show = (changed: object): void => {
    const turns = calls.flatMap(({ turn }) => turn ?? [])
    const queue = calls.flatMap(({ send, turn }) => (turn ? [] : send ?? []))
    snapshot = { ...snapshot, ...changed, turns, messages: turns.flatMap(({ user, answer }) => [user!, answer]), queue, queued: queue.length }
    notify()
  }

  const report = (error: unknown) => (given().onListenerError ?? console.error)(error)

  /** Calls what may throw, and not while the caller is still changing things. */
  const soon = (work: () => unknown) => void Promise.resolve().then(work).catch(report)

  const notify = () => listeners.forEach((entry) => soon(() => listeners.has(entry) && entry.run()))

  /** Adds a call, and loads the core for it. */
  const act = (name: Call['name'], args: unknown[], more?: Partial<Call>): void => {
    calls.push({ at: Date.now() / 1000, name, args, ...more })
    const who = more?.turn?.answer.name
    // The activity as the core has it, unless the page has texts of its own, or there is no name yet.
    if (more?.send) show(more.turn ? { status: 'connecting', isStreaming: true, activityStatus: who && !options!.activityTexts ? `${who} is working...` : null, error: null } : {})
    wait(true)
  }

  /** Ends the open sends, or only those that are not in the queue. They stay among the calls: the core has to see them. */
  const end = (outcome: Outcome, error: Snapshot['error'] = null, isAll = true): void => {
    for (const call of calls) {
      const { send } = call
      if (!send || !(isAll || call.turn)) continue
      call.resolve!(outcome)
      const turn = call.turn ?? (error && pendingTurn(turnCount++, options!, send.text, [], send.since))
      if (turn) call.turn = {
        ...turn, outcome, error, unsent: error && send.text,
        answer: { ...turn.answer, status: error ? 'error' : 'cancelled', [error ? 'streamingError' : 'cancelled']: true },
      }
      call.send = call.resolve = undefined
      // Unless it is taken away.
      soon(() => snapshot.turns.includes(call.turn!) && ended?.(call.turn!, outcome))
    }
    if (snapshot.isStreaming) show({ status: outcome, isStreaming: false, activityStatus: null, error })
  }

  /** Another conversation. */
  const restart = (sessionId: string | null): void => {
    end('cancelled')
    calls.forEach((call) => delete call.turn)
    show({ status: 'idle', error: null, sessionId })
  }

  const wait = (isUrgent?: boolean): void => {
    stopWaiting?.()
    if (coreChunk) takeOver()
    else stopWaiting = awaitCore(() => {
      if (coreChunk) takeOver()
      // In a row: 15 seconds.
      else if (failedAttempts >= 5) fail('The chat could not be loaded. Try again, or reload the page.', 'network')
    }, isUrgent)
  }

  const fail = (message: string, type: 'network' | 'unexpected') => end('failed', { message, type, retryable: true })

  const takeOver = (): void => {
    try {
      core = (coreChunk!.createStreamHandler as CreateForComponent)(options!, caller, given)
    } catch (error) {
      // In a promise, because what is called may throw.
      Promise.reject(error).catch(report)
      return fail((error as Error).message, 'unexpected')
    }
    ;(core.inside() as RecorderHooks).takeOver(core, snapshot, calls, listeners, notify, ended)
  }

  const queued = (id: number) => calls.find(({ send, turn }) => !turn && send?.id === id)
  const isQueued = (id: number) => !!queued(id)

  const methods: Methods = {
    send: ['cancelled', (message, more = {}): Partial<Call> => {
      let text = message as string
      const files: string[] = []
      if (typeof message !== 'string') {
        text = `${message.get('message') ?? ''}`
        const copy = new FormData()
        message.forEach((value, name) => {
          const file = (value as File).name
          // Not the nameless file that a browser makes of an empty file input.
          if (file !== '') copy.append(name, value)
          if (file) files.push(file)
        })
        message = copy
      }
      const since = Date.now() / 1000
      return { args: [message, more], ...(/* Else nothing is sent, which the core knows as well. */ (text.trim() || files.length) && {
        at: since, send: { id: ++lastId, text, priority: more.priority || 'user', since, waitsFor: 'run' },
        turn: snapshot.isStreaming ? undefined : pendingTurn(turnCount++, options!, text, files, since),
      }) as Partial<Call> }
    }],
    resume: ['cancelled'],
    continueRun: ['cancelled'],
    regenerate: ['cancelled'],
    edit: ['cancelled'],
    follow: ['nothing'],
    forkSession: [''],
    renameSession: [],
    deleteSession: [],
    loadSessions: [[]],
    openSession: [false],
    cancel: [0, (more) => {
      end('cancelled', null, more?.queue === 'drop')
      return calls.length
    }],
    begin: [0, () => end('cancelled')],
    feed: [0, (bytes) => ({ args: [bytes.slice()] })],
    end: [0],
    dismissError: [0, () => !!snapshot.error && show({ error: null })],
    load: [0, ({ sessionId, messages }) => {
      restart(sessionId)
      return { args: [{ sessionId, messages: [...messages] }] }
    }],
    clear: [0, () => restart(null)],
    retryNow: [1, () => false],
    showVersion: [1, () => false],
    editQueued: [1, isQueued],
    moveQueued: [1, isQueued],
    sendQueuedNow: [1, isQueued],
    resumeQueue: [1, () => snapshot.queued],
    cancelQueued: [1, (id) => {
      const call = queued(id)
      call?.resolve!('cancelled')
      calls = calls.filter((other) => other !== call)
      if (call) show({})
      return !!call
    }],
  }

  const handler = {
    subscribe(listener) {
      start(ended)
      const entry: WaitingListener = { run: () => listener() }
      if (core) return core.subscribe(listener)
      if (!isDisposed) {
        listeners.add(entry)
        if (!stopWaiting) wait()
      }
      return () => {
        listeners.delete(entry)
        entry.stop?.()
      }
    },
    getSnapshot: () => core?.getSnapshot() ?? snapshot,
    getServerSnapshot: () => emptySnapshot,
    inside: () => (start(), core?.inside() ?? { options: options!, calls, core: () => core, act }),
    dispose() {
      isDisposed = true
      stopWaiting?.()
      core?.dispose()
      listeners.clear()
      end('cancelled')
      calls.splice(0).forEach(({ resolve, gone }) => resolve?.(gone))
    },
  } as InspectableHandler
  for (const [name, [gone, effect]] of Object.entries(methods) as [keyof Methods, [unknown, ((...args: unknown[]) => any)?]][]) {
    ;(handler as unknown as Record<string, unknown>)[name] = (...args: unknown[]) => {
      start()
      if (core) return (core[name] as (...args: unknown[]) => unknown)(...args)
      if (typeof gone !== 'number') return new Promise((resolve, reject) => {
        if (!isDisposed) act(name, args, { resolve, reject, gone, ...effect?.(...args) })
        else if (name === 'send') reject(new Error('ai-stream-handler: send() after dispose()'))
        else resolve(gone)
      })
      const done = !isDisposed && (effect?.(...args) ?? true)
      if (done) act(name, args, done)
      if (gone) return !!done
    }
  }
  if (!ended) start()
  return handler
}
