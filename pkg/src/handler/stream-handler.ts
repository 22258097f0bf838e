// The handle: createStreamHandler's object. It drives the core, keeps the mirror, paces the listeners.

import type { Core } from '../../generated/core'
import type { Appended, Delta } from '../wasm/core-delta'
import { secondsOf, turnsOfRuns } from '../snapshot/stored-session'
import { turnsOf } from '../snapshot/imported-messages'
import { Keeper } from './resume-storage'
import { EMPTY, Mirror } from '../snapshot/snapshot-store'
import { onAwake } from './page-lifecycle'
import { checked, refusal, tagOf, takes, type Given } from './validate-options'
import { METHODS } from './method-names'
import { Notifier } from './listener-scheduler'
import { fallbacksOf, fieldsOf, flat, headersOf, limitsOf, pathOf, resumeOf, retryOf, runsOf, setQuotas } from './core-config'
import { answersOf } from '../agentos/pause-resolution'
import { componentOf, get } from '../agentos/http-client'
import { memoryOfModule, needStart, started, type Source } from '../wasm/loader'
import { Tabs } from './tab-sync'
import type { HandlerOptions, StreamHandler } from '../types/handler'
import type { Ear, Inside } from '../types/recorder-hooks'
import type { Kept } from '../types/recording'
import type { ChatMessage, LogLevel, Outcome, Priority, Resolution, SessionEntry, Snapshot } from '../types/snapshot'

export type CoreClass = typeof Core

export function makeHandler(source: Source, options: HandlerOptions): StreamHandler {
  return new Handler(source, options)
}

class Handler implements StreamHandler {
  #options: Given
  #source: Source
  #seed = newSeed()
  /** The core without the ear, once something has needed it. */
  #made: Core | undefined
  #ear: Ear | undefined
  /** The core as the ear has it. */
  #heard: Core | undefined
  /** It shows a recording: the page's own network, tabs and time are none of its. */
  #replays = false
  #mirror = new Mirror()
  #notifier: Notifier
  #listenerErrors = 0
  #generation = 0
  #lastTicket = 0
  #sends = new Map<number, { resolve: (outcome: Outcome) => void; form: FormData | null }>()
  #timer: ReturnType<typeof setTimeout> | undefined
  #tabs: Tabs | undefined
  #keeper: Keeper | undefined
  #kept: Kept | null = null
  /** An answer was restored, and waits for somebody to use the handler. */
  #takesUp = false
  #stopWaking: (() => void) | undefined
  #stale = false
  #disposed = false
  #loading = false

  constructor(source: Source, given: HandlerOptions) {
    const options = (this.#options = checked(given))
    this.#notifier = new Notifier(options.notify ?? 'frame', (error) => this.#listenerThrew(error))
    this.#source = source
    needStart(source)
    // Of these the core says whether they can be.
    const { retry, resume, stall, quota, fallbacks } = options
    if ([retry, resume, stall, quota, fallbacks].some((given) => given !== undefined && given !== false)) this.#stale = Boolean(this.#bare)
    if (options.sessionId) this.#mirror.open(options.sessionId)
    if (options.shareLimits !== false) this.#tabs = new Tabs(options.endpoint ?? '', (until) => this.#core.limitElsewhere(until))
    this.#keeper = Keeper.for(options, runsOf(options), () => {
      this.#begun?.keep()
      return this.#kept
    })
    this.#restore(this.#keeper?.read())
    // Bound, so that `const { send } = handler` and useSyncExternalStore(h.subscribe, h.getSnapshot) work.
    for (const name of METHODS) this[name] = this[name].bind(this) as never
  }

  /** Made when it is needed: what a page makes at its start is not used before somebody has written something. */
  get #bare(): Core {
    return (this.#made ??= this.#coreOf(this.#options, this.#seed, typeof this.#options.log === 'function'))
  }

  get #core(): Core {
    return this.#heard ?? this.#bare
  }

  /** The core, if there is one. */
  get #begun(): Core | undefined {
    return this.#heard ?? this.#made
  }

  #coreOf(options: Given, seed: number, logs: boolean): Core {
    const core = new (started(this.#source))(
      this.#host() as never, options.endpoint ?? '', pathOf(options), runsOf(options), options.name ?? null, options.sessionId ?? null,
      options.background ?? false, flat(options.activityTexts), limitsOf(options), retryOf(options),
      resumeOf(options), fallbacksOf(options), logs, seed,
    )
    setQuotas(core, options)
    return core
  }

  async send(message: string | FormData, { priority }: { priority?: Priority } = {}): Promise<Outcome> {
    if (this.#disposed) throw new Error('ai-stream-handler: send() after dispose()')
    if (!pathOf(this.#options)) throw refusal('send() needs one of the options agent, team, workflow or url')
    takes('send', 'a text or a FormData', message, typeof message === 'string' || tagOf(message) === 'FormData')
    this.#generation++
    const form = typeof message === 'string' ? null : copyForm(message)
    const text = typeof message === 'string' ? message : String(form?.get('message') ?? '')
    return this.#ask((ticket) => this.#core.send(ticket, text, form ? filesIn(form) : [], priority === 'background'), form)
  }

  resume(): Promise<Outcome> {
    return this.#ask((ticket) => this.#core.resume(ticket))
  }

  async continueRun(resolutions: Resolution | Resolution[]): Promise<Outcome> {
    if (this.#disposed) return 'cancelled'
    const list = Array.isArray(resolutions) ? resolutions : [resolutions]
    for (const given of list) takes('continueRun', 'what confirm(), reject(), fill() or giveResult() made, or a list of it', given, given?.requirement)
    const answers = answersOf(list)
    return this.#ask((ticket) => this.#core.continueRun(ticket, answers))
  }

  /** Asks the core for something that will have an outcome. */
  #ask(start: (ticket: number) => void, form: FormData | null = null): Promise<Outcome> {
    if (this.#disposed) return Promise.resolve('cancelled')
    this.#attend()
    return new Promise((resolve) => {
      this.#core.fields(flat(fieldsOf(this.#options)))
      const ticket = ++this.#lastTicket
      this.#sends.set(ticket, { resolve, form })
      start(ticket)
    })
  }

  retryNow(): boolean {
    return !this.#disposed && this.#core.retryNow()
  }

  cancelQueued(id: number): boolean {
    return !this.#disposed && this.#core.cancelQueued(id)
  }

  cancel(): void {
    if (!this.#disposed) this.#core.cancel()
  }

  begin(text?: string, { name }: { name?: string } = {}): void {
    if (!this.#disposed) this.#core.begin(text ?? null, name ?? null)
  }

  feed(bytes: Uint8Array): void {
    takes('feed', 'a Uint8Array', bytes, ArrayBuffer.isView(bytes))
    if (this.#disposed) return
    // Somebody listens, or it is another time: the long way.
    if (this.#heard || this.#replays) return this.#core.feed(bytes)
    const core = this.#bare
    const now = Date.now() / 1000
    let urgent = false
    let from = 0
    // In pieces, so that the buffer holds a piece of a large chunk and not the whole.
    do {
      const piece = bytes.length > PIECE ? bytes.subarray(from, from + PIECE) : bytes
      const at = core.room(piece.length, from === 0)
      if (at === 0) break
      memoryOfModule().set(piece, at)
      if (core.took(piece.length, now)) urgent = true
      from += PIECE
    } while (from < bytes.length)
    this.#changed(urgent)
  }

  end(): void {
    if (!this.#disposed) this.#core.end()
  }

  subscribe(listener: () => void): () => void {
    takes('subscribe', 'a function', listener, typeof listener === 'function')
    if (this.#disposed) return () => {}
    this.#attend()
    return this.#notifier.subscribe(listener)
  }

  getSnapshot(): Snapshot {
    if (!this.#disposed) this.#read()
    return this.#mirror.snapshot
  }

  getServerSnapshot(): Snapshot {
    return EMPTY
  }

  dismissError(): void {
    if (!this.#disposed) this.#core.dismissError()
  }

  async loadSessions({ limit = 50, page = 1 }: { limit?: number; page?: number } = {}): Promise<SessionEntry[]> {
    if (this.#disposed) return []
    const query = { ...componentOf(this.#options), user_id: fieldsOf(this.#options).user_id, limit, page }
    const { data } = (await get(this.#options, '/sessions', query)) as { data?: (StoredSession | null)[] }
    const ids = new Set<string>()
    for (const listed of Array.isArray(data) ? data : []) {
      const { session_id: id, session_name: name, created_at, updated_at } = listed ?? {}
      if (this.#disposed || typeof id !== 'string') continue
      ids.add(id)
      this.#core.listSession(id, String(name ?? ''), secondsOf(created_at), updated_at ? secondsOf(updated_at) : undefined)
    }
    return this.getSnapshot().sessions.filter(({ session_id }) => ids.has(session_id))
  }

  async openSession(id: string): Promise<boolean> {
    if (this.#disposed) return false
    const generation = this.#generation
    const runs = await get(this.#options, `/sessions/${encodeURIComponent(id)}/runs`, { type: componentOf(this.#options).type })
    if (this.#disposed || generation !== this.#generation) return false
    this.#takesUp = false
    this.#show(id, [], () => {
      for (const { user, at, frames } of turnsOfRuns(runs)) this.#core.recall(user ?? undefined, at, frames)
    })
    return true
  }

  load(conversation: { sessionId: string | null; messages: Partial<ChatMessage>[] }): void {
    if (!this.#disposed) this.#show(conversation.sessionId, conversation.messages)
  }

  clear(): void {
    this.load({ sessionId: null, messages: [] })
  }

  inside(): Inside {
    return {
      options: this.#options,
      seed: this.#seed,
      start: () => {
        const { isStreaming, sessionId } = this.getSnapshot()
        if (isStreaming || this.#disposed) return null
        this.#bare.keep()
        return { requests: this.#bare.requests(), sessionId, kept: this.#kept }
      },
      listen: (ear) => {
        this.#ear = ear
        this.#heard = ear?.over(this.#bare)
      },
      replay: (...given) => this.#replay(...given),
    }
  }

  dispose(): void {
    if (this.#disposed) return
    this.#disposed = true
    this.#notifier.stop()
    this.#leave()
  }

  /** Ends what runs, and lets go of everything outside. */
  #leave(): void {
    const core = this.#made
    this.#ear = this.#heard = undefined
    this.#keeper?.close()
    this.#keeper = undefined
    core?.dispose()
    this.#read()
    clearTimeout(this.#timer)
    this.#tabs?.close()
    this.#tabs = undefined
    this.#stopWaking?.()
    this.#stopWaking = undefined
    // Later: a listener may have called this while the core is still at work further up the stack.
    queueMicrotask(() => core?.free())
  }

  /** See {@link Inside}. */
  #replay(...[given, seed, { sessionId, kept }, at]: Parameters<Inside['replay']>): ReturnType<Inside['replay']> {
    if (this.#disposed) throw new Error('ai-stream-handler: this handler was disposed of')
    // Before anything is given up: it may be refused.
    const core = this.#coreOf(checked({ ...given, sessionId }), seed, false)
    this.#replays = true
    this.#takesUp = false
    this.#loading = true
    this.#leave()
    this.#loading = false
    this.#made = core
    this.#seed = seed
    this.#mirror = new Mirror()
    core.replay(at)
    this.#restore(kept)
    this.#stale = true
    const change = (work: () => void) => {
      this.#loading = true
      try {
        work()
      } finally {
        this.#loading = false
        this.#notifier.changed(true)
      }
    }
    return { core, change }
  }

  /** Another conversation in place of this one: messages, then what `recall` adds. Nobody hears of it before it is whole. */
  #show(sessionId: string | null, messages: Partial<ChatMessage>[], recall = () => {}): void {
    // Before anything is given up: it may be no list.
    const turns = turnsOf(messages, this.#generation + 1)
    this.#generation++
    this.#loading = true
    try {
      this.#core.clear(sessionId)
      this.#read()
      this.#mirror.load(turns)
      recall()
    } finally {
      this.#loading = false
      this.#notifier.changed(true)
    }
  }

  /** Listens to other tabs and to the page itself; not before somebody uses the handler: a server renders, and forgets it. */
  #attend(): void {
    if (this.#replays) return
    this.#tabs?.open()
    this.#stopWaking ??= onAwake({
      asleep: () => this.#keeper?.flush(),
      gone: () => {
        this.#keeper?.flush()
        // What breaks now is not to be mended on the way out.
        this.#begun?.offline()
      },
      awake: () => this.#begun?.tick(), online: () => this.#core.online(), offline: () => this.#core.offline(),
    })
    if (!this.#takesUp) return
    this.#takesUp = false
    void this.resume()
  }

  /** The question of a paused run. AgentOS 3.1.10 does not tell it in the stream of a workflow's background run. */
  async #whatIsAsked(): Promise<void> {
    const { pause, runId, sessionId } = this.getSnapshot()
    const runs = runsOf(this.#options)
    if (pause !== null || runId === null || !runs || this.#replays) return
    try {
      const run = (await get(this.#options, `${runs}/${encodeURIComponent(runId)}`, { session_id: sessionId ?? undefined })) as Record<string, unknown>
      const asked = run.step_requirements ?? run.requirements
      if (asked && !this.#disposed) this.#core.tellPause(JSON.stringify(asked))
    } catch {
      // It waits all the same; what for is not known.
    }
  }

  /** Shows what an earlier page has kept. */
  #restore(kept: Kept | null | undefined): void {
    const { sessionId } = this.#options
    // Of another chat than the one that is asked for.
    if (!kept || (!this.#replays && sessionId !== undefined && sessionId !== kept.sessionId)) return
    const { runId, lastIndex, name, user, askedAt, text, pause } = kept
    this.#core.restore(runId, kept.sessionId ?? undefined, lastIndex, name, user ?? undefined, askedAt, text, pause?.message, pause?.requirements ?? [])
    this.#takesUp = pause === null && !this.#replays
  }

  /** Brings the mirror up to date. */
  #read(): void {
    if (!this.#stale) return
    this.#stale = false
    this.#core.read()
  }

  /** Something may have changed; `urgent`: an answer ended. */
  #changed(urgent: boolean): void {
    this.#stale = true
    this.#keeper?.changed()
    if (!this.#loading) this.#notifier.changed(urgent)
  }

  #listenerThrew(error: unknown): void {
    this.#listenerErrors++
    this.#stale = true
    const report = this.#options.onListenerError ?? ((e: unknown) => console.error('ai-stream-handler:', e))
    try {
      report(error)
    } catch {
      // A reporter that throws must not stop the stream either.
    }
  }

  /** A caller's fetch may have read the answer itself. It was given all the same: to ask again would run the model twice. */
  #unread(answer: Response): Response {
    if (!answer?.bodyUsed && !answer?.body?.locked) return answer
    this.#listenerThrew(new TypeError('ai-stream-handler: the option fetch has read the body of its response; read a clone() of it'))
    return new Response(null, { status: answer.status, headers: answer.headers })
  }

  /** What the core asks of this side. Its methods must not throw. */
  #host() {
    const { credentials } = this.#options
    return {
      changed: (urgent: boolean) => this.#changed(urgent),
      kept: (kept: Kept | null) => (this.#kept = kept),
      delta: (delta: Delta) => this.#mirror.apply(delta, this.#listenerErrors),
      appended: (...change: Appended) => this.#mirror.append(change),
      settled: (ticket: number, outcome: Outcome) => {
        const sent = this.#sends.get(ticket)
        this.#sends.delete(ticket)
        if (outcome === 'paused') queueMicrotask(() => void this.#whatIsAsked().then(() => sent?.resolve(outcome)))
        else sent?.resolve(outcome)
      },
      wake: (seconds: number) => {
        clearTimeout(this.#timer)
        if (seconds >= 0 && !this.#replays) this.#timer = setTimeout(() => this.#disposed || this.#begun?.tick(), seconds * 1000)
      },
      headers: () => headersOf(this.#options),
      limit: (until: number) => this.#tabs?.tell(until),
      log: (level: LogLevel, line: string) => {
        try {
          this.#options.log?.(level, line)
        } catch (error) {
          this.#listenerThrew(error)
        }
      },
      // A copy: what is filled in for one request must not stay for the next.
      form: (ticket: number) => {
        const form = this.#sends.get(ticket)?.form
        return form ? copyForm(form) : undefined
      },
      credentials: () => credentials ?? 'same-origin',
      fetch: (request: Request, id: number, form?: FormData) => {
        const given = this.#options.fetch ?? globalThis.fetch
        const fetch = async (request: Request) => this.#unread(await given(request))
        return this.#ear ? this.#ear.fetch(fetch, request, id, form) : fetch(request)
      },
      now: () => this.#ear?.now() ?? Date.now() / 1000,
      unsent: (id: number, why: unknown) => {
        this.#ear?.unsent(id)
        if (why !== null) this.#listenerThrew(why)
      },
    }
  }
}

/** Of what is left to chance: jitter. */
const newSeed = () => Math.floor(Math.random() * 2 ** 32)

/** Bytes. */
const PIECE = 256 << 10

/** As AgentOS lists it. */
interface StoredSession { session_id?: unknown; session_name?: unknown; created_at?: unknown; updated_at?: unknown }

function filesIn(form: FormData): string[] {
  return [...form.values()].flatMap((value) => (typeof value === 'string' ? [] : [value.name]))
}

/** The caller keeps their form as it is. */
function copyForm(form: FormData): FormData {
  const copied = new FormData()
  for (const [name, value] of form.entries()) {
    if (typeof value === 'string') copied.append(name, value)
    else copied.append(name, value, value.name)
  }
  return copied
}
