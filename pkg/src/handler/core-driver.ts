// Drives the core of one handler: creates it on first use, does what it asks for (timers, requests, storage, other tabs), keeps
// the snapshot up to date and notifies listeners. It decides nothing: the core does. Arguments have been validated by the caller.

import { importMessages } from '../snapshot/imported-messages'
import { SnapshotStore } from '../snapshot/snapshot-store'
import { deltaReceiver } from '../wasm/delta-receiver'
import { feedInPlace } from '../wasm/feed'
import { assertModuleUsable, type ModuleSource } from '../wasm/loader'
import { createCore, flattenPairs, resolveFields } from './core-config'
import { CoreSlot } from './core-slot'
import { ListenerScheduler } from './listener-scheduler'
import { OpenCalls } from './open-calls'
import { pageEnvironment, type AnswerNews, type PageEnvironment } from './page-environment'
import { reportTo } from './report-error'
import { tellRequirements } from './pause-requirements'
import { recorderHooks } from './recorder-hooks'
import { requestHost } from './request-host'
import { resumePointOf, restoreArguments } from './resume-point'
import { unfinishedEdit } from './unfinished-edit'
import { validateOptions } from './validate-options'
import { WakeTimer } from './wake-timer'
import type { Core } from '../../generated/core'
import type { CheckedOptions } from '../types/checked-options'
import type { ChatMessage } from '../types/message'
import type { RecorderHooks } from '../types/recorder-hooks'
import type { LoadedMessages, RecalledTurns, ResumePoint } from '../types/recording'
import type { Outcome, Snapshot } from '../types/snapshot'
import type { CoreHost } from '../wasm/core-host'

export class CoreDriver {
  isDisposed = false
  readonly calls = new OpenCalls()
  /** Incremented by each send and each conversation shown, so that what loads meanwhile is known to be outdated. */
  generation = 0
  /** The conversation has all turns that the session has had so far. */
  isWhole: boolean
  /** When this conversation was first shown, in seconds since the Unix epoch. */
  shownAt = Date.now() / 1000
  /** Tells other tabs about this handler's answers, and hears of theirs. */
  news: AnswerNews | undefined
  /** What an earlier page has left of an edit, until it is taken up. Not a function: V8 keeps an object that a closure is
   *  assigned to until a full collection. */
  leftEdit: ResumePoint | null = null
  /** The stored turns shown, and how many requests had been made by then. */
  recalled: (RecalledTurns & { requests: number }) | undefined
  #source: ModuleSource
  #seed = newSeed()
  #slot = new CoreSlot(() => this.#create(this.options, this.#seed, typeof this.options.log === 'function'))
  /** True while replaying: network, other tabs and the real clock are ignored. */
  #isReplaying = false
  #store = new SnapshotStore()
  #scheduler: ListenerScheduler
  #listenerErrors = 0
  #timer = new WakeTimer(() => this.isDisposed || this.#slot.existing?.tick())
  readonly page: PageEnvironment
  #resumePoint: ResumePoint | null = null
  /** The messages that `load` showed last. */
  #loaded: LoadedMessages | undefined
  /** A stored answer is shown, to be resumed on first use. */
  #resumesOnUse = false
  /** When the call being made was made, if that was earlier (take-over.ts). */
  #calledAt: number | undefined
  /** The core has changes that the snapshot does not show yet. */
  #isStale = false
  /** Listeners are not notified, because the conversation is being replaced. */
  #isSilent = false

  /** Throws if the module cannot be started, or the core refuses an option. */
  constructor(source: ModuleSource, readonly options: CheckedOptions) {
    this.#scheduler = new ListenerScheduler(options.notify ?? 'frame', (error) => this.reportError(error))
    this.#source = source
    assertModuleUsable(source)
    this.isWhole = !options.sessionId
    this.page = pageEnvironment(options, {
      core: () => this.core, existingCore: () => this.#slot.existing, resumePoint: () => this.#currentResumePoint(), news: () => this.news,
    })
    // The core validates these: to throw here. Not kept: a core holds its handler, and on a server nobody disposes of that.
    const { retry, resume, stall, quota, fallbacks, sessionId } = options
    if ([retry, resume, stall, quota, fallbacks].some((given) => given !== undefined && given !== false)) this.#create(options, this.#seed, false).free()
    if (sessionId) this.#store.setSession(sessionId)
    this.#restore(this.page.restore())
  }

  get core(): Core {
    return this.#slot.core
  }

  /** The current snapshot; after `dispose()` the last one. */
  get snapshot(): Snapshot {
    if (!this.isDisposed) this.#read()
    return this.#store.snapshot
  }

  subscribe(listener: () => void): () => void {
    this.#use()
    return this.#scheduler.subscribe(listener)
  }

  /** Starts something that has an outcome, and resolves with it. Rejects with what `start` or the option `fields` throws. */
  startCall(start: (ticket: number) => void, form: FormData | null = null): Promise<Outcome> {
    this.news?.expect()
    return this.#call(start, form)
  }

  /** Shows the answer of a turn that goes on elsewhere. `stream`: see the core's `follow`. */
  follow(turn: number, stream?: string): Promise<Outcome> {
    this.generation++
    return this.#call((ticket) => this.core.follow(ticket, turn, stream), null)
  }

  #call(start: (ticket: number) => void, form: FormData | null): Promise<Outcome> {
    if (this.isDisposed) return Promise.resolve('cancelled')
    this.#use()
    return this.calls.start((ticket) => {
      this.core.fields(flattenPairs(resolveFields(this.options)))
      start(ticket)
    }, form)
  }

  /** Whether there is a run, or was one: what `load` showed is none. */
  get hasRun(): boolean {
    this.#read()
    return this.#store.hasStreamed
  }

  resume(): Promise<Outcome> {
    return this.startCall((ticket) => this.core.resume(ticket))
  }

  feed(bytes: Uint8Array): void {
    // A tap has to see the call, and a replay has its own time: both need the core's method.
    if (this.#slot.isTapped || this.#isReplaying) this.core.feed(bytes)
    else this.#changed(feedInPlace(this.core, bytes, this.#calledAt ?? Date.now() / 1000))
  }

  /**
   * Replaces the conversation: by `messages`, then by the turns that `recall` adds to the core. Listeners are notified once, at
   * the end. Throws, changing nothing, if `messages` is not a list.
   */
  show(sessionId: string | null, messages: readonly Partial<ChatMessage>[], recall?: () => void): void {
    const { turns, ...loaded } = importMessages(messages, this.generation + 1, this.options)
    this.generation++
    this.#loaded = turns.length ? loaded : undefined
    this.recalled = undefined
    this.isWhole = recall !== undefined || sessionId === null
    this.shownAt = Date.now() / 1000
    if (recall) this.#resumesOnUse = false // An interrupted answer among the recalled turns is not the stored one.
    this.silently(() => {
      this.core.clear(sessionId)
      if (this.#loaded) this.#slot.tap?.loaded(loaded)
      this.#read()
      this.#store.load(turns)
      recall?.()
    })
  }

  hooks(): RecorderHooks {
    return recorderHooks({
      options: this.options, seed: this.#seed, slot: this.#slot,
      state: () => (this.isDisposed ? null : { snapshot: this.snapshot, kept: () => this.#resumePoint, loaded: this.hasRun ? undefined : this.#loaded, recalled: this.recalled }),
      replay: (...given) => this.#replay(...given),
      store: () => this.#store,
      clock: (now) => (this.#calledAt = now),
      report: (error) => this.reportError(error),
    })
  }

  dispose(): void {
    if (this.isDisposed) return
    this.isDisposed = true
    this.#scheduler.stop()
    this.#detach()
  }

  #create(options: CheckedOptions, seed: number, hasLog: boolean): Core {
    return createCore(this.#source, this.#host(), options, seed, hasLog)
  }

  /** Ends whatever runs, frees the core and detaches from the page. */
  #detach(): void {
    const core = this.#slot.untap()
    this.page.closeStorage()
    core?.dispose()
    this.#read()
    this.#timer.set(-1)
    this.page.close()
    // Deferred: a listener may have called this while the core is on the stack.
    queueMicrotask(() => core?.free())
  }

  /** See {@link RecorderHooks.replay}. */
  #replay(...[given, seed, { sessionId, kept, loaded, reached = true }, at]: Parameters<RecorderHooks['replay']>): ReturnType<RecorderHooks['replay']> {
    if (this.isDisposed) throw new Error('ai-stream-handler: this handler was disposed of')
    // First of all: this throws if the recording's options are invalid.
    const core = this.#create(validateOptions({ ...given, sessionId }), seed, false)
    this.#isReplaying = true
    this.#resumesOnUse = false
    this.#isSilent = true
    this.#detach()
    this.#isSilent = false
    this.#slot.put(core)
    this.#seed = seed
    this.#store = new SnapshotStore()
    core.replay(at)
    if (reached) core.reach()
    this.#restore(kept)
    const load = ({ messages, generation }: LoadedMessages) => (this.#read(), this.#store.load(importMessages(messages, generation, this.options).turns))
    if (loaded) load(loaded)
    this.#isStale = true
    return { core, change: (work) => this.silently(work), load }
  }

  /** Does `work`, and notifies listeners once at its end. */
  silently(work: () => void): void {
    const wasSilent = this.#isSilent
    this.#isSilent = true
    try {
      work()
    } finally {
      this.#isSilent = wasSilent
      if (!wasSilent) this.#scheduler.changed(true)
    }
  }

  /**
   * The handler is being used: listens to the page and other tabs, and resumes a stored answer. Not before, because on a server
   * handlers are created for rendering and never disposed of.
   */
  #use(): void {
    if (this.#isReplaying) return
    this.page.open()
    if (!this.#resumesOnUse) return
    this.#resumesOnUse = false
    void this.resume()
  }

  /** What is to be stored of an unfinished answer. */
  #currentResumePoint(): ResumePoint | null {
    this.#slot.existing?.keep()
    return this.#resumePoint ?? this.leftEdit ?? unfinishedEdit(this)
  }

  /** Shows a stored answer, unless it belongs to another session than the option `sessionId`. */
  #restore(point: ResumePoint | null | undefined): void {
    const { sessionId } = this.options
    this.isWhole &&= !point
    if (!point || (!this.#isReplaying && sessionId !== undefined && sessionId !== point.sessionId)) return
    if (point.edited !== undefined) return void (this.leftEdit = point)
    this.core.restore(...restoreArguments(point))
    this.#resumesOnUse = point.pause === null && !this.#isReplaying
  }

  /** Brings the snapshot up to date. */
  #read(): void {
    if (!this.#isStale) return
    this.#isStale = false
    this.core.read()
  }

  #changed(urgent: boolean): void {
    this.#isStale = true
    this.page.changed()
    if (!this.#isSilent) this.#scheduler.changed(urgent)
    this.news?.changed()
  }

  /** Reports an error of the page's own code. */
  reportError(error: unknown): void {
    this.#listenerErrors++
    this.#isStale = true
    reportTo(this.options, error)
  }

  #host(): CoreHost {
    const { headers, form, credentials, fetch, unsent, now, log } = requestHost(this.options, {
      formOf: (ticket) => this.calls.formOf(ticket), tap: () => this.#slot.tap, calledAt: () => this.#calledAt, reportError: (error) => this.reportError(error),
      reach: () => void (this.isDisposed || this.#isReplaying || this.core.reached || this.core.reach()),
      diagnosed: (id, type, message) => {
        if (this.isDisposed || this.#isReplaying) return
        this.#slot.tap?.diagnosed(id, type, message)
        this.#slot.own.diagnosed(id, type, message)
      },
    })
    const { piece, delta } = deltaReceiver((delta) => this.#store.apply(delta, this.#listenerErrors))
    return { // Not spread: engines make an object slowly whose literal goes on after a spread.
      headers, form, credentials, fetch, unsent, now, log, piece, delta,
      changed: (urgent) => this.#changed(urgent), appended: (...change) => this.#store.append(change), kept: (...given) => (this.#resumePoint = resumePointOf(...given)),
      settled: (ticket, outcome) => {
        const resolve = this.calls.end(ticket)
        this.news?.settled()
        if (outcome === 'paused' && !this.#isReplaying) queueMicrotask(() => void tellRequirements(this).then(() => resolve(outcome)))
        else resolve(outcome)
      },
      wake: (seconds) => this.#timer.set(this.#isReplaying ? -1 : seconds),
      limit: (until) => this.page.limit(until),
    }
  }
}

const newSeed = () => Math.floor(Math.random() * 2 ** 32) // of the jitter of retry delays
