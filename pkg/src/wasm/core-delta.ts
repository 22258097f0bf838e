// Changes to the conversation as the core reports them: the counterpart of `Delta` in src/view.rs, read by read-delta.ts. Where
// the snapshot has a Json value, the core sends its raw text.

import type { ToolCall } from '../types/message'
import type { ModelQuota, Monitor, PacingState, QueuedSend, RetryState } from '../types/rate-limits'
import type { Diagnostics, Outcome, SessionEntry, Status, StreamError, TurnTimes, TurnVersions, Usage } from '../types/snapshot'
import type { TimelineDetails, TimelineEntry } from '../types/timeline'

/** Everything that changed since the last `core.read()`. What is null, or an empty list, did not change. */
export interface Delta {
  turnCount: number
  head: HeadDelta | null
  turns: TurnDelta[]
  sessions: SessionEntry[] | null
  diagnostics: Omit<Diagnostics, 'listenerErrors'>
}

/** What belongs to no turn. Undefined: as in the last delta that had a head. */
export interface HeadDelta {
  status: Status
  isStreaming: boolean
  activityStatus: string | null
  error: StreamError | null | undefined
  retry: RetryState | null | undefined
  pacing: PacingState | null | undefined
  sessionId: string | null
  runId: string | null
  resumable: boolean
  queue: QueuedSend[] | undefined
  queuePaused: boolean
  quota: ModelQuota[] | undefined
  usage: Usage | undefined
  monitor: Monitor | undefined
}

/**
 * Text was appended to one message, and nothing else changed. `work` is an index into `turn.work`, or negative for the answer.
 */
export type Appended = [turn: number, work: number, thoughts: boolean, text: string, bytesRead: number, framesRead: number]

/** Changes to one turn. */
export interface TurnDelta {
  index: number
  id: number
  /** The turn starts over: another version of it follows. */
  fresh: boolean
  facts: TurnFacts | null
  user: MessageDelta | null
  answer: MessageDelta | null
  /** `work` starts over, before the changes below are applied. */
  workReset: boolean
  work: [number, MessageDelta][]
  timeline: EntryDelta[]
}

/** Everything of a turn except its messages and its timeline. */
export interface TurnFacts {
  outcome: Outcome | null
  attempts: number
  times: TurnTimes
  runId: string | null
  error: StreamError | null
  unsent: string | null
  notice: string | null
  /** It belongs to a branch that is not shown. */
  hidden: boolean
  versions: TurnVersions
  versionInUse: number | null
  pause: PauseDelta | null
  followups: string | null
  memories: string | null
  sessionSummary: string | null
  usage: Usage
}

/** Changes to one message. */
export interface MessageDelta {
  head: Head | null
  text: TextDelta | null
  thoughts: TextDelta | null
  /** The tool calls start over, before the changes below are applied. */
  toolsReset: boolean
  tools: [number, ToolDelta][]
}

/** Text to append, after clearing the old one if `reset`. */
export interface TextDelta { reset: boolean; append: string }

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
  name: string
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
  details: SentDetails
}

/** The details of an entry; what is not set is left out. */
export type SentDetails = Omit<TimelineDetails, 'toolArgs' | 'metrics' | 'data'> & { toolArgs?: string; metrics?: string; data?: string }

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
