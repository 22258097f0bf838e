// The options of `createStreamHandler`. Types only; validation is in handler/validate-options.ts and, for numbers, in the core.

import type { LogLevel } from './rate-limits'

/**
 * Options of `createStreamHandler`. All are optional. `undefined` counts as not set, and so does `null` where the type
 * allows it.
 *
 * `createStreamHandler` throws a TypeError for an unknown option or one of the wrong type, and a RangeError for a number out of
 * range. Both name the option.
 */
export type HandlerOptions = HandlerSettings & TargetOptions

/**
 * Where messages go: one of `agent`, `team` and `workflow`, and perhaps `url`. `''` and `null` count as not set. `send` needs one of the
 * four; a handler that is fed by hand needs none.
 */
export type TargetOptions = (
  | {
    /** Id of the agent to talk to. Runs are posted to `/agents/{id}/runs`. */
    agent?: string | null
    team?: null
    workflow?: null
  }
  | {
    /** Id of the team to talk to. Runs are posted to `/teams/{id}/runs`. */
    team?: string | null
    agent?: null
    workflow?: null
  }
  | {
    /** Id of the workflow to talk to. Runs are posted to `/workflows/{id}/runs`. */
    workflow?: string | null
    agent?: null
    team?: null
  }
) & {
  /**
   * Full address of the run route, absolute or relative to `endpoint`: `/api/teams/cirkelline/runs`.
   *
   * Combined with `agent`, `team` or `workflow`, messages are posted to `url`, while runs are resumed, continued and cancelled
   * at that component's own routes.
   */
  url?: string | null
}

/** The options of `createStreamHandler` other than {@link TargetOptions}. */
export interface HandlerSettings {
  /**
   * Base URL of the AgentOS, without a path: `http://localhost:7777`. Default: the page's own origin. `createStreamHandler`
   * throws a TypeError for one without its scheme (`localhost:7777`).
   */
  endpoint?: string | null
  /**
   * Display name of the agent, team or workflow in activity texts, until its first event carries one. Default: derived from the
   * id; `web-researcher` becomes `Web Researcher`.
   */
  name?: string | null
  /**
   * Headers of every request, or a function that returns them. The function is called before each request and may be async. After
   * an HTTP 401 it is called once more, and the request is repeated if the headers differ. If it throws before a request, the
   * request is not sent, the answer fails with `error.type` `general`, and `onListenerError` gets the error.
   *
   * A `Content-Type` header is ignored for form requests: the browser sets it.
   */
  headers?: Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>)
  /**
   * The `credentials` mode of every request, as in `fetch`. Use `'include'` to send cookies to another origin.
   *
   * @default 'same-origin'
   */
  credentials?: 'omit' | 'same-origin' | 'include'
  /**
   * Form fields sent with every run, such as `user_id` or `timezone`, or a function that returns them. The function is called
   * for each send, and when `headers` is called again after an HTTP 401. A FormData passed to `send` keeps its own values.
   */
  fields?: Record<string, string> | (() => Record<string, string>)
  /** Id of an existing session to continue. Not set: the server starts a new session with the first message. */
  sessionId?: string | null
  /**
   * Retries by the handler itself, for backends that do not retry: of HTTP 429, 503 and 529, of a run that fails with a rate limit
   * or an overload, and of a request that got no response from a server that has answered this page before. A stream that announces
   * its own retries (`retry` events) is left to its server. `false` disables them.
   *
   * @default { maxRetries: 3, baseDelay: 5, maxDelay: 60, jitter: 0 }
   */
  retry?: RetryOptions | false
  /**
   * How a background run is resumed when its connection is lost: immediately, then after 1, 2, 4 … seconds. With `false` the
   * answer ends as `interrupted`.
   *
   * @default { maxAttempts: 8, baseDelay: 1, maxDelay: 30 }
   */
  resume?: ResumeOptions | false
  /**
   * Seconds without a byte after which a connection counts as lost, 0 to 86,400; 0 means never. `background` applies to
   * background runs, where AgentOS sends a comment every 15 seconds; `foreground` to all others; `requests` to
   * everything that is not a run: lists of sessions and runs, and changes to a session. `false` disables all three.
   *
   * @default { background: 40, foreground: 600, requests: 30 }
   */
  stall?: StallOptions | false
  /**
   * Components to try, in order, once the retries of the previous one are exhausted. Each gets its own retries.
   *
   * @default []
   */
  fallbacks?: readonly Fallback[]
  /**
   * Input tokens per minute a model may use. A send that would exceed the quota is delayed (`snapshot.pacing`). A number applies
   * to every model, a record to the models it names; each at least 1. Takes precedence over quotas learned from 429 responses.
   * `false` never delays a send for a quota. Default: only learned quotas apply.
   */
  quota?: number | Record<string, number> | false
  /**
   * Share rate limits with other tabs of this origin that use the same `endpoint` (over BroadcastChannel).
   *
   * @default true
   */
  shareLimits?: boolean
  /**
   * Show the answers of other tabs and devices in the current session as they stream (docs/follow.md): the handler looks for
   * them when a session is opened and when the page wakes up, and other tabs of this origin tell it at once (over
   * BroadcastChannel).
   *
   * @default false
   */
  follow?: boolean
  /** Receives log lines about retries, in the wording of docs/rate-limit-retries.md. */
  log?: (level: LogLevel, line: string) => void
  /**
   * Request background runs from AgentOS. They survive a dropped connection, and their answers are resumed.
   *
   * @default false
   */
  background?: boolean
  /**
   * Where an unfinished answer is stored, so that it continues after a page reload: `session` (this tab's sessionStorage),
   * `local` (localStorage), a Storage of your own, or `false`. Stored are the ids of run and session, the last event's index,
   * the user's message, the answer's text and an open question; never a header, a token or a form field.
   *
   * A new handler shows the stored answer at once and resumes it on first use. Default: `session` for background runs,
   * otherwise `false`.
   */
  persist?: 'session' | 'local' | Storage | false
  /**
   * When listeners are called. `frame`: at most once per animation frame (every 16 ms in Node, workers and hidden pages), and
   * less often on pages that are slow to render, so that rendering takes at most a third of the time. `sync`: after each chunk.
   * A number: at most once per so many milliseconds, 0 to 2,147,483,647. The end of a run is always reported immediately.
   *
   * @default 'frame'
   */
  notify?: 'frame' | 'sync' | number
  /**
   * Replacements for the activity texts. Keys: a tool's name, or `working`, `responding`, `thinking`, `paused`. Values:
   * templates, in which `{name}` is the agent or team, `{argument}` the tool's most descriptive argument, and `{query}`, or any
   * other name that argument of the call.
   */
  activityTexts?: Record<string, string>
  /** Memory limits, for streams from servers that you do not trust. Limits that are not set keep their defaults. */
  limits?: Partial<Limits>
  /**
   * The `fetch` to use. It is called with a Request and must not read the body of the response it returns. The response may be
   * less than a Response: headers in a record, a Node stream as the body, strings instead of bytes, or only `text()` instead of a body.
   * Default: `globalThis.fetch`, looked up at each call.
   */
  fetch?: typeof fetch
  /**
   * Called when the page's own code throws (a listener, `log`, `headers`), and when a request cannot be built because a header
   * value or an address is invalid, or the response of `fetch` cannot be read.
   *
   * @default console.error
   */
  onListenerError?: (error: unknown) => void
}

/**
 * Retry policy of the handler; see {@link HandlerSettings.retry}. Delays are in seconds, 0 to 3,600. `createStreamHandler` throws
 * a RangeError for a value out of range.
 */
export interface RetryOptions {
  /**
   * Retries after the first attempt, a whole number from 0 to 100.
   *
   * @default 3
   */
  maxRetries?: number
  /**
   * Delay before the first retry if the server names none, in seconds. Doubles with each further retry.
   *
   * @default 5
   */
  baseDelay?: number
  /**
   * Upper bound of the doubled delay, in seconds. A delay named by the server may be longer, up to 3,600.
   *
   * @default 60
   */
  maxDelay?: number
  /** Explicit delays in seconds, replacing the doubled ones. The last one repeats. */
  delays?: readonly number[]
  /**
   * Largest random increase of a delay, as a fraction of it: 0 to 1.
   *
   * @default 0
   */
  jitter?: number
}

/**
 * How lost connections are resumed; see {@link HandlerSettings.resume}. Delays are in seconds, 0 to 3,600. `createStreamHandler`
 * throws a RangeError for a value out of range.
 */
export interface ResumeOptions {
  /**
   * Consecutive attempts that bring no new event before the answer ends as `interrupted`: a whole number from 0 to 100.
   *
   * @default 8
   */
  maxAttempts?: number
  /**
   * Delay before the second attempt, in seconds; the first is immediate. Doubles with each further attempt.
   *
   * @default 1
   */
  baseDelay?: number
  /**
   * Upper bound of the doubled delay, in seconds.
   *
   * @default 30
   */
  maxDelay?: number
}

/** When a silent connection counts as lost; see {@link HandlerSettings.stall}. */
export interface StallOptions {
  /**
   * Of background runs: seconds without a byte, 0 to 86,400; 0 means never.
   *
   * @default 40
   */
  background?: number
  /**
   * Of all other runs: seconds without a byte, 0 to 86,400; 0 means never.
   *
   * @default 600
   */
  foreground?: number
  /**
   * Seconds without a byte, 0 to 86,400, after which a request that is not a run, such as `loadSessions`, rejects; 0 means never.
   *
   * @default 30
   */
  requests?: number
}

/** A component to fall back to, addressed as in {@link HandlerOptions}. */
export type Fallback = {
  /** Display name until its first event carries one. Default: derived from the id. */
  name?: string
} & (
  | { /** Id of the agent. */ agent: string }
  | { /** Id of the team. */ team: string }
  | { /** Id of the workflow. */ workflow: string }
  | { /** Full address of the run route, as {@link TargetOptions}. */ url: string }
)

/** Memory limits, each 1 to 2,147,483,647. */
export interface Limits {
  /**
   * Maximum size of one event, in bytes. A larger one is skipped and counted as malformed.
   *
   * @default 67_108_864 // 64 MiB
   */
  maxEventBytes: number
  /**
   * Maximum size of one message's text, in bytes. The rest is counted but not kept.
   *
   * @default 67_108_864 // 64 MiB
   */
  maxTextBytes: number
  /**
   * Timeline entries of one turn. Beyond it only errors, retries and ends of runs are added.
   *
   * @default 5000
   */
  maxTimelineEntries: number
  /**
   * Messages of members and delegations in one turn. Further ones are read but not shown.
   *
   * @default 1000
   */
  maxMessages: number
  /**
   * Tool calls of one message. Further ones appear in the timeline only.
   *
   * @default 2000
   */
  maxToolCalls: number
}
