// What a page sees of a conversation.
//
// Every object is immutable (frozen in development) and structurally shared: whatever did not change is the same object in the
// next snapshot, so `===` tells whether it has to be rendered again. Times are in seconds since the Unix epoch, durations in
// seconds.

import type { Json } from './json'
import type { ChatMessage } from './message'
import type { Pause } from './pause'
import type { ModelQuota, Monitor, PacingState, QueuedSend, RetryState } from './rate-limits'
import type { TimelineEntry } from './timeline'

/**
 * How an answer ended.
 *
 * - `completed`, `failed`: as the run reported. `failed` also if the request itself failed.
 * - `paused`: the run waits for the user (`snapshot.pause`).
 * - `cancelled`: stopped by the user or on the server, or removed from the queue.
 * - `interrupted`: the stream stopped without saying how the run ended.
 */
export type Outcome = 'completed' | 'paused' | 'cancelled' | 'failed' | 'interrupted'

/**
 * Current state of the conversation: an {@link Outcome} between answers, `idle` before the first. `retrying`: the backend or the
 * handler waits, for a rate limit to pass or to resume a lost connection; `snapshot.retry` has the details.
 */
export type Status = 'idle' | 'connecting' | 'streaming' | 'retrying' | Outcome

/**
 * Kind of an error.
 *
 * From the backend: `rate_limit`, `timeout`, `general`, `unexpected` (docs/rate-limit-retries.md). From the handler:
 *
 * - `network`: the request got no response.
 * - `http`: a response with status 400 or above.
 * - `interrupted`: the stream broke off.
 * - `protocol`: the response was not an AgentOS stream.
 */
export type ErrorType =
  | 'rate_limit' | 'general' | 'unexpected' | 'timeout'
  | 'network' | 'http' | 'interrupted' | 'protocol'

/**
 * Why a request or a run was refused, whoever said so: the server, a proxy, or the model's provider. `rate_limit` and
 * `overloaded` pass by themselves and are waited out; `quota_exhausted` is an account, or the allowance of a day, that is used
 * up.
 */
export type ErrorReason =
  | 'rate_limit' | 'overloaded' | 'quota_exhausted' | 'request_too_large' | 'auth' | 'not_found' | 'bad_request'
  | 'content_filtered' | 'timeout' | 'unavailable' | 'unknown'

/** An error to show to the user, in a banner for example. */
export interface StreamError {
  /** For the user. */
  readonly message: string
  readonly type: ErrorType
  /** Retries made before giving up, if known. */
  readonly retries?: number
  /** HTTP status. Set for type `http`, and for `rate_limit` if the response was a 429. */
  readonly httpStatus?: number
  /** Whether sending the same message again may succeed. */
  readonly retryable: boolean
  /** A likely cause, derived from the token counts, in words for the user: the conversation is too long for the quota. */
  readonly hint?: string
  /** Set for errors that a server or a provider stated. */
  readonly reason?: ErrorReason
  /** Who refused, where the text tells: `Google`, `Anthropic`, `Amazon Bedrock`, … */
  readonly provider?: string
  /** When it is worth trying again, if that is more than an hour away. Seconds since the Unix epoch. */
  readonly retryAt?: number
  /**
   * For developers: address of the failed request, without query and credentials. Set for the types `http`, `network` and
   * `protocol`.
   */
  readonly url?: string
}

/** Token counts and costs as the server reports them; 0 if it does not. */
export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly totalTokens: number
  readonly reasoningTokens: number
  readonly cacheReadTokens: number
  readonly cacheWriteTokens: number
  /** In the currency of the backend's price list (MetricsUpdate events). */
  readonly inputCost: number
  /** In the currency of the backend's price list (MetricsUpdate events). */
  readonly outputCost: number
  /** In the currency of the backend's price list (MetricsUpdate events). */
  readonly totalCost: number
}

/** Times of a turn by the page's clock, in seconds since the Unix epoch. */
export interface TurnTimes {
  /** When the user's message was sent. */
  readonly beganAt: number
  /** When the first event arrived. */
  readonly firstAt: number | null
  /** When the answer ended. */
  readonly endedAt: number | null
}

/** Which version of a turn's answer is shown, and how many there are: ‹ 2/3 ›. */
export interface TurnVersions {
  /** From 0, the oldest. */
  readonly index: number
  readonly count: number
}

/** The answer of a turn: it has a `name` at any time. */
export interface Answer extends ChatMessage { readonly name: string }

/** A message of the user and everything that came of it. */
export interface Turn {
  /** Stable for the lifetime of the handler; suitable as a React key. */
  readonly id: string
  readonly user: ChatMessage | null
  /** What the team did for the answer: delegations, and messages of members and sub-teams, in the order in which they began. */
  readonly work: readonly ChatMessage[]
  /** The answer of the top-level run. */
  readonly answer: Answer
  readonly timeline: readonly TimelineEntry[]
  /** `null` while the turn is running. */
  readonly outcome: Outcome | null
  /** 1, plus one for each retry. */
  readonly attempts: number
  readonly times: TurnTimes
  /** Id of the top-level run. */
  readonly runId: string | null
  readonly error: StreamError | null
  /**
   * The user's text, if it never reached the server or was refused with a 4xx status, so that a composer can offer it again; the
   * new text of an edit that was not made; otherwise `null`.
   */
  readonly unsent: string | null
  /** The versions of this turn, of which it shows one. `{ index: 0, count: 1 }` unless it was answered again or edited. */
  readonly versions: TurnVersions
  /**
   * Index of the version that the model sees and continues from, whichever is shown: the last one, once it has completed. `null`: it sees
   * none of them, or that is not known. If an answer that was asked for again failed or was stopped, the model sees neither it nor the
   * one before.
   */
  readonly versionInUse: number | null
  /**
   * For the user: why an earlier version is shown (`The new answer failed. This is the one before it.`), or that the model no longer
   * sees this answer.
   */
  readonly notice: string | null
  readonly pause: Pause | null
  /** Suggested follow-up questions. */
  readonly followups: readonly string[]
  /** Memories the run reported. */
  readonly memories: readonly Json[]
  readonly sessionSummary: Json | null
  readonly usage: Usage
}

/** A session stored on the server. */
export interface SessionEntry {
  readonly session_id: string
  readonly session_name: string
  /** Seconds since the Unix epoch. */
  readonly created_at: number
  /** Seconds since the Unix epoch. */
  readonly updated_at?: number
  /** Outcome of the session's last run, if it ran on this page. */
  readonly lastOutcome?: Outcome
  /** Whether the session's last run failed. The session still exists and can be opened. */
  readonly failed?: boolean
}

/** What was read from the streams, and what could not be. */
export interface Diagnostics {
  readonly bytesRead: number
  readonly framesRead: number
  readonly unknownEvents: number
  readonly malformedFrames: number
  /** Frames that were ignored because they belong to a superseded attempt, or were repeated by a resumed stream. */
  readonly staleFrames: number
  /** Timeline entries not kept because of `limits.maxTimelineEntries`. */
  readonly droppedEntries: number
  /** Names and counts of the unknown events. */
  readonly unknown: readonly { readonly name: string; readonly count: number }[]
  /** The latest malformed frames. */
  readonly malformed: readonly { readonly reason: string; readonly excerpt: string; readonly frame: number }[]
  /** How many errors of the page's own code were reported to `onListenerError`. */
  readonly listenerErrors: number
}

/**
 * State of the conversation at one moment. `status` narrows the other fields: with `status === 'retrying'`, `retry` is not
 * `null`.
 */
export type Snapshot = SnapshotFields & Progress

/** The fields of a snapshot that depend on its status. */
export type Progress =
  | { readonly status: 'idle' | Outcome; readonly isStreaming: false; readonly retry: null }
  | { readonly status: 'connecting' | 'streaming'; readonly isStreaming: true; readonly retry: null }
  | { readonly status: 'retrying'; readonly isStreaming: true; readonly retry: RetryState }

/** The fields of a snapshot that are there in every status. */
export interface SnapshotFields {
  /** What is happening, in one line for the user; `null` if nothing is. */
  readonly activityStatus: string | null
  /** Error of the last answer, until `dismissError()` or the next message. */
  readonly error: StreamError | null
  /** Set while a send is delayed to stay under a rate limit. */
  readonly pacing: PacingState | null
  /** What the last turn's paused run waits for. Same as its `pause`. */
  readonly pause: Pause | null
  readonly turns: readonly Turn[]
  /** The messages of all turns in one list: of each turn `user`, `work`, `answer`. */
  readonly messages: readonly ChatMessage[]
  /** Timeline of the last turn. Same array as its `timeline`. */
  readonly timeline: readonly TimelineEntry[]
  /** Whether the last answer was interrupted and `resume()` can continue it. */
  readonly resumable: boolean
  readonly sessionId: string | null
  readonly sessions: readonly SessionEntry[]
  /** Id of the running or last run, to which `cancel()` and `continueRun()` apply. */
  readonly runId: string | null
  /** Number of messages waiting to be sent. Same as `queue.length`. */
  readonly queued: number
  /** Messages waiting to be sent, in the order in which they go out. */
  readonly queue: readonly QueuedSend[]
  /** Whether `cancel()` has paused the queue: nothing leaves it until `resumeQueue()` or the next `send`. */
  readonly queuePaused: boolean
  /** Token usage of each model that answered in the last minute or has a quota. */
  readonly quota: readonly ModelQuota[]
  /** Sum over all turns. */
  readonly usage: Usage
  readonly monitor: Monitor
  readonly diagnostics: Diagnostics
}
