// The timeline of a turn: what happened behind the scenes.

import type { Json } from './json'

/** Details of a timeline entry. Which ones are set depends on its `eventType`. */
export interface TimelineDetails {
  toolName?: string
  toolArgs?: Json
  toolCallId?: string
  toolResult?: string
  /** Text of a reasoning step or a thought. */
  reasoningContent?: string
  /** Seconds. */
  executionTime?: number
  /** Number of the retry, from 1. */
  retryAttempt?: number
  maxRetries?: number
  /** Seconds. */
  retryDelay?: number
  errorType?: string
  errorMessage?: string
  /** Retries made before giving up. */
  retryAttempts?: number
  metrics?: Json
  tokenUsage?: { input: number; output: number; total: number }
  /** In the currency of the backend's price list. */
  costs?: { input: number; output: number; total: number }
  model?: string
  /** Attempt of the turn that the entry belongs to, from 1. */
  attempt?: number
  /** Whether the attempt was superseded by a retry: what it produced is not part of the answer. */
  voided?: boolean
  /** Of a workflow step. */
  stepName?: string
  /** Of a workflow step. */
  stepIndex?: number
  /** Of a delegation: name of the member. */
  memberName?: string
  /** Of a delegation: the task given to the member. */
  task?: string
  runId?: string
  /** Other data of the event that a page may want to show. */
  data?: Json
}

/** One thing that happened behind the scenes. */
export interface TimelineEntry {
  /** Unique within the conversation; suitable as a React key. */
  id: string
  /** The event's own time, or its arrival if it carries none: seconds since the Unix epoch. */
  timestamp: number
  /** When the event arrived, in seconds since the Unix epoch, with fractions (the server's own times have none). */
  heardAt: number
  /** Of a wait (`retry`, `resume`): when the stream continued, in seconds since the Unix epoch. Not set while it lasts. */
  overAt?: number
  /**
   * Name of the event: `retry`, `error`, `TeamToolCallStarted`, … Added by the handler: `cancelled`, `cancel` (the server's
   * response to it), `interrupted`, `resume`, `fallback`.
   */
  eventType: string
  /** Name of the agent, team or workflow. */
  source: string
  sourceType: 'agent' | 'team' | 'workflow' | 'system'
  /** One line for the user. */
  description: string
  status: 'started' | 'in_progress' | 'completed' | 'error'
  /** 0 for the top-level run, 1 for its members, 2 for their members. */
  depth: number
  /** `id` of the entry this one belongs to: the start of its run, or the delegation that led to it. */
  parentEventId?: string
  details: TimelineDetails
}
