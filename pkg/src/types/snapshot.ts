/**
 * What a page sees. Every object here is immutable and structurally shared: what did not change keeps its
 * identity from one snapshot to the next, so `===` tells whether something has to be drawn again.
 *
 * Units: every time is in seconds since the Unix epoch, every duration in seconds.
 */

import type { Json } from './json'
import type { ChatMessage } from './message'
import type { Pause } from './pause'
import type { ModelQuota, Monitor, PacingState, QueuedSend, RetryState } from './rate-limits'
import type { TimelineEntry } from './timeline'

/** How a send ended. `interrupted`: the stream stopped without saying how the run ended. */
export type Outcome = 'completed' | 'paused' | 'cancelled' | 'failed' | 'interrupted'

/**
 * What is going on now. `retrying`: the backend, or the handler itself, waits for a rate limit to pass, or to take up an
 * answer whose connection was lost; `retry` tells.
 */
export type Status = 'idle' | 'connecting' | 'streaming' | 'retrying' | Outcome

/**
 * Of the mission's backend: `rate_limit`, `general`, `unexpected`, `timeout`.
 * Ours: `network` (the request never got an answer), `http` (an answer of status 400 or more),
 * `interrupted` (the stream broke off), `protocol` (an answer that is no AgentOS stream).
 */
export type ErrorType =
  | 'rate_limit' | 'general' | 'unexpected' | 'timeout'
  | 'network' | 'http' | 'interrupted' | 'protocol'

/** The error banner. */
export interface StreamError {
  message: string
  type: ErrorType
  /** Retries made before giving up, where the backend said so. */
  retries?: number
  /** HTTP status, for type `http` (and `rate_limit` by HTTP 429). */
  httpStatus?: number
  /** Whether sending the same again may help. */
  retryable: boolean
  /** What the figures show to be the likely cause, for the user: a conversation that is too long for the quota. */
  hint?: string
}

/** Tokens and costs, as the server counts them. */
export interface Usage {
  inputTokens: number
  outputTokens: number
  totalTokens: number
  reasoningTokens: number
  cacheReadTokens: number
  cacheWriteTokens: number
  /** In the currency of the backend's price list (MetricsUpdate); 0 where it sends none. */
  inputCost: number
  outputCost: number
  totalCost: number
}

/** When a turn was asked, when its first frame came, when it ended: seconds since the Unix epoch, by this page's clock. */
export interface TurnTimes {
  beganAt: number
  firstAt: number | null
  endedAt: number | null
}

/** A message of the user and all that came of it. */
export interface Turn {
  id: string
  user: ChatMessage | null
  /** Delegations, members' and sub-teams' messages, in the order in which they began. */
  work: ChatMessage[]
  answer: ChatMessage
  timeline: TimelineEntry[]
  /** null while it runs. */
  outcome: Outcome | null
  /** 1, and one more for each retry. */
  attempts: number
  times: TurnTimes
  runId: string | null
  error: StreamError | null
  pause: Pause | null
  followups: string[]
  memories: Json[]
  sessionSummary: Json | null
  usage: Usage
}

/** A conversation that the server keeps. */
export interface SessionEntry {
  session_id: string
  session_name: string
  created_at: number
  updated_at?: number
  /** The last run of this session, as far as this page saw it. */
  lastOutcome?: Outcome
  /** The last run failed; the session is there all the same. */
  failed?: boolean
}

/** What was read, and what could not be. */
export interface Diagnostics {
  bytesRead: number
  framesRead: number
  unknownEvents: number
  malformedFrames: number
  /** Frames of an attempt that is already void, or repeated by a resumed stream: read and left out. */
  staleFrames: number
  /** Timeline entries beyond the limit. */
  droppedEntries: number
  /** Names of the unknown events, with how often they came. */
  unknown: { name: string; count: number }[]
  /** The last malformed frames. */
  malformed: { reason: string; excerpt: string; frame: number }[]
  /** How often `onListenerError` was called. */
  listenerErrors: number
}

/** `status` tells which of the others are there: `if (s.status === 'retrying') s.retry.delay`. */
export type Snapshot = SnapshotFields & Progress

/** What goes on now. */
export type Progress =
  | { status: 'idle' | Outcome; isStreaming: false; retry: null }
  | { status: 'connecting' | 'streaming'; isStreaming: true; retry: null }
  | { status: 'retrying'; isStreaming: true; retry: RetryState }

/** What a snapshot holds whatever its status. */
export interface SnapshotFields {
  activityStatus: string | null
  error: StreamError | null
  /** A send that is held back to stay under a rate limit. */
  pacing: PacingState | null
  /** What a paused run waits for. */
  pause: Pause | null
  turns: Turn[]
  /** The same, flat: user, work, answer of each turn. */
  messages: ChatMessage[]
  /** Of the last turn. */
  timeline: TimelineEntry[]
  /** The last answer was interrupted, and `resume()` can take it up. */
  resumable: boolean
  sessionId: string | null
  sessions: SessionEntry[]
  /** The run that lives, or the last one: what cancel and continue aim at. */
  runId: string | null
  /** Sends that wait: how many, and which, in the order in which they go out. */
  queued: number
  queue: QueuedSend[]
  /** Tokens per minute of each model that answered in the last minute, or has a quota. */
  quota: ModelQuota[]
  usage: Usage
  monitor: Monitor
  diagnostics: Diagnostics
}
