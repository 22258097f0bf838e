// What a page sees of rate limits: retries, delayed and queued sends, quotas, and figures on how retries went.

/** A retry being waited for. */
export interface RetryState {
  /** Number of the retry, from 1. */
  readonly attempt: number
  readonly maxRetries: number
  /** Seconds from the announcement to the next attempt. */
  readonly delay: number
  /** `Rate limit reached. Retrying in 5 seconds... (Attempt 1/3)` */
  readonly message: string
  /** When the next attempt is due, in seconds since the Unix epoch. */
  readonly resumesAt: number
  /** `unavailable`: HTTP 503. `network`: a request got no response, or a connection was lost. */
  readonly cause: 'rate_limit' | 'unavailable' | 'network'
  /** Who retries: the backend, or the handler itself, whose wait `retryNow()` skips. */
  readonly by: 'server' | 'handler'
}

/** A send delayed to stay under a rate limit. */
export interface PacingState {
  /** Seconds from the start of the delay to the send. */
  readonly delay: number
  /** When the message goes out, in seconds since the Unix epoch. */
  readonly resumesAt: number
  /** `Waiting 12 seconds to stay under the rate limit...` */
  readonly message: string
  /**
   * `limit`: a rate limit was just hit, here or in another tab. `quota`: this send would exceed the model's quota. `session`:
   * another run is going on in the session (`session_busy`).
   */
  readonly cause: 'limit' | 'quota' | 'session'
  /** For the user. Set if the token counts show that a long conversation is the likely cause. */
  readonly hint?: string
}

/** A message waiting to be sent. */
export interface QueuedSend {
  /** For `cancelQueued`, `editQueued`, `moveQueued` and `sendQueuedNow`. */
  readonly id: number
  readonly text: string
  readonly priority: Priority
  /** When `send` was called, in seconds since the Unix epoch. */
  readonly since: number
  /**
   * `run`: waits for the running answer to end. `limit`: waits for a rate limit (for the first in the queue: `snapshot.pacing`).
   * `resume`: the queue is paused.
   */
  readonly waitsFor: 'run' | 'limit' | 'resume'
}

/** Messages of priority `user` are sent before those of priority `background`. */
export type Priority = 'user' | 'background'

/** A model's use of its quota, in the minute that ends at `asOf`. */
export interface ModelQuota {
  /** Name as the server gives it; `''` if it gives none. */
  readonly model: string
  /** Input tokens used in that minute. */
  readonly inputTokens: number
  /** All tokens used in that minute. */
  readonly totalTokens: number
  /** Requests to the model in that minute. */
  readonly requests: number
  /** Input tokens per minute; `null` if unknown. */
  readonly limit: number | null
  /** Where `limit` comes from: the option `quota`, or the body of a 429 response. */
  readonly source: 'option' | 'learned' | null
  /** Of a learned limit: Google's name for it, such as `GenerateContentPaidTierInputTokensPerModelPerMinute`. */
  readonly quotaId?: string
  /** Seconds since the Unix epoch. */
  readonly asOf: number
  /** When all of this usage is more than a minute old, in seconds since the Unix epoch. */
  readonly freeAt: number
}

/** Figures on retries over some period. */
export interface MonitorFigures {
  /** Answers that ended, with any outcome. */
  readonly answers: number
  /** Retries, by the server or the handler. */
  readonly retries: number
  /** Answers completed after at least one retry. */
  readonly successAfterRetry: number
  /** Answers that failed because the last retry failed. */
  readonly retriesExhausted: number
  /** Mean of the announced delays, in seconds. */
  readonly averageDelay: number
  /** Ended answers whose session id is known, so that a reloaded page can open them again. */
  readonly sessionsKept: number
}

/** An active alert: more than 50 retries or 10 exhausted ones in the last hour, or a mean delay of more than 60 seconds. */
export interface MonitorAlert {
  readonly id: 'high_retry_rate' | 'retry_failure_rate' | 'average_retry_delay'
  readonly value: number
  readonly threshold: number
  readonly message: string
  /** Recommended action. */
  readonly action: string
}

/** Figures on retries: over the lifetime of the handler, and over the hour and the day before `asOf`. */
export interface Monitor extends MonitorFigures {
  readonly lastHour: MonitorFigures
  readonly lastDay: MonitorFigures
  /** Alerts that are active at `asOf`. */
  readonly alerts: readonly MonitorAlert[]
  /** When something was last counted, in seconds since the Unix epoch; 0 if never. */
  readonly asOf: number
}

/** Level of a log line. `healthy`: all is well. `warning`: a delay. `critical`: the last retry, or given up. */
export type LogLevel = 'healthy' | 'warning' | 'critical'
