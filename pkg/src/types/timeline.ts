// What happened behind the scenes of a turn.

import type { Json } from './json'

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
