import type { ErrorReason } from './snapshot'

/** What is known of a refusal: an HTTP answer as a whole, or any part of it. */
export interface RefusalGiven {
  /** HTTP status. Without one, the text decides. */
  status?: number
  /** Header fields of the answer. Only those that speak of limits and waits are read, and `Date`. */
  headers?: Headers | Record<string, string> | Iterable<[string, string]>
  /** The body, or the text of an exception. An object counts as its JSON. */
  body?: unknown
  /** Class of the exception, as AgentOS sends it in `error_type`. Read only without a status. */
  errorType?: string
}

/** A refusal, understood. */
export interface Refusal {
  /** Why. */
  reason: ErrorReason
  /** The wait that it names, in seconds; null if it names none. */
  delay: number | null
  /** The sentence for the user: the provider's own if it has one, without JSON, dumps or markup. */
  message: string
  /** Who refused, where the text tells: `Google`, `Anthropic`, `Amazon Bedrock`, …; else null. */
  provider: string | null
  /** Whether the same request may succeed later. */
  retryable: boolean
}
