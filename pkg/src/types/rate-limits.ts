// What a page sees of rate limits: retries, delayed and queued sends, quotas, and figures on how retries went.

/** A retry being waited for. */
export interface RetryState {
  /** Number of the retry, from 1. */
  attempt: number
  maxRetries: number
  /** Seconds from the announcement to the next attempt. */
  delay: number
  /** `Rate limit reached. Retrying in 5 seconds... (Attempt 1/3)` */
  message: string
  /** When the next attempt is due, in seconds since the Unix epoch. */
  resumesAt: number
  /** `unavailable`: HTTP 503. `network`: a request got no response, or a connection was lost. */
  cause: 'rate_limit' | 'unavailable' | 'network'
  /** Who retries: the backend, or the handler itself, whose wait `retryNow()` skips. */
  by: 'server' | 'handler'
}

/** A send delayed to stay under a rate limit. */
export interface PacingState {
  /** Seconds from the start of the delay to the send. */
  delay: number
  /** When the message goes out, in seconds since the Unix epoch. */
  resumesAt: number
  /** `Waiting 12 seconds to stay under the rate limit...` */
  message: string
  /** `limit`: a rate limit was just hit, here or in another tab. `quota`: this send would exceed the model's quota. `session`: another run is going on in the session (`session_busy`). */
  cause: 'limit' | 'quota' | 'session'
  /** For the user. Set if the token counts show that a long conversation is the likely cause. */
  hint?: string
}

/** A message waiting to be sent. */
export interface QueuedSend {
  /** For `cancelQueued`, `editQueued`, `moveQueued` and `sendQueuedNow`. */
  id: number
  text: string
  priority: Priority
  /** When `send` was called, in seconds since the Unix epoch. */
  since: number
  /** `run`: waits for the running answer to end. `limit`: waits for a rate limit (for the first in the queue: `snapshot.pacing`). `resume`: the queue is paused. */
  waitsFor: 'run' | 'limit' | 'resume'
}

/** Messages of priority `user` are sent before those of priority `background`. */
export type Priority = 'user' | 'background'

/** A model's use of its quota, in the minute that ends at `asOf`. */
export interface ModelQuota {
  /** Name as the server gives it; `''` if it gives none. */
  model: string
  /** Input tokens used in that minute. */
  inputTokens: number
  /** All tokens used in that minute. */
  totalTokens: number
  /** Requests to the model in that minute. */
  requests: number
  /** Input tokens per minute; `null` if unknown. */
  limit: number | null
  /** Where `limit` comes from: the option `quota`, or the body of a 429 response. */
  source: 'option' | 'learned' | null
  /** Of a learned limit: Google's name for it, such as `GenerateContentPaidTierInputTokensPerModelPerMinute`. */
  quotaId?: string
  /** Seconds since the Unix epoch. */
  asOf: number
  /** When all of this usage is more than a minute old, in seconds since the Unix epoch. */
  freeAt: number
}

/** Figures on retries over some period. */
export interface MonitorFigures {
  /** Answers that ended, with any outcome. */
  answers: number
  /** Retries, by the server or the handler. */
  retries: number
  /** Answers completed after at least one retry. */
  successAfterRetry: number
  /** Answers that failed because the last retry failed. */
  retriesExhausted: number
  /** Mean of the announced delays, in seconds. */
  averageDelay: number
  /** Ended answers whose session id is known, so that a reloaded page can open them again. */
  sessionsKept: number
}

/** An active alert: more than 50 retries or 10 exhausted ones in the last hour, or a mean delay of more than 60 seconds. */
export interface MonitorAlert {
  id: 'high_retry_rate' | 'retry_failure_rate' | 'average_retry_delay'
  value: number
  threshold: number
  message: string
  /** Recommended action. */
  action: string
}

/** Figures on retries: over the lifetime of the handler, and over the hour and the day before `asOf`. */
export interface Monitor extends MonitorFigures {
  lastHour: MonitorFigures
  lastDay: MonitorFigures
  /** Alerts that are active at `asOf`. */
  alerts: MonitorAlert[]
  /** When something was last counted, in seconds since the Unix epoch; 0 if never. */
  asOf: number
}

/** Level of a log line. `healthy`: all is well. `warning`: a delay. `critical`: the last retry, or given up. */
export type LogLevel = 'healthy' | 'warning' | 'critical'
