// Recordings of a handler's runs: the calls that were made and what the network returned, each with its time.

import type { ChatMessage } from './message'
import type { HandlerOptions } from './options'
import type { ErrorType } from './snapshot'

/** Options of `record`. */
export interface RecordOptions {
  /**
   * Memory limit, in bytes. Beyond it the oldest runs are dropped; of a single run that exceeds it, the beginning is kept.
   * `recording.dropped` counts what is missing.
   *
   * @default 16_777_216 // 16 MiB
   */
  maxBytes?: number
  /**
   * Names of your own form fields whose values may be recorded. Otherwise only the values of the protocol's fields (`message`,
   * `session_id`, …) are. Headers are never recorded.
   *
   * @default []
   */
  fields?: string[]
}

/** A recording in progress, as `record` returns it. */
export interface Recorder {
  /** What has been recorded so far. */
  readonly recording: Recording
  /** Stops recording and returns the result. */
  stop(): Recording
}

/**
 * Recorded runs, to be replayed by 'ai-stream-handler/replay'. Contains messages and stream bytes, which `redact` replaces. Never
 * contains request headers, query strings, file contents, or form fields of yours that you did not list.
 */
export interface Recording {
  /** Seconds since the Unix epoch. */
  startedAt: number
  /** The options that affect the conversation. */
  options: HandlerOptions
  /** Seed of the random part of retry delays (`retry.jitter`). */
  seed: number
  /** State of the handler at the start. */
  start: RecordingStart
  /** In the order in which they happened. */
  events: RecordedEvent[]
  /** What was dropped to stay within `maxBytes`. */
  dropped: { runs: number; events: number; bytes: number }
  /** Whether `redact` has replaced its texts. */
  redacted: boolean
}

/** State of a handler when a recording began. */
export interface RecordingStart {
  /** Number of requests made before. */
  requests: number
  sessionId: string | null
  /** The unfinished answer, if there was one. */
  kept: ResumePoint | null
  /** Whether the server had answered before. Not set: it had. */
  reached?: boolean
  /** The messages that `load` had shown, if nothing was streamed after them. */
  loaded?: LoadedMessages
  /** The stored turns that were shown, if nothing was streamed after them. */
  recalled?: RecalledTurns
}

/** Turns of a stored session. */
export interface RecalledTurns {
  /** How many turns the handler had opened before the first one: their ids are numbered. */
  first: number
  /** The calls of the core that showed them. */
  calls: RecordedCall[]
}

/** A call of the core. */
export interface RecordedCall { call: string; with: (string | number | boolean | null | string[] | Uint8Array)[] }

/** Messages that `load` showed. */
export interface LoadedMessages {
  messages: readonly Partial<ChatMessage>[]
  /** Number of the conversation on its handler, from which the ids of its turns are derived. */
  generation: number
}

/**
 * An unfinished answer: what is stored to resume it after a page reload (option `persist`). Made and read by the core; the field
 * names are those of the stored JSON.
 */
export interface ResumePoint {
  runId: string
  sessionId: string | null
  /** `event_index` of the last event read. */
  lastIndex: number
  /** Name of the answering party. */
  name: string
  /** Of a regeneration in the background: id of the run under which the server keeps its stream. */
  streamId?: string
  /** What the user said. */
  user: string | null
  /** When the turn started, in seconds since the Unix epoch. */
  askedAt: number
  /** Text of the answer so far. */
  text: string
  /** The open question of a paused run; each requirement is JSON text. */
  pause: { message: string; requirements: string[] } | null
  /** The user's new text, if this is a turn whose edit is not finished. Never in a recording. */
  edited?: string
}

/** @deprecated Use {@link ResumePoint}. */
export type Kept = ResumePoint

/** One recorded event. `at` is in seconds since the recording began; `request` is the number of a request. */
export type RecordedEvent = { at: number } & (
  /**
   * A call of the core: a method, or a signal from the clock (`tick`), the network (`online`, `offline`) or another tab.
   * `loaded`: the messages of a `load`, which the core does not know (call `clear`).
   */
  | (RecordedCall & { loaded?: LoadedMessages })
  /**
   * A request was made. A field whose value is not recorded is `null`, a file its name. Without `fields` it is a request to stop
   * a run.
   */
  | { request: number; method: string; path: string; fields?: Record<string, string | null> }
  /** It was answered. */
  | { request: number; status: number; headers: Record<string, string> }
  /** The next bytes of its response. */
  | { request: number; bytes: Uint8Array }
  /**
   * It ended: `closed` as it should, `failed` in between or without a response (`error`: why, if that is known),
   * `unsent` before it was made.
   */
  | { request: number; end: 'closed' | 'failed' | 'unsent'; error?: { type: ErrorType; message: string } }
)

/** A frame of a recorded stream; of a stream without frames, a chunk. */
export interface RecordedFrame {
  /** When its last byte arrived, in seconds since the recording began. */
  at: number
  /** Number of its stream, a response or a `begin` … `end` sequence, from 1. */
  stream: number
  bytes: Uint8Array
}
