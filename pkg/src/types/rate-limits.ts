// What one sees of rate limits: waits, the queue, quotas, and how it all went.

/** A rate limit being waited out. */
export interface RetryState {
  attempt: number
  maxRetries: number
  /** Seconds. */
  delay: number
  message: string
  /** When the next attempt is due, in seconds since the Unix epoch. */
  resumesAt: number
  /** Why: HTTP 503 is `unavailable`, a request that got no answer `network`. */
  cause: 'rate_limit' | 'unavailable' | 'network'
  /** Who retries: the backend, or the handler itself (then `retryNow()` skips the wait). */
  by: 'server' | 'handler'
}

/** A send that is held back so that it does not run into a rate limit. */
export interface PacingState {
  /** Seconds, from when it was held back. */
  delay: number
  /** When it goes out, in seconds since the Unix epoch. */
  resumesAt: number
  /** `Waiting 12 seconds to stay under the rate limit...` */
  message: string
  /** `limit`: one was hit just now, here or in another tab. `quota`: this send would exceed it. */
  cause: 'limit' | 'quota'
  /** A long conversation named as the cause, where the figures show it. */
  hint?: string
}

/** A send that waits its turn. */
export interface QueuedSend {
  /** For `cancelQueued`. */
  id: number
  text: string
  priority: Priority
  /** When it was sent, in seconds since the Unix epoch. */
  since: number
  /** For the running answer to end, or for a rate limit to pass (`snapshot.pacing`, if it is the first). */
  waitsFor: 'run' | 'limit'
}

/** The user's own messages go before background ones. */
export type Priority = 'user' | 'background'

/** How near a model is to its quota. */
export interface ModelQuota {
  /** As the server names it; empty where it does not. */
  model: string
  /** Used in the minute that ends at `asOf`: input tokens, all tokens, model requests. */
  inputTokens: number
  totalTokens: number
  requests: number
  /** Of input tokens per minute; null where nobody said. */
  limit: number | null
  /** Whether the option `quota` said so, or the body of a 429. */
  source: 'option' | 'learned' | null
  /** Of a learned one: Google's name for it, `GenerateContentPaidTierInputTokensPerModelPerMinute`. */
  quotaId?: string
  /** Seconds since the Unix epoch. `freeAt`: when all of it has left the window. */
  asOf: number
  freeAt: number
}

/** How retries went, in figures. */
export interface MonitorFigures {
  /** Answers that ended, however. */
  answers: number
  /** Retry events. */
  retries: number
  /** Answers completed after at least one retry. */
  successAfterRetry: number
  /** Answers given up after the last retry. */
  retriesExhausted: number
  /** Mean of the announced delays, in seconds. */
  averageDelay: number
  /** Answers of which the session is known: it is there after a refresh. */
  sessionsKept: number
}

/** An alert that holds: more than 50 retries or 10 exhausted ones an hour, or delays of over 60 seconds on average. */
export interface MonitorAlert {
  id: 'high_retry_rate' | 'retry_failure_rate' | 'average_retry_delay'
  value: number
  threshold: number
  message: string
  /** What to do. */
  action: string
}

/** How rate limits went: over the life of the handler, the last hour and the last day before `asOf`. */
export interface Monitor extends MonitorFigures {
  lastHour: MonitorFigures
  lastDay: MonitorFigures
  alerts: MonitorAlert[]
  /** When something was counted last, in seconds since the Unix epoch; 0: never. */
  asOf: number
}

/** `healthy`: all is well. `warning`: it was held up. `critical`: the last try, or given up. */
export type LogLevel = 'healthy' | 'warning' | 'critical'
