// One message as a page draws it.

import type { Json } from './json'
import type { TimelineEntry } from './timeline'

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
