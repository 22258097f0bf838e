// Records a handler's runs. In: each call of the core before it is made, and the responses of `fetch` as the core reads them.
// Out: a recording within `maxBytes`. It must change neither calls nor responses, and must never record a header, a query or any
// other possible secret.

import { isRecordedCall } from './allowed-calls'
import { hooksOf } from './hooks-of'
import type { CheckedOptions } from '../types/checked-options'
import type { ReadableResponse } from '../types/readable-response'
import type { RecordingTap, RecorderHooks } from '../types/recorder-hooks'
import type { HandlerOptions } from '../types/options'
import type { RecordableHandler } from './hooks-of'
import type { LoadedMessages, Recorder, RecordedEvent, Recording, RecordingStart, RecordOptions } from '../types/recording'
import type { ErrorType } from '../types/snapshot'

/** The options that influence what happens. */
const RECORDED_OPTIONS = [
  'agent', 'team', 'workflow', 'url', 'name', 'background', 'retry', 'resume', 'stall', 'fallbacks', 'quota', 'activityTexts', 'limits',
] as const
/** The form fields of the protocol. Any other may hold a secret: its value is recorded as null. */
const PROTOCOL_FIELDS = ['message', 'stream', 'stream_events', 'session_id', 'background', 'last_event_index', 'regenerate', 'additional_instructions', 'continue_from', 'input', 'tools', 'requirements', 'step_requirements']
const RECORDED_HEADERS = /^(content-type|date)$|retry-after|rate-?limit/
/**
 * Seconds for which the core's clock shows the time of the last event, so that what it derives from the event has the
 * recorded time.
 */
const CLOCK_HOLD = 1
/** Estimated size of an event without its bytes and strings. */
const EVENT_OVERHEAD = 64

/**
 * Records every run of `handler` from now on: messages, stream bytes, URL paths, the protocol's form fields, and the time of
 * each. Never headers, query strings, file contents, or form fields of yours that `fields` does not list. A run in progress is
 * left out. A second recorder on the same handler stops the first.
 *
 *     const recorder = record(handler)
 *     await handler.send('Hello')
 *     const file = await packRecording(recorder.stop())
 */
export function record(handler: RecordableHandler, options: RecordOptions = {}): Recorder {
  running.get(handler)?.stop()
  const inside = hooksOf(handler)
  const recorder = new RunRecorder(inside, options)
  running.set(handler, recorder)
  inside.listen(recorder)
  return recorder
}

const running = new WeakMap<object, RunRecorder>()

class RunRecorder implements RecordingTap, Recorder {
  #startedAt = 0
  /** For each run, its first index in `#events` and the handler's state at that point. */
  #runs: { from: number; start: RecordingStart }[] = []
  #events: RecordedEvent[] = []
  #sizes: number[] = []
  #size = 0
  #dropped = { runs: 0, events: 0, bytes: 0 }
  #isRecording = true
  #heardAt = 0

  constructor(private readonly inside: RecorderHooks, private readonly options: RecordOptions) {
    this.#begin()
  }

  get recording(): Recording {
    const { start, from } = this.#runs[0] ?? { start: { requests: 0, sessionId: null, kept: null }, from: 0 }
    const t0 = from < this.#events.length ? this.#events[from]!.at : 0
    const events = this.#events.slice(from).map((event) => ({ ...event, at: round(event.at - t0) }))
    return {
      startedAt: round(this.#startedAt + t0), options: recordedOptions(this.inside.options), seed: this.inside.seed, start, events,
      dropped: { ...this.#dropped }, redacted: false,
    }
  }

  stop(): Recording {
    if (this.#isRecording) this.inside.listen(undefined)
    this.#isRecording = false
    return this.recording
  }

  over<T extends object>(core: T): T {
    return new Proxy(core, {
      get: (_, name) => {
        const value: unknown = core[name as keyof T]
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          if (isRecordedCall(name as string)) this.#call(name as string, args)
          return value.apply(core, args) as unknown
        }
      },
    })
  }

  async fetch(fetch: (request: Request) => Promise<ReadableResponse>, request: Request, id: number, form: FormData | undefined): Promise<unknown> {
    const allowed = [...PROTOCOL_FIELDS, ...(this.options.fields ?? [])]
    const fields = form && Object.fromEntries([...form].map(([name, value]) => [name, allowed.includes(name) && typeof value === 'string' ? value : typeof value === 'string' ? null : value.name]))
    this.#push({ at: 0, request: id, method: request.method, path: pathOf(request.url), ...(fields && { fields }) })
    const orFailed = <T>(promise: Promise<T>) => promise.catch((error: unknown) => {
      this.#push({ at: 0, request: id, end: 'failed' })
      throw error
    })
    const response = await orFailed(fetch(request))
    const { status, headers, body } = response
    this.#push({ at: 0, request: id, status, headers: Object.fromEntries([...headers].filter(([name]) => RECORDED_HEADERS.test(name))) })
    if (!form) return response
    if (!body) this.#push({ at: 0, request: id, end: 'closed' })
    // The part of a Response that the core uses.
    return { status, headers, body: body && { getReader: () => {
      const reader = body.getReader()
      const read = async () => {
        const piece = await orFailed(reader.read())
        // A copy, because the stream may reuse its buffer.
        this.#push(piece.done ? { at: 0, request: id, end: 'closed' } : { at: 0, request: id, bytes: piece.value!.slice() })
        return piece
      }
      return { read, cancel: () => reader.cancel() }
    } } }
  }

  now(): number | undefined {
    // Later than that, the core was called by something that is not recorded: the real clock applies.
    return Date.now() / 1000 - this.#heardAt < CLOCK_HOLD ? this.#heardAt : undefined
  }

  diagnosed(id: number, type: ErrorType, message: string): void {
    this.#push({ at: 0, request: id, end: 'failed', error: { type, message } })
  }

  unsent(id: number): void {
    this.#push({ at: 0, request: id, end: 'unsent' })
  }

  loaded(given: LoadedMessages): void {
    const event = this.#events.at(-1)
    // Dropped, because the recording is full.
    if (!event || !('call' in event) || event.call !== 'clear') return
    event.loaded = given
    const size = sizeOf(given)
    this.#sizes[this.#sizes.length - 1]! += size
    this.#size += size
    while (this.#runs.length > 1 && this.#size > this.#limit) this.#dropFirst()
    if (this.#size <= this.#limit) return
    delete event.loaded
    this.#sizes[this.#sizes.length - 1]! -= size
    this.#size -= size
    this.#dropped.bytes += size
  }

  #call(call: string, args: unknown[]): void {
    if (/^(begin|send|sendNow|regenerate|edit|follow|resume|continueRun)$/.test(call)) this.#begin()
    const recorded = args.map((value) => ArrayBuffer.isView(value) ? (value as Uint8Array).slice() : value ?? null)
    this.#push({ at: 0, call, with: recorded as string[] })
  }

  /** Marks the start of a run, unless an answer is in progress. */
  #begin(): void {
    const start = this.#isRecording && this.inside.start()
    if (!start) return
    // Nothing was recorded since the previous mark: it is replaced.
    if (this.#runs.at(-1)?.from === this.#events.length) this.#runs.pop()
    this.#runs.push({ from: this.#events.length, start })
    while (this.#runs.length > 1 && this.#size > this.#limit) this.#dropFirst()
  }

  #dropFirst(): void {
    this.#runs.shift()
    const { from } = this.#runs[0]!
    this.#events.splice(0, from)
    for (const size of this.#sizes.splice(0, from)) this.#size -= size
    for (const run of this.#runs) run.from -= from
    this.#dropped = { ...this.#dropped, runs: this.#dropped.runs + 1 }
  }

  get #limit(): number {
    return this.options.maxBytes ?? 16 << 20
  }

  #push(event: RecordedEvent): void {
    const now = (this.#heardAt = Date.now() / 1000)
    // Events before the first complete run cannot be played back.
    if (!this.#isRecording || !this.#runs.length) return
    if (!this.#events.length && !this.#dropped.runs) this.#startedAt = now
    event.at = round(now - this.#startedAt)
    const size = EVENT_OVERHEAD + sizeOf(event)
    while (this.#runs.length > 1 && this.#size + size > this.#limit) this.#dropFirst()
    if (this.#size + size > this.#limit) {
      this.#dropped.events++
      this.#dropped.bytes += size - EVENT_OVERHEAD
      return
    }
    this.#events.push(event)
    this.#sizes.push(size)
    this.#size += size
  }
}

/** To milliseconds, the clock's resolution. */
const round = (seconds: number) => Math.round(seconds * 1000) / 1000

/** Without the rest of the URL: a query may hold a token, the authority a password. */
const pathOf = (url: string) => new URL(url, 'http://host').pathname

function recordedOptions(options: CheckedOptions): HandlerOptions {
  const entries = RECORDED_OPTIONS.filter((name) => options[name] !== undefined).map((name) => [name, options[name]])
  const copy = structuredClone(Object.fromEntries(entries)) as HandlerOptions
  for (const target of [copy, ...(copy.fallbacks ?? [])] as { url?: string }[]) if (target.url !== undefined) target.url = pathOf(target.url)
  return copy
}

function sizeOf(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength
  if (typeof value === 'string') return 2 * value.length
  return typeof value === 'object' && value !== null ? Object.values(value).reduce<number>((sum, part) => sum + sizeOf(part), 0) : 0
}
