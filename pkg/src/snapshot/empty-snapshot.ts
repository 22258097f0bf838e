// The snapshot of a new handler. Its parts are shared, so that "nothing" is the same object everywhere.

import type { MonitorFigures } from '../types/rate-limits'
import type { Snapshot, TurnVersions, Usage } from '../types/snapshot'

const NOTHING = Object.freeze([]) as unknown as never[]

export { NOTHING as NO_TIMELINE }

export const ONLY_VERSION: TurnVersions = Object.freeze({ index: 0, count: 1 })

export const NO_USAGE: Usage = Object.freeze({
  inputTokens: 0, outputTokens: 0, totalTokens: 0, reasoningTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0,
  inputCost: 0, outputCost: 0, totalCost: 0,
})

const NO_COUNTS: MonitorFigures = Object.freeze({
  answers: 0, retries: 0, successAfterRetry: 0, retriesExhausted: 0, averageDelay: 0, sessionsKept: 0,
})

/** The snapshot of a new handler: idle, without turns and sessions. */
export const emptySnapshot: Snapshot = Object.freeze<Snapshot>({
  status: 'idle', isStreaming: false, activityStatus: null, error: null, retry: null, pacing: null, pause: null,
  turns: NOTHING, messages: NOTHING, timeline: NOTHING, sessionId: null, sessions: NOTHING, runId: null, resumable: false, queued: 0,
  queue: NOTHING, queuePaused: false, quota: NOTHING, usage: NO_USAGE,
  monitor: Object.freeze({ ...NO_COUNTS, lastHour: NO_COUNTS, lastDay: NO_COUNTS, alerts: NOTHING, asOf: 0 }),
  diagnostics: Object.freeze({
    bytesRead: 0, framesRead: 0, unknownEvents: 0, malformedFrames: 0, staleFrames: 0, droppedEntries: 0, unknown: NOTHING,
    malformed: NOTHING, listenerErrors: 0,
  }),
})
