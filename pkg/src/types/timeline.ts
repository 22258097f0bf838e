// The timeline of a turn: what happened behind the scenes.

import type { Json } from './json'

/** Details of a timeline entry. Which ones are set depends on its `eventType`. */
export interface TimelineDetails {
  readonly toolName?: string
  readonly toolArgs?: Json
  readonly toolCallId?: string
  readonly toolResult?: string
  /** Text of a reasoning step or a thought. */
  readonly reasoningContent?: string
  /** Seconds. */
  readonly executionTime?: number
  /** Number of the retry, from 1. */
  readonly retryAttempt?: number
  readonly maxRetries?: number
  /** Seconds. */
  readonly retryDelay?: number
  readonly errorType?: string
  readonly errorMessage?: string
  /** Retries made before giving up. */
  readonly retryAttempts?: number
  readonly metrics?: Json
  readonly tokenUsage?: { readonly input: number; readonly output: number; readonly total: number }
  /** In the currency of the backend's price list. */
  readonly costs?: { readonly input: number; readonly output: number; readonly total: number }
  readonly model?: string
  /** Attempt of the turn that the entry belongs to, from 1. */
  readonly attempt?: number
  /** Whether the attempt was superseded by a retry: what it produced is not part of the answer. */
  readonly voided?: boolean
  /** Of a workflow step. */
  readonly stepName?: string
  /** Of a workflow step. */
  readonly stepIndex?: number
  /** Of a delegation: name of the member. */
  readonly memberName?: string
  /** Of a delegation: the task given to the member. */
  readonly task?: string
  readonly runId?: string
  /** Other data of the event that a page may want to show. */
  readonly data?: Json
}

/** One thing that happened behind the scenes. */
export interface TimelineEntry {
  /** Unique within the conversation; suitable as a React key. */
  readonly id: string
  /** The event's own time, or its arrival if it carries none: seconds since the Unix epoch. */
  readonly timestamp: number
  /** When the event arrived, in seconds since the Unix epoch, with fractions (the server's own times have none). */
  readonly heardAt: number
  /** Of a wait (`retry`, `resume`): when the stream continued, in seconds since the Unix epoch. Not set while it lasts. */
  readonly overAt?: number
  /**
   * Name of the event: `retry`, `error`, `TeamToolCallStarted`, … Added by the handler: `cancelled`, `cancel` (the server's
   * response to it), `interrupted`, `resume`, `fallback`, `edit`.
   */
  readonly eventType: string
  /** Name of the agent, team or workflow. */
  readonly source: string
  readonly sourceType: 'agent' | 'team' | 'workflow' | 'system'
  /** One line for the user. */
  readonly description: string
  readonly status: 'started' | 'in_progress' | 'completed' | 'error'
  /** 0 for the top-level run, 1 for its members, 2 for their members. */
  readonly depth: number
  /** `id` of the entry this one belongs to: the start of its run, or the delegation that led to it. */
  readonly parentEventId?: string
  readonly details: TimelineDetails
}
