// Drives the core of one handler: carries out what it asks, keeps the snapshot up to date, tells listeners.

import { fetchRequirements } from '../agentos/sessions'
import { turnsFromMessages } from '../snapshot/imported-messages'
import { SnapshotStore } from '../snapshot/snapshot-store'
import { feedInPlace } from '../wasm/feed'
import { assertModuleUsable, type ModuleSource } from '../wasm/loader'
import { createCore, resolveFields, flattenPairs, componentRunsPath } from './core-config'
import { ListenerScheduler } from './listener-scheduler'
import { pageEnvironment, type PageEnvironment } from './page-environment'
import { requestHost } from './request-host'
import { validateOptions } from './validate-options'
import type { Core } from '../../generated/core'
import type { ChatMessage } from '../types/message'
import type { CheckedOptions } from '../types/checked-options'
import type { RecorderHooks, RecordingTap } from '../types/recorder-hooks'
import type { ResumePoint } from '../types/recording'
import type { Outcome, Snapshot } from '../types/snapshot'
import type { CoreHost } from '../wasm/core-host'

export class CoreDriver {
  isDisposed = false
  /** One more for each send and each conversation that is shown. */
  generation = 0
  #source: ModuleSource
  #seed = newSeed()
  /** The core without the tap, once something has needed it. */
  #untappedCore: Core | undefined
  #tap: RecordingTap | undefined
  /** The core as the tap has it. */
  #tappedCore: Core | undefined
  /** It shows a recording: the page's own network, tabs and time are none of its. */
  #isReplaying = false
  #store = new SnapshotStore()
  #scheduler: ListenerScheduler
  #listenerErrors = 0
  #lastTicket = 0
  #calls = new Map<number, { resolve: (outcome: Outcome) => void; form: FormData | null }>()
  #wakeTimer: ReturnType<typeof setTimeout> | undefined
  #page: PageEnvironment
  #resumePoint: ResumePoint | null = null
  /** An answer was restored, and waits for somebody to use the handler. */
  #resumesOnUse = false
  /** The mirror is behind the core. */
  #isStale = false
  /** Nobody is to hear of a conversation that is not whole. */
  #isSilent = false

  constructor(source: ModuleSource, readonly options: CheckedOptions) {
    this.#scheduler = new ListenerScheduler(options.notify ?? 'frame', (error) => this.#reportError(error))
    this.#source = source
    assertModuleUsable(source)
    this.#page = pageEnvironment(options, () => this.core, () => this.#existing, () => this.#currentResumePoint())
    // Of these the core says whether they can be.
    const { retry, resume, stall, quota, fallbacks, sessionId } = options
    if ([retry, resume, stall, quota, fallbacks].some((given) => given !== undefined && given !== false)) this.#isStale = Boolean(this.#untapped)
    if (sessionId) this.#store.open(sessionId)
    this.#restore(this.#page.restore())
  }

  /** Made when it is needed: what a page makes at its start is not used before somebody has written something. */
  get #untapped(): Core {
    return (this.#untappedCore ??= this.#create(this.options, this.#seed, typeof this.options.log === 'function'))
  }

  get core(): Core {
    return this.#tappedCore ?? this.#untapped
  }

  /** The core, if there is one. */
  get #existing(): Core | undefined {
    return this.#tappedCore ?? this.#untappedCore
  }

  /** Everything that is known now; after `dispose` what was known last. */
  get snapshot(): Snapshot {
    if (!this.isDisposed) this.#read()
    return this.#store.snapshot
  }

  subscribe(listener: () => void): () => void {
    this.#onFirstUse()
    return this.#scheduler.subscribe(listener)
  }

  /** Asks the core for something that will have an outcome. */
  ask(start: (ticket: number) => void, form: FormData | null = null): Promise<Outcome> {
    if (this.isDisposed) return Promise.resolve('cancelled')
    this.#onFirstUse()
    return new Promise((resolve) => {
      this.core.fields(flattenPairs(resolveFields(this.options)))
      this.#calls.set(++this.#lastTicket, { resolve, form })
      start(this.#lastTicket)
    })
  }

  resume(): Promise<Outcome> {
    return this.ask((ticket) => this.core.resume(ticket))
  }

  feed(bytes: Uint8Array): void {
    // Somebody listens, or it is another time: the long way.
    if (this.#tappedCore || this.#isReplaying) this.core.feed(bytes)
    else this.#changed(feedInPlace(this.core, bytes, Date.now() / 1000))
  }

  /** Another conversation in place of this one: messages, then what `recall` adds. Nobody hears of it before it is whole. */
  show(sessionId: string | null, messages: Partial<ChatMessage>[], recall?: () => void): void {
    // Before anything is given up: it may be no list.
    const turns = turnsFromMessages(messages, this.generation + 1)
    this.generation++
    // What a session tells may be interrupted, too: that is not what was restored.
    if (recall) this.#resumesOnUse = false
    this.#silently(() => {
      this.core.clear(sessionId)
      this.#read()
      this.#store.load(turns)
      recall?.()
    })
  }

  hooks(): RecorderHooks {
    return {
      options: this.options,
      seed: this.#seed,
      start: () => {
        const { isStreaming, sessionId } = this.snapshot
        if (isStreaming || this.isDisposed) return null
        this.#untapped.keep()
        return { requests: this.#untapped.requests(), sessionId, kept: this.#resumePoint }
      },
      listen: (tap) => {
        this.#tap = tap
        this.#tappedCore = tap?.over(this.#untapped)
      },
      replay: (...given) => this.#replay(...given),
    }
  }

  dispose(): void {
    if (this.isDisposed) return
    this.isDisposed = true
    this.#scheduler.stop()
    this.#leave()
  }

  #create(options: CheckedOptions, seed: number, logs: boolean): Core {
    return createCore(this.#source, this.#host(), options, seed, logs)
  }

  /** Ends what runs, and lets go of everything outside. */
  #leave(): void {
    const core = this.#untappedCore
    this.#tap = this.#tappedCore = undefined
    this.#page.closeStorage()
    core?.dispose()
    this.#read()
    clearTimeout(this.#wakeTimer)
    this.#page.close()
    // Later: a listener may have called this while the core is still at work further up the stack.
    queueMicrotask(() => core?.free())
  }

  /** See {@link RecorderHooks}. */
  #replay(...[given, seed, { sessionId, kept }, at]: Parameters<RecorderHooks['replay']>): ReturnType<RecorderHooks['replay']> {
    if (this.isDisposed) throw new Error('ai-stream-handler: this handler was disposed of')
    // Before anything is given up: it may be refused.
    const core = this.#create(validateOptions({ ...given, sessionId }), seed, false)
    this.#isReplaying = true
    this.#resumesOnUse = false
    this.#isSilent = true
    this.#leave()
    this.#isSilent = false
    this.#untappedCore = core
    this.#seed = seed
    this.#store = new SnapshotStore()
    core.replay(at)
    this.#restore(kept)
    this.#isStale = true
    return { core, change: (work) => this.#silently(work) }
  }

  /** Listeners hear of all that `work` does at its end, once. */
  #silently(work: () => void): void {
    this.#isSilent = true
    try {
      work()
    } finally {
      this.#isSilent = false
      this.#scheduler.changed(true)
    }
  }

  /** Listens to other tabs and to the page itself; not before somebody uses the handler: a server renders, and forgets it. */
  #onFirstUse(): void {
    if (this.#isReplaying) return
    this.#page.open()
    if (!this.#resumesOnUse) return
    this.#resumesOnUse = false
    void this.resume()
  }

  /** The question of a paused run. AgentOS 3.1.10 does not tell it in the stream of a workflow's background run. */
  async #loadPauseRequirements(): Promise<void> {
    const { pause, runId, sessionId } = this.snapshot
    const runs = componentRunsPath(this.options)
    if (pause !== null || runId === null || !runs || this.#isReplaying) return
    try {
      const asked = await fetchRequirements(this.options, runs, runId, sessionId)
      if (asked && !this.isDisposed) this.core.tellPause(JSON.stringify(asked))
    } catch {
      // It waits all the same; what for is not known.
    }
  }

  #currentResumePoint(): ResumePoint | null {
    this.#existing?.keep()
    return this.#resumePoint
  }

  /** Shows what an earlier page has kept. */
  #restore(point: ResumePoint | null | undefined): void {
    const { sessionId } = this.options
    // Of another chat than the one that is asked for.
    if (!point || (!this.#isReplaying && sessionId !== undefined && sessionId !== point.sessionId)) return
    const { runId, lastIndex, name, user, askedAt, text, pause } = point
    this.core.restore(runId, point.sessionId ?? undefined, lastIndex, name, user ?? undefined, askedAt, text, pause?.message, pause?.requirements ?? [])
    this.#resumesOnUse = pause === null && !this.#isReplaying
  }

  /** Brings the mirror up to date. */
  #read(): void {
    if (!this.#isStale) return
    this.#isStale = false
    this.core.read()
  }

  /** Something may have changed; `urgent`: an answer ended. */
  #changed(urgent: boolean): void {
    this.#isStale = true
    this.#page.changed()
    if (!this.#isSilent) this.#scheduler.changed(urgent)
  }

  #reportError(error: unknown): void {
    this.#listenerErrors++
    this.#isStale = true
    const report = this.options.onListenerError ?? ((e: unknown) => console.error('ai-stream-handler:', e))
    try {
      report(error)
    } catch {
      // A reporter that throws must not stop the stream either.
    }
  }

  #host(): CoreHost {
    return {
      ...requestHost(this.options, (ticket) => this.#calls.get(ticket)?.form, () => this.#tap, (error) => this.#reportError(error)),
      changed: (urgent) => this.#changed(urgent),
      kept: (point) => (this.#resumePoint = point),
      delta: (delta) => this.#store.apply(delta, this.#listenerErrors),
      appended: (...change) => this.#store.append(change),
      settled: (ticket, outcome) => {
        const call = this.#calls.get(ticket)
        this.#calls.delete(ticket)
        if (outcome === 'paused') queueMicrotask(() => void this.#loadPauseRequirements().then(() => call?.resolve(outcome)))
        else call?.resolve(outcome)
      },
      wake: (seconds) => {
        clearTimeout(this.#wakeTimer)
        if (seconds >= 0 && !this.#isReplaying) this.#wakeTimer = setTimeout(() => this.isDisposed || this.#existing?.tick(), seconds * 1000)
      },
      limit: (until) => this.#page.limit(until),
    }
  }
}

/** Of what is left to chance: jitter. */
const newSeed = () => Math.floor(Math.random() * 2 ** 32)
