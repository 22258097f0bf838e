// What a recorder keeps of a handler's runs: what was called, and what the network said, each with its time.

import type { HandlerOptions } from './handler'

/** What to keep, and how much of it. */
export interface RecordOptions {
  /**
   * Bytes of memory. Default 16 MiB. Beyond it the oldest runs go; of one that is longer by itself its beginning stays.
   * `recording.dropped` tells.
   */
  maxBytes?: number
  /**
   * Names of your own form fields whose values may be kept. Default: none of them; of the requests only the fields of the
   * protocol are (`message`, `session_id`, …). Headers never are.
   */
  fields?: string[]
}

/** What `record()` returns. */
export interface Recorder {
  /** As far as it has come. */
  readonly recording: Recording
  /** Ends it. */
  stop(): Recording
}

/**
 * Runs as they came, to be shown again by 'ai-stream-handler/replay': no headers, no tokens, no fields of the caller's, of
 * addresses the path alone. What was said is in it; `redact` takes it out.
 */
export interface Recording {
  /** Seconds since the Unix epoch. */
  startedAt: number
  /** Those that decide what happens. */
  options: HandlerOptions
  /** Of the random part of retry delays (`retry.jitter`). */
  seed: number
  /** Where it begins. */
  start: RecordingStart
  /** In order. */
  events: RecordedEvent[]
  /** What was left out for lack of room (see `maxBytes`). */
  dropped: { runs: number; events: number; bytes: number }
  /** Its texts are placeholders. */
  redacted: boolean
}

/** The handler, when the recording began. */
export interface RecordingStart {
  /** How many requests there had been. */
  requests: number
  sessionId: string | null
  /** An answer that was not finished. */
  kept: Kept | null
}

/** An answer that is not finished, as the core tells it: `ResumePoint` in src/state/resume_point.rs. */
export interface Kept {
  runId: string
  sessionId: string | null
  lastIndex: number
  name: string
  user: string | null
  askedAt: number
  text: string
  pause: { message: string; requirements: string[] } | null
}

/** `at`: seconds since the recording began. Requests are known by their number. */
export type RecordedEvent = { at: number } & (
  /** A call: of a method, or of the clock (`tick`), the network (`online`, `offline`) or another tab. */
  | { call: string; with: (string | number | boolean | null | string[] | Uint8Array)[] }
  /** A request goes out. A field of the caller's own is `null`; a file is its name. Without fields it is to stop a run. */
  | { request: number; method: string; path: string; fields?: Record<string, string | null> }
  /** It is answered. */
  | { request: number; status: number; headers: Record<string, string> }
  /** The next bytes of the answer. */
  | { request: number; bytes: Uint8Array }
  /** It is over. */
  | { request: number; end: 'closed' | 'failed' | 'unsent' }
)

/** A frame of a stream; of a stream that has no frames, what came at once. */
export interface RecordedFrame {
  /** Seconds since the recording began, when its last byte came. */
  at: number
  /** In which answer (or leg fed by hand) it came: the first one is 1. */
  stream: number
  bytes: Uint8Array
}
