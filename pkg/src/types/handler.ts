// What one calls: the options, and the handler itself. What it shows is in types.ts.

import type {
  ChatMessage, LogLevel, Outcome, Priority, Resolution, SessionEntry, Snapshot,
} from './snapshot'
import type { Inside } from './recorder-hooks'

export type * from './recording'

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

/** One conversation: what one calls, and its snapshot. All methods are bound. */
export interface StreamHandler {
  /**
   * Sends a message and streams the answer. Waits its turn while another answer is streaming.
   * Resolves with how it ended; never rejects for anything the server or the network does. It rejects with a
   * TypeError for anything but a text or a FormData, and where the options name no agent, team, workflow or url, and with
   * an Error after `dispose()`.
   * A FormData is sent as it is, plus the fields it lacks.
   * While a rate limit cools down it waits too. `priority`: a background send lets the user's own go first.
   */
  send(message: string | FormData, options?: { priority?: Priority }): Promise<Outcome>
  /** Skips the wait: of a retry of the handler's own, or of a send that is held back. `false`: there was none. */
  retryNow(): boolean
  /** Drops one send of `snapshot.queue`: it resolves as `cancelled`. `false`: it does not wait any more. */
  cancelQueued(id: number): boolean
  /**
   * Takes up an answer that was interrupted (`snapshot.resumable`), from the last frame that was read. Resolves with how it
   * ended; where there is nothing to take up, with how the last turn had ended.
   */
  resume(): Promise<Outcome>
  /**
   * Answers what a paused run asks (`snapshot.pause`), and streams what follows. If the answer does not reach the run, it
   * resolves as `paused`, the banner says why, and the question stays.
   *
   *     h.continueRun(h.getSnapshot().pause.requirements.map((r) => confirm(r)))
   */
  continueRun(resolutions: Resolution | Resolution[]): Promise<Outcome>
  /**
   * Ends the running answer, its wait, or a pause; keeps its text, drops queued sends; and tells the server to stop the run,
   * if it is known by name. No-op when nothing runs.
   */
  cancel(): void
  /**
   * Bring your own transport: opens a turn, with what the user said. Without a text the first frame tells whether it
   * goes on with an earlier turn (a paused or interrupted run) or is a new one. `name`: what the answering party is
   * called until an event tells, as the option of that name. Ends what runs and drops queued sends.
   */
  begin(text?: string, options?: { name?: string }): void
  /** The next bytes of the stream, split anywhere. Opens a turn if none is open. */
  feed(bytes: Uint8Array): void
  /** The stream is over. */
  end(): void
  /** Calls `listener` when the snapshot has changed (see the option `notify`), until what it returns is called. */
  subscribe(listener: () => void): () => void
  /** Everything that is known now, also what no listener was told yet. The same object until something changes. */
  getSnapshot(): Snapshot
  /** For React's server rendering: the snapshot of a new handler. */
  getServerSnapshot(): Snapshot
  /** Closes the banner. */
  dismissError(): void
  /**
   * Reads the sessions of this component (and of the user that `fields` names) from AgentOS into `snapshot.sessions`, newest
   * first, and resolves with those of this page. Rejects with an Error that says why; `httpStatus`, if there was an answer.
   * What `headers` and `fields` throw comes as it is.
   */
  loadSessions(page?: { limit?: number; page?: number }): Promise<SessionEntry[]>
  /**
   * Opens a stored session: its runs become the turns that streaming them had made, and the next message goes on in it. A
   * question that is still open is asked again. Ends what runs. Rejects as `loadSessions` does, and then changes nothing.
   * `false`: the conversation has moved on meanwhile.
   */
  openSession(id: string): Promise<boolean>
  /** Shows an earlier conversation. Ends what runs. */
  load(conversation: { sessionId: string | null; messages: Partial<ChatMessage>[] }): void
  /** A new chat: no turns, no session. The list of sessions stays. Ends what runs. */
  clear(): void
  /** For 'ai-stream-handler/replay', which records runs and shows them again. @internal */
  inside(): Inside
  /** Hangs up and gives the memory back; a background run goes on on the server. The last snapshot stays readable; `send` rejects, every other call is a no-op. */
  dispose(): void
}
