/**
 * What a page sees. Every object here is immutable and structurally shared: what did not change keeps its
 * identity from one snapshot to the next, so `===` tells whether something has to be drawn again.
 *
 * Units: every time is in seconds since the Unix epoch, every duration in seconds.
 */

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

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

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

export interface ToolCall {
  tool_call_id: string
  tool_name: string
  /** Parsed when first read. */
  tool_args: Json
  tool_call_error: boolean
  /** What the tool returned (or its error's text); null while it runs. Same as `result`. */
  content: string | null
  result: string | null
  /** `paused`: the run waits for the user to confirm, fill in or execute it. `rejected`: the user said no. */
  status: 'started' | 'completed' | 'error' | 'paused' | 'rejected'
  /** The text of ToolCallError. */
  error?: string
  /** `time` and `duration` are the same number of seconds; `time` is what agent-ui draws. */
  metrics?: { time: number; duration: number }
  created_at: number
  /** The run that this call delegated to. */
  child_run_id?: string
  role: 'tool'
}

export interface ReasoningStep {
  title?: string
  action?: string
  result?: string
  reasoning?: string
  next_action?: string
  confidence?: number
}

export interface ImageData { id?: string; url: string; mime_type?: string; content?: string; revised_prompt?: string }
export type MediaData = { [key: string]: Json }

export interface ChatMessage {
  /** Stable for the life of the handler; good as a React key. */
  id: string
  /** `agent`: the answer, or (in `turn.work`) a member's or sub-team's text. `delegation`: a task given to a member. */
  role: 'user' | 'agent' | 'delegation' | 'system' | 'tool'
  /** Text. For a structured answer: its JSON, indented by two spaces (see `structured`). */
  content: string
  /** Seconds. */
  created_at: number
  /** The banner belongs to this message. */
  streamingError?: boolean
  /** The user or the server stopped this run: the text is what had come until then. */
  cancelled?: boolean
  tool_calls?: ToolCall[]
  extra_data?: { reasoning_steps?: ReasoningStep[]; references?: Json[] }
  /** The model's own thoughts (native reasoning), as far as they have come. */
  reasoning_content?: string
  /** The value of an answer with an output schema; `content_type` is the schema's name. */
  structured?: Json
  content_type?: string
  images?: ImageData[]
  videos?: MediaData[]
  audio?: MediaData[]
  files?: MediaData[]
  response_audio?: MediaData
  citations?: Json
  followups?: string[]
  agentName?: string
  teamName?: string
  agentId?: string
  teamId?: string
  runId?: string
  parentRunId?: string
  /** 0 for the answer, 1 for its members, 2 for theirs. */
  depth?: number
  /** Of a delegation: who gave the task, to whom (`…Id` as the server names it), and the member's run once known. */
  delegatedBy?: string
  delegatedTo?: string
  delegatedToId?: string
  childRunId?: string
  /** Of a member's message and a delegation: how that run stands. */
  status?: 'started' | 'completed' | 'error' | 'paused' | 'cancelled'
  /** Why this run failed. */
  error?: string
  /** On the answer only: the turn's timeline, as the Cirkelline UI draws it. */
  behindTheScenes?: TimelineEntry[]
  /** Of a user message: the names of the files sent along. */
  files_sent?: string[]
}

export interface TimelineDetails {
  toolName?: string
  toolArgs?: Json
  toolCallId?: string
  toolResult?: string
  /** A reasoning step or a thought. */
  reasoningContent?: string
  /** Seconds. */
  executionTime?: number
  retryAttempt?: number
  maxRetries?: number
  /** Seconds. */
  retryDelay?: number
  errorType?: string
  errorMessage?: string
  retryAttempts?: number
  metrics?: Json
  tokenUsage?: { input: number; output: number; total: number }
  costs?: { input: number; output: number; total: number }
  model?: string
  /** Which attempt of the turn the entry belongs to, from 1. */
  attempt?: number
  /** The attempt failed and was started again: what it produced is not part of the answer. */
  voided?: boolean
  stepName?: string
  stepIndex?: number
  memberName?: string
  task?: string
  runId?: string
  /** Whatever else the event carried that a page may want to show. */
  data?: Json
}

export interface TimelineEntry {
  id: string
  /** Seconds: the event's own time, or its arrival where it carries none. */
  timestamp: number
  /**
   * The event's name: `retry`, `error`, `TeamToolCallStarted`, …; ours: `cancelled`, `cancel` (what the server said to it),
   * `interrupted`, `resume`, `fallback`.
   */
  eventType: string
  /** Name of the agent, team or workflow. */
  source: string
  sourceType: 'agent' | 'team' | 'workflow' | 'system'
  description: string
  status: 'started' | 'in_progress' | 'completed' | 'error'
  /** 0: the top-level run; 1: its members; 2: theirs. */
  depth: number
  /** The entry this one is part of: the run's start, or the delegation that led to it. */
  parentEventId?: string
  details: TimelineDetails
}

export interface PauseField { name: string; type: string; description?: string; value?: Json }

/** One thing that a paused run asks for. */
export interface PauseRequirement {
  id?: string
  kind: 'confirmation' | 'input' | 'external'
  toolCallId?: string
  toolName?: string
  toolArgs?: Json
  /** Of kind `input`. */
  fields?: PauseField[]
  memberName?: string
  memberRunId?: string
  /** Of a workflow: the step that waits. */
  stepName?: string
  /** The question in the server's words: `Publish it?` */
  message?: string
  /** The requirement as the server sent it, to be resolved and sent back. */
  raw: Json
}

export interface Pause {
  runId?: string
  message: string
  requirements: PauseRequirement[]
}

/** What the user answers to one requirement; made by `confirm`, `reject`, `fill` and `giveResult`. */
export interface Resolution {
  requirement: PauseRequirement
  /** Of kind `confirmation`. */
  confirmed?: boolean
  /** For the model: why not. */
  note?: string
  /** Of kind `input`: by the field's name. */
  values?: Record<string, Json>
  /** Of kind `external`. */
  result?: string
}

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
  runId: string | null
  error: StreamError | null
  pause: Pause | null
  followups: string[]
  memories: Json[]
  sessionSummary: Json | null
  usage: Usage
}

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
  /** Listeners that threw. */
  listenerErrors: number
}

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

export interface Snapshot {
  status: Status
  isStreaming: boolean
  activityStatus: string | null
  error: StreamError | null
  retry: RetryState | null
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

export interface HandlerOptions {
  /** Where AgentOS listens, without a path: `http://localhost:7777`. Default: same origin. */
  endpoint?: string
  /**
   * The component's id. One of `agent`, `team`, `workflow`, `url` (needed by `send` only). `url` beside one of the others
   * is where messages go; runs are taken up, continued and cancelled at the routes of the other.
   */
  agent?: string
  team?: string
  workflow?: string
  /** The whole address of the run route, absolute or relative to `endpoint`: `/api/teams/cirkelline/runs`. */
  url?: string
  /** What the activity status calls the answering party before its first event. Default: made from its id. */
  name?: string
  /** Sent with every request. The function is called for each request. */
  headers?: Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>)
  /** As fetch has it. Default `same-origin`. */
  credentials?: 'omit' | 'same-origin' | 'include'
  /** Form fields sent with every run: `user_id`, `timezone`, … */
  fields?: Record<string, string>
  /** Go on in this session. */
  sessionId?: string
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
   * is none, or in a hidden page). `sync`: at each chunk. A number: at most once per so many milliseconds.
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
  /** Called when a listener throws. Default: `console.error`. */
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

export interface StreamHandler {
  /**
   * Sends a message and streams the answer. Waits its turn while another answer is streaming.
   * Resolves with how it ended; never rejects for anything the server or the network does. It rejects with a
   * TypeError where the options name no agent, team, workflow or url.
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
  subscribe(listener: () => void): () => void
  getSnapshot(): Snapshot
  /** For React's server rendering: the snapshot of a new handler. */
  getServerSnapshot(): Snapshot
  /** Closes the banner. */
  dismissError(): void
  /**
   * Reads the sessions of this component (and of the user that `fields` names) from AgentOS into `snapshot.sessions`, newest
   * first, and resolves with those of this page. Rejects with an Error that says why; `httpStatus`, if there was an answer.
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
  /** Hangs up and gives the memory back; a background run goes on on the server. The last snapshot stays readable; every other call is a no-op. */
  dispose(): void
}
