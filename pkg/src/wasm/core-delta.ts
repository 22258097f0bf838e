// Changes to the conversation as the core reports them: the counterpart of `Delta` in src/view.rs, which
// tests/package/types.test.mjs compares with what the core sends. Where the snapshot has a Json value, the core sends its raw text.

import type { ToolCall } from '../types/message'
import type { ModelQuota, Monitor, PacingState, QueuedSend, RetryState } from '../types/rate-limits'
import type { Diagnostics, Outcome, SessionEntry, Status, StreamError, TurnTimes, Usage } from '../types/snapshot'
import type { TimelineEntry } from '../types/timeline'

/** Everything that changed since the last `core.read()`. Fields that are not set did not change. */
export interface Delta {
  turnCount: number
  head?: {
    status: Status
    isStreaming: boolean
    activityStatus: string | null
    error: StreamError | null
    retry: RetryState | null
    pacing: PacingState | null
    sessionId: string | null
    runId: string | null
    resumable: boolean
    queue: QueuedSend[]
    queuePaused: boolean
    quota: ModelQuota[]
    usage: Usage
    monitor: Monitor
  }
  turns?: TurnDelta[]
  sessions?: SessionEntry[]
  diagnostics: Omit<Diagnostics, 'listenerErrors'>
}

/** Text was appended to one message, and nothing else changed. `work` is an index into `turn.work`, or negative for the answer. */
export type Appended = [turn: number, work: number, thoughts: boolean, text: string, bytesRead: number, framesRead: number]

/** Changes to one turn. */
export interface TurnDelta {
  index: number
  id: number
  facts?: {
    outcome: Outcome | null
    attempts: number
    times: TurnTimes
    runId: string | null
    error: StreamError | null
    unsent: boolean
    pause: PauseDelta | null
    followups: string | null
    memories: string | null
    sessionSummary: string | null
    usage: Usage
  }
  user?: MessageDelta
  answer?: MessageDelta
  /** `work` starts over, before the changes below are applied. */
  workReset: boolean
  work?: [number, MessageDelta][]
  timeline?: EntryDelta[]
}

/** Changes to one message. */
export interface MessageDelta {
  head?: Head
  text?: TextDelta
  thoughts?: TextDelta
  /** The tool calls start over, before the changes below are applied. */
  toolsReset?: boolean
  tools?: [number, ToolDelta][]
}

/** Text to append, after clearing the old one if `reset`. Long texts come in pieces. */
export interface TextDelta { reset?: boolean; append: string | string[] }

/** All fields of a message except texts and tool calls. */
export interface Head {
  id: number
  role: 'user' | 'agent' | 'delegation'
  createdAt: number
  status: 'started' | 'completed' | 'error' | 'paused' | 'cancelled'
  error: string | null
  depth: number
  streamingError: boolean
  cancelled: boolean
  agentName: string | null
  teamName: string | null
  agentId: string | null
  teamId: string | null
  runId: string | null
  parentRunId: string | null
  delegatedBy: string | null
  delegatedTo: string | null
  delegatedToId: string | null
  childRunId: string | null
  reasoningSteps: string[]
  structured: string | null
  contentType: string | null
  images: string[]
  videos: string[]
  audio: string[]
  files: string[]
  responseAudio: string | null
  references: string | null
  citations: string | null
  followups: string | null
  filesSent: string[]
}

/** A tool call, complete. */
export interface ToolDelta {
  id: string
  name: string
  args: string | null
  status: ToolCall['status']
  result: string | null
  error: string | null
  duration: number | null
  createdAt: number
  childRunId: string | null
}

/** A timeline entry, complete. Its `id` is its index. */
export type EntryDelta = Omit<TimelineEntry, 'id' | 'parentEventId' | 'details'> & {
  id: number
  parentEventId?: number
  details: { [key: string]: unknown; toolArgs?: string; metrics?: string; data?: string }
}

/** A pause, complete. */
export interface PauseDelta {
  runId: string | null
  message: string
  requirements: {
    id: string | null
    kind: 'confirmation' | 'input' | 'external'
    toolCallId: string | null
    toolName: string | null
    toolArgs: string | null
    fields: string | null
    memberName: string | null
    memberRunId: string | null
    stepName: string | null
    message: string | null
    raw: string
  }[]
}
