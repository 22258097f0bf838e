// What 'ai-stream-handler/replay' needs of a handler, and nobody else: to hear what it hears, and to tell it what it heard.

import type { HandlerOptions } from './options'
import type { RecordingStart } from './recording'

/** A core, as far as recordings go. */
export interface ReplayCore {
  /** It is `now` until the next call, and there is no network but what the calls below tell. */
  replay(now: number): void
  opened(request: number, status: number, type: string, retryAfter?: string, retryAfterMs?: string, date?: string): void
  heard(request: number, bytes: Uint8Array): void
  closed(request: number, whole?: boolean): void
  called(request: number, status: number): void
  feed(bytes: Uint8Array): void
}

/** Hears calls of the core before they are made, and answers as they are read. */
export interface RecordingTap {
  over<T extends object>(core: T): T
  fetch(fetch: (request: Request) => Promise<Response>, request: Request, id: number, form: FormData | undefined): Promise<unknown>
  unsent(id: number): void
  /** When what it heard last came, in seconds since the Unix epoch: then the core says so, too. */
  now(): number | undefined
}

/** A handler from inside. */
export interface RecorderHooks {
  options: HandlerOptions
  seed: number
  /** What it is now; null while an answer is under way. */
  start(): RecordingStart | null
  listen(tap: RecordingTap | undefined): void
  /** Starts it over as one whose clock and network are a recording. `change` changes it, and listeners hear of it once. */
  replay(options: HandlerOptions, seed: number, start: RecordingStart, at: number): { core: ReplayCore; change(work: () => void): void }
}
