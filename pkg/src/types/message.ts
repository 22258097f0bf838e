// One message of a conversation, as a page draws it. Field names follow agno-agi/agent-ui.

import type { Json } from './json'
import type { Block } from './markdown'
import type { TimelineEntry } from './timeline'

/** A tool call of a run. */
export interface ToolCall {
  readonly role: 'tool'
  readonly tool_call_id: string
  readonly tool_name: string
  /** Arguments of the call. Parsed on first access. */
  readonly tool_args: Json
  /** Whether the call failed. Same as `status === 'error'`; agent-ui draws this one. */
  readonly tool_call_error: boolean
  /** Result of the tool, or the text of its error; `null` while it runs. Same as `result`; agent-ui draws this one. */
  readonly content: string | null
  /** Same as `content`, as the wire calls it. */
  readonly result: string | null
  /**
   * `paused`: waiting for the user to confirm the call, fill in fields or provide the result. `rejected`: the user declined.
   * `cancelled`: the run was stopped, failed or was lost before the tool finished.
   */
  readonly status: 'started' | 'completed' | 'error' | 'paused' | 'rejected' | 'cancelled'
  /** Error text of a ToolCallError event. */
  readonly error?: string
  /** Duration in seconds. `time`, which agent-ui draws, and `duration`, as the wire calls it, are the same number. */
  readonly metrics?: { readonly time: number; readonly duration: number }
  /** Seconds since the Unix epoch. */
  readonly created_at: number
  /** Id of the member run this call delegated to. */
  readonly child_run_id?: string
}

/** A step of agno's reasoning tools, as the model filled it in. */
export interface ReasoningStep {
  readonly title?: string
  readonly action?: string
  readonly result?: string
  readonly reasoning?: string
  readonly next_action?: string
  /** 0 to 1. */
  readonly confidence?: number
}

/** An image of an answer. */
export interface ImageData {
  readonly id?: string
  /** A data URL if the server sent bytes. */
  readonly url: string
  readonly mime_type?: string
  /** Base64, if the server sent bytes. */
  readonly content?: string
  /** The prompt as the image model revised it. */
  readonly revised_prompt?: string
}

/** A video, audio clip or file, as the server sent it. */
export type MediaData = { readonly [key: string]: Json }

/** One message: of the user, the answer, a team member or sub-team, or a delegation to one. */
export interface ChatMessage {
  /** Stable for the lifetime of the handler; suitable as a React key. */
  readonly id: string
  /** `agent`: the answer or, in `turn.work`, the text of a member or sub-team. `delegation`: a task given to a member. */
  readonly role: 'user' | 'agent' | 'delegation' | 'system' | 'tool'
  /** The text. For an answer with an output schema: its JSON, indented by two spaces (see `structured`). */
  readonly content: string
  /**
   * The Markdown blocks of `content`, to be rendered one by one: `blocks.map((b) => <Md key={b.id}>{b.text}</Md>)`. A block that
   * is not `open` keeps its identity, so a new token renders one block. Computed when it is first read; not enumerable.
   */
  readonly blocks: readonly Block[]
  /**
   * All link definitions and footnotes in `content` so far; append it to a block, so that references to them work. Not
   * enumerable.
   */
  readonly linkDefinitions: string
  /** Seconds since the Unix epoch. */
  readonly created_at: number
  /** The run failed or was interrupted: `turn.error` says why. agent-ui draws this flag. */
  readonly streamingError?: boolean
  /** The run was cancelled, by the user or on the server. The text received until then is kept. */
  readonly cancelled?: boolean
  readonly tool_calls?: readonly ToolCall[]
  /** Steps of the reasoning tools, and references of knowledge searches. */
  readonly extra_data?: { readonly reasoning_steps?: readonly ReasoningStep[]; readonly references?: readonly Json[] }
  /** The model's own reasoning text received so far. */
  readonly reasoning_content?: string
  /** The value of an answer with an output schema. */
  readonly structured?: Json
  /** Name of the output schema; set together with `structured`. */
  readonly content_type?: string
  readonly images?: readonly ImageData[]
  readonly videos?: readonly MediaData[]
  readonly audio?: readonly MediaData[]
  readonly files?: readonly MediaData[]
  /** Spoken answer of an audio model. */
  readonly response_audio?: MediaData
  readonly citations?: Json
  /** Suggested follow-up questions. */
  readonly followups?: readonly string[]
  /**
   * Who speaks, for the user: the agent, team or workflow. On an answer (`turn.answer`) from the beginning: before its first event it
   * is the name that the options or the server's lists give, else one derived from the id; empty only if nothing tells it. Not set on
   * the user's messages and on delegations.
   */
  readonly name?: string
  /** The agent, or the workflow, as the events of this message's run name it. Not set before the first of them; see `name`. */
  readonly agentName?: string
  readonly teamName?: string
  readonly agentId?: string
  readonly teamId?: string
  readonly runId?: string
  /** Id of the run that delegated to this one. Not set for the top-level run. */
  readonly parentRunId?: string
  /** 0 for the answer, 1 for its members, 2 for their members. */
  readonly depth?: number
  /** Of a delegation: name of the agent or team that gave the task. */
  readonly delegatedBy?: string
  /** Of a delegation: name of the member that received the task. */
  readonly delegatedTo?: string
  /** Of a delegation: the member's id as the server names it. */
  readonly delegatedToId?: string
  /** Of a delegation: id of the member's run, once known. */
  readonly childRunId?: string
  /** Of a member's message or a delegation: state of that run. */
  readonly status?: 'started' | 'completed' | 'error' | 'paused' | 'cancelled'
  /** Why the run failed. */
  readonly error?: string
  /** On the answer only: the turn's timeline. Same array as `turn.timeline`. */
  readonly behindTheScenes?: readonly TimelineEntry[]
  /** Of a user message: names of the files sent with it. */
  readonly filesSent?: readonly string[]
  /** @deprecated Use `filesSent`. */
  readonly files_sent?: readonly string[]
}
