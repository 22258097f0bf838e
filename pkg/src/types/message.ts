// One message of a conversation, as a page draws it. Field names follow agno-agi/agent-ui.

import type { Json } from './json'
import type { Block } from './markdown'
import type { TimelineEntry } from './timeline'

/** A tool call of a run. */
export interface ToolCall {
  role: 'tool'
  tool_call_id: string
  tool_name: string
  /** Arguments of the call. Parsed on first access. */
  tool_args: Json
  /** Whether the call failed. */
  tool_call_error: boolean
  /** Result of the tool, or the text of its error; `null` while it runs. Same as `result`. */
  content: string | null
  /** Same as `content`. */
  result: string | null
  /**
   * `paused`: waiting for the user to confirm the call, fill in fields or provide the result. `rejected`: the user declined.
   * `cancelled`: the run was stopped, failed or was lost before the tool finished.
   */
  status: 'started' | 'completed' | 'error' | 'paused' | 'rejected' | 'cancelled'
  /** Error text of a ToolCallError event. */
  error?: string
  /** Duration in seconds. `time`, which agent-ui reads, and `duration` are the same number. */
  metrics?: { time: number; duration: number }
  /** Seconds since the Unix epoch. */
  created_at: number
  /** Id of the member run this call delegated to. */
  child_run_id?: string
}

/** A step of agno's reasoning tools, as the model filled it in. */
export interface ReasoningStep {
  title?: string
  action?: string
  result?: string
  reasoning?: string
  next_action?: string
  /** 0 to 1. */
  confidence?: number
}

/** An image of an answer. */
export interface ImageData {
  id?: string
  /** A data URL if the server sent bytes. */
  url: string
  mime_type?: string
  /** Base64, if the server sent bytes. */
  content?: string
  /** The prompt as the image model revised it. */
  revised_prompt?: string
}

/** A video, audio clip or file, as the server sent it. */
export type MediaData = { [key: string]: Json }

/** One message: of the user, the answer, a team member or sub-team, or a delegation to one. */
export interface ChatMessage {
  /** Stable for the lifetime of the handler; suitable as a React key. */
  id: string
  /** `agent`: the answer or, in `turn.work`, the text of a member or sub-team. `delegation`: a task given to a member. */
  role: 'user' | 'agent' | 'delegation' | 'system' | 'tool'
  /** The text. For an answer with an output schema: its JSON, indented by two spaces (see `structured`). */
  content: string
  /**
   * The Markdown blocks of `content`, to be rendered one by one: `blocks.map((b) => <Md key={b.id}>{b.text}</Md>)`. A block that is
   * not `open` keeps its identity, so a new token renders one block. Computed when it is first read; not enumerable.
   */
  readonly blocks: readonly Block[]
  /** All link definitions and footnotes in `content` so far; append it to a block, so that references to them work. Not enumerable. */
  readonly linkDefinitions: string
  /** Seconds since the Unix epoch. */
  created_at: number
  /** The run failed or was interrupted: `snapshot.error` belongs to this message. */
  streamingError?: boolean
  /** The run was cancelled, by the user or on the server. The text received until then is kept. */
  cancelled?: boolean
  tool_calls?: ToolCall[]
  /** Steps of the reasoning tools, and references of knowledge searches. */
  extra_data?: { reasoning_steps?: ReasoningStep[]; references?: Json[] }
  /** The model's own reasoning text received so far. */
  reasoning_content?: string
  /** The value of an answer with an output schema. */
  structured?: Json
  /** Name of the output schema; set together with `structured`. */
  content_type?: string
  images?: ImageData[]
  videos?: MediaData[]
  audio?: MediaData[]
  files?: MediaData[]
  /** Spoken answer of an audio model. */
  response_audio?: MediaData
  citations?: Json
  /** Suggested follow-up questions. */
  followups?: string[]
  agentName?: string
  teamName?: string
  agentId?: string
  teamId?: string
  runId?: string
  /** Id of the run that delegated to this one. Not set for the top-level run. */
  parentRunId?: string
  /** 0 for the answer, 1 for its members, 2 for their members. */
  depth?: number
  /** Of a delegation: name of the agent or team that gave the task. */
  delegatedBy?: string
  /** Of a delegation: name of the member that received the task. */
  delegatedTo?: string
  /** Of a delegation: the member's id as the server names it. */
  delegatedToId?: string
  /** Of a delegation: id of the member's run, once known. */
  childRunId?: string
  /** Of a member's message or a delegation: state of that run. */
  status?: 'started' | 'completed' | 'error' | 'paused' | 'cancelled'
  /** Why the run failed. */
  error?: string
  /** On the answer only: the turn's timeline. Same array as `turn.timeline`. */
  behindTheScenes?: TimelineEntry[]
  /** Of a user message: names of the files sent with it. */
  files_sent?: string[]
}
