// What the core says has changed: the shape of `Delta` in src/view.rs. Fields named here as text hold raw JSON.

import type { ToolCall } from '../types/message'
import type { ModelQuota, Monitor, PacingState, QueuedSend, RetryState } from '../types/rate-limits'
import type { Diagnostics, Outcome, SessionEntry, Status, StreamError, TurnTimes, Usage } from '../types/snapshot'
import type { TimelineEntry } from '../types/timeline'

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
    quota: ModelQuota[]
    usage: Usage
    monitor: Monitor
  }
  turns?: TurnDelta[]
  sessions?: SessionEntry[]
  diagnostics: Omit<Diagnostics, 'listenerErrors'>
}

/** A text that grew, and nothing else: `work` below zero is the answer. */
export type Appended = [turn: number, work: number, thoughts: boolean, text: string, bytesRead: number, framesRead: number]

export interface TurnDelta {
  index: number
  id: number
  facts?: {
    outcome: Outcome | null
    attempts: number
    times: TurnTimes
    runId: string | null
    error: StreamError | null
    pause: PauseDelta | null
    followups: string | null
    memories: string | null
    sessionSummary: string | null
    usage: Usage
  }
  user?: MessageDelta
  answer?: MessageDelta
  workReset: boolean
  work?: [number, MessageDelta][]
  timeline?: EntryDelta[]
}

export interface MessageDelta {
  head?: Head
  text?: TextDelta
  thoughts?: TextDelta
  toolsReset?: boolean
  tools?: [number, ToolDelta][]
}

/** A long text comes in pieces. */
export interface TextDelta { reset?: boolean; append: string | string[] }

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

export type EntryDelta = Omit<TimelineEntry, 'id' | 'parentEventId' | 'details'> & {
  id: number
  parentEventId?: number
  details: { [key: string]: unknown; toolArgs?: string; metrics?: string; data?: string }
}

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
