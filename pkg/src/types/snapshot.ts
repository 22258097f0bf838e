/**
 * What a page sees. Every object here is immutable and structurally shared: what did not change keeps its
 * identity from one snapshot to the next, so `===` tells whether something has to be drawn again.
 *
 * Units: every time is in seconds since the Unix epoch, every duration in seconds.
 */

import type { ModelQuota, Monitor, PacingState, QueuedSend, RetryState } from './rate-limits'
import type { Pause } from './pause'

export type * from './rate-limits'
export type * from './pause'

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

/** A tool that a run has called. */
export interface ToolCall {
  tool_call_id: string
  tool_name: string
  /** Parsed when first read. */
  tool_args: Json
  tool_call_error: boolean
  /** What the tool returned (or its error's text); null while it runs. Same as `result`. */
  content: string | null
  result: string | null
  /**
   * `paused`: the run waits for the user to confirm, fill in or execute it. `rejected`: the user said no. `cancelled`: the
   * run was stopped, failed or was lost before the tool ended.
   */
  status: 'started' | 'completed' | 'error' | 'paused' | 'rejected' | 'cancelled'
  /** The text of ToolCallError. */
  error?: string
  /** `time` and `duration` are the same number of seconds; `time` is what agent-ui draws. */
  metrics?: { time: number; duration: number }
  created_at: number
  /** The run that this call delegated to. */
  child_run_id?: string
  role: 'tool'
}

/** A step of the reasoning tools, as the model filled it in. */
export interface ReasoningStep {
  title?: string
  action?: string
  result?: string
  reasoning?: string
  next_action?: string
  confidence?: number
}

/** An image of an answer; `url` is a data URL where the server sent bytes. */
export interface ImageData { id?: string; url: string; mime_type?: string; content?: string; revised_prompt?: string }
/** A video, a sound or a file, as the server sent it. */
export type MediaData = { [key: string]: Json }

/** What somebody said: the user, the answer, a member of the team, or a leader who delegates. */
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

/** What is known of a timeline entry besides. */
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

/** One thing that happened behind the scenes. */
export interface TimelineEntry {
  id: string
  /** Seconds: the event's own time, or its arrival where it carries none. */
  timestamp: number
  /** When it was heard of here, in seconds since the Unix epoch; with fractions, where an event's own time has none. */
  heardAt: number
  /** Of a wait (`retry`, `resume`): when the stream went on. Not there while it lasts. */
  overAt?: number
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
