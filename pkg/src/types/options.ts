// The options of createStreamHandler.

import type { LogLevel } from './rate-limits'

/**
 * Every option may be left out. One of the wrong kind is refused by `createStreamHandler` with a TypeError, a number out of
 * bounds with a RangeError; both name the option.
 */
export interface HandlerOptions {
  /** Where AgentOS listens, without a path: `http://localhost:7777`. Default: same origin. */
  endpoint?: string | null
  /**
   * The component's id; '' and null are as good as none. One of `agent`, `team`, `workflow`, `url` (needed by `send` only). `url` beside one of the others
   * is where messages go; runs are taken up, continued and cancelled at the routes of the other.
   */
  agent?: string | null
  team?: string | null
  workflow?: string | null
  /** The whole address of the run route, absolute or relative to `endpoint`: `/api/teams/cirkelline/runs`. */
  url?: string | null
  /** What the activity status calls the answering party before its first event. Default: made from its id. */
  name?: string | null
  /** Sent with every request; a `Content-Type` not with forms, which have their own. The function is called for each request. */
  headers?: Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>)
  /** As fetch has it. Default `same-origin`. */
  credentials?: 'omit' | 'same-origin' | 'include'
  /** Form fields sent with every run: `user_id`, `timezone`, … The function is called for each send. */
  fields?: Record<string, string> | (() => Record<string, string>)
  /** Go on in this session. */
  sessionId?: string | null
  /**
   * The handler's own retries, where no backend makes them: of HTTP 429 and 503, of a run that fails with a rate limit,
   * and of a request that got no answer. A stream with `retry` events is left to its server. `false`: none.
   */
  retry?: RetryOptions | false
  /**
   * How the answer of a background run is taken up when its connection is lost: at once, then after 1, 2, 4 … seconds.
   * `false`: it is `interrupted`.
   */
  resume?: ResumeOptions | false
  /**
   * Seconds without a byte after which a stream counts as lost: for background runs, which AgentOS sends a comment every
   * 15 seconds (default 40), and for all others (default 600). `false`: never.
   */
  stall?: { background?: number; foreground?: number } | false
  /** Tried in turn, each with its own retries, when the retries of the one before are used up. */
  fallbacks?: Fallback[]
  /**
   * Input tokens a minute that the model may use: a send that would exceed them is held back, in sight of the user.
   * A number is for every model. What a 429 says of its quota is learned; this wins over it. `false`: never hold back.
   */
  quota?: number | Record<string, number> | false
  /**
   * Tell other tabs of this origin of a rate limit, and heed theirs (BroadcastChannel, by `endpoint`). Default true.
   */
  shareLimits?: boolean
  /** Log lines about retries, in the words of the mission's backend. */
  log?: (level: LogLevel, line: string) => void
  /** Ask AgentOS for background runs: they survive a dropped connection, and their answers are taken up. */
  background?: boolean
  /**
   * Where an answer that is not finished is kept, so that it goes on after a refresh: names and words, never a header, a
   * token or a field. `session`: this tab's sessionStorage; `local`; or a Storage of your own. Default: `session` for
   * background runs, else `false`. A new handler shows what was kept at once, and takes it up at its first use.
   */
  persist?: 'session' | 'local' | Storage | false
  /**
   * When listeners hear of changes. `frame`: at most once per animation frame (a timer of 16 ms where there
   * is none, or in a hidden page), and less often where drawing takes long: it gets a third of the time. `sync`: at each chunk. A number: at most once per so many milliseconds.
   * The end of a run is told at once. Default `frame`.
   */
  notify?: 'frame' | 'sync' | number
  /**
   * Activity texts of your own. Key: a tool's name, or `working`, `responding`, `thinking`, `paused`. Value: a
   * template; `{name}` is the agent or team, `{argument}` the tool's most telling argument, `{query}` … any argument.
   */
  activityTexts?: Record<string, string>
  /** Bounds on memory; see the README. */
  limits?: Partial<Limits>
  /** The fetch to use. Default: the global one, at the time of the call. */
  fetch?: typeof fetch
  /**
   * Called when code of the page's own throws (a listener, `log`, `headers`), and when a request cannot be made of what was
   * given: a header's value, an address. Default: `console.error`.
   */
  onListenerError?: (error: unknown) => void
}

/** Seconds. Bad values are refused by `createStreamHandler` with a RangeError that names the option. */
export interface RetryOptions {
  /** Retries after the first attempt, 0 to 100. Default 3. */
  maxRetries?: number
  /** Before the first retry where the server names no delay; doubled for each further one. Default 5. */
  baseDelay?: number
  /** Cap of the doubling. Default 60. A delay that the server names may be longer, up to 3,600. */
  maxDelay?: number
  /** In place of the doubling; the last one repeats. */
  delays?: number[]
  /** By how much of itself a delay may grow at random, 0 to 1. Default 0. */
  jitter?: number
}

/** Seconds. Bad values are refused by `createStreamHandler` with a RangeError that names the option. */
export interface ResumeOptions {
  /** Attempts in a row that bring nothing, 0 to 100. Default 8. */
  maxAttempts?: number
  /** Before the second attempt; doubled for each further one. Default 1. */
  baseDelay?: number
  /** Cap of the doubling. Default 30. */
  maxDelay?: number
}

/** Another component, as in the options; `name` is what it is called before its first event. */
export type Fallback = { name?: string } & ({ agent: string } | { team: string } | { workflow: string } | { url: string })

/** Bounds on memory, each from 1 to 2,147,483,647. */
export interface Limits {
  /** Longest event, in bytes. A longer one is skipped and counted as malformed. Default 64 MiB. */
  maxEventBytes: number
  /** Longest message text, in bytes; what comes after is counted, not kept. Default 64 MiB. */
  maxTextBytes: number
  /** Timeline entries of one turn. Errors, retries and ends are kept beyond it. Default 5,000. */
  maxTimelineEntries: number
  /** Messages (members, delegations) of one turn. Default 1,000. */
  maxMessages: number
  /** Tool calls of one message. Default 2,000. */
  maxToolCalls: number
}
