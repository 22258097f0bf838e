// A packed delta → Delta. Reads the fields in the order in which src/view.rs and the structs of src/state declare them: that
// order is the contract, and tests/package/packed-delta.test.mjs checks it. To add a field, see src/view/packed.rs.

import { flag, list, name, num, numOrNull, orNull, put, section, str, strOrNull, structOrNull } from './packed'
import type { Delta, EntryDelta, Head, HeadDelta, MessageDelta, PauseDelta, SentDetails, TextDelta, ToolDelta, TurnDelta, TurnFacts } from './core-delta'
import type { ModelQuota, Monitor, MonitorFigures, PacingState, QueuedSend, RetryState } from '../types/rate-limits'
import type { SessionEntry, StreamError, TurnTimes, Usage } from '../types/snapshot'

export function readDelta(): Delta {
  return {
    turnCount: num(),
    head: structOrNull(head),
    turns: list(turn),
    sessions: orNull(() => list(session)),
    diagnostics: {
      bytesRead: num(), framesRead: num(), unknownEvents: num(), malformedFrames: num(), staleFrames: num(), droppedEntries: num(),
      unknown: list(() => ({ name: str(), count: num() })),
      malformed: list(() => ({ reason: str(), excerpt: str(), frame: num() })),
    },
  }
}

function head(): HeadDelta {
  return {
    status: name(STATUS),
    isStreaming: flag(),
    activityStatus: strOrNull(),
    error: section(errorOrNull),
    retry: section(() => structOrNull(retry)),
    pacing: section(() => structOrNull(pacing)),
    sessionId: strOrNull(),
    runId: strOrNull(),
    resumable: flag(),
    queue: section(() => list(queuedSend)),
    queuePaused: flag(),
    quota: section(() => list(modelQuota)),
    usage: section(usage),
    monitor: section(monitor),
  }
}

function errorOrNull(): StreamError | null {
  return structOrNull(() => {
    const message = str()
    const type = name(ERROR_TYPES)
    const [retries, httpStatus, retryable, hint] = [numOrNull(), numOrNull(), flag(), strOrNull()]
    const error: StreamError = { message, type, retryable }
    put(error, 'retries', retries)
    put(error, 'httpStatus', httpStatus)
    put(error, 'hint', hint)
    put(error, 'reason', orNull(() => name(REASONS)))
    put(error, 'provider', strOrNull())
    put(error, 'retryAt', numOrNull())
    put(error, 'url', strOrNull())
    return error
  })
}

function retry(): RetryState {
  return {
    attempt: num(), maxRetries: num(), delay: num(), message: str(), resumesAt: num(),
    cause: name(['rate_limit', 'unavailable', 'network']), by: name(['server', 'handler']),
  }
}

function pacing(): PacingState {
  const state: PacingState = { delay: num(), resumesAt: num(), message: str(), cause: name(['limit', 'quota', 'session']) }
  put(state, 'hint', strOrNull())
  return state
}

function queuedSend(): QueuedSend {
  return { id: num(), text: str(), priority: name(['user', 'background']), since: num(), waitsFor: name(['run', 'limit', 'resume']) }
}

function modelQuota(): ModelQuota {
  const quota = {
    model: str(), inputTokens: num(), totalTokens: num(), requests: num(), limit: numOrNull(), source: orNull(() => name(['option', 'learned'] as const)),
  } as ModelQuota
  put(quota, 'quotaId', strOrNull())
  put(quota, 'asOf', num())
  put(quota, 'freeAt', num())
  return quota
}

function usage(): Usage {
  return {
    inputTokens: num(), outputTokens: num(), totalTokens: num(), reasoningTokens: num(), cacheReadTokens: num(), cacheWriteTokens: num(),
    inputCost: num(), outputCost: num(), totalCost: num(),
  }
}

function monitor(): Monitor {
  // Not spread: engines make an object slowly whose literal goes on after a spread.
  const all = figures() as { -readonly [Key in keyof Monitor]: Monitor[Key] }
  all.lastHour = figures()
  all.lastDay = figures()
  all.alerts = list(alert)
  all.asOf = num()
  return all
}

function alert(): Monitor['alerts'][number] {
  return { id: str() as Monitor['alerts'][number]['id'], value: num(), threshold: num(), message: str(), action: str() }
}

function figures(): MonitorFigures {
  return { answers: num(), retries: num(), successAfterRetry: num(), retriesExhausted: num(), averageDelay: num(), sessionsKept: num() }
}

function session(): SessionEntry {
  const entry: SessionEntry = { session_id: str(), session_name: str(), created_at: num() }
  put(entry, 'updated_at', numOrNull())
  put(entry, 'lastOutcome', orNull(() => name(OUTCOMES)))
  put(entry, 'failed', flag() || null)
  return entry
}

function turn(): TurnDelta {
  return {
    index: num(),
    id: num(),
    fresh: flag(),
    facts: structOrNull(facts),
    user: structOrNull(message),
    answer: structOrNull(message),
    workReset: flag(),
    work: list(() => [num(), message()]),
    timeline: list(entry),
  }
}

function facts(): TurnFacts {
  return {
    outcome: orNull(() => name(OUTCOMES)),
    attempts: num(),
    times: times(),
    runId: strOrNull(),
    error: errorOrNull(),
    unsent: strOrNull(),
    notice: strOrNull(),
    hidden: flag(),
    versions: { index: num(), count: num() },
    versionInUse: numOrNull(),
    pause: structOrNull(pause),
    followups: strOrNull(),
    memories: strOrNull(),
    sessionSummary: strOrNull(),
    usage: usage(),
  }
}

function times(): TurnTimes {
  return { beganAt: num(), firstAt: numOrNull(), endedAt: numOrNull() }
}

function pause(): PauseDelta {
  return {
    runId: strOrNull(), message: str(),
    requirements: list(() => ({
      id: strOrNull(), kind: name(['confirmation', 'input', 'external'] as const), toolCallId: strOrNull(), toolName: strOrNull(), toolArgs: strOrNull(),
      fields: strOrNull(), memberName: strOrNull(), memberRunId: strOrNull(), stepName: strOrNull(), message: strOrNull(), raw: str(),
    })),
  }
}

function message(): MessageDelta {
  return {
    head: structOrNull(messageHead),
    text: structOrNull(grown),
    thoughts: structOrNull(grown),
    toolsReset: flag(),
    tools: list(() => [num(), tool()]),
  }
}

function grown(): TextDelta {
  return { reset: flag(), append: str() }
}

function messageHead(): Head {
  return {
    id: num(),
    role: name(['user', 'agent', 'delegation']),
    createdAt: num(),
    status: name(['started', 'completed', 'error', 'paused', 'cancelled']),
    error: strOrNull(),
    depth: num(),
    streamingError: flag(),
    cancelled: flag(),
    name: str(),
    agentName: strOrNull(),
    teamName: strOrNull(),
    agentId: strOrNull(),
    teamId: strOrNull(),
    runId: strOrNull(),
    parentRunId: strOrNull(),
    delegatedBy: strOrNull(),
    delegatedTo: strOrNull(),
    delegatedToId: strOrNull(),
    childRunId: strOrNull(),
    reasoningSteps: list(str),
    structured: strOrNull(),
    contentType: strOrNull(),
    images: list(str),
    videos: list(str),
    audio: list(str),
    files: list(str),
    responseAudio: strOrNull(),
    references: strOrNull(),
    citations: strOrNull(),
    followups: strOrNull(),
    filesSent: list(str),
  }
}

function tool(): ToolDelta {
  return {
    id: str(), name: str(), args: strOrNull(), status: name(['started', 'completed', 'error', 'paused', 'rejected', 'cancelled']),
    result: strOrNull(), error: strOrNull(), duration: numOrNull(), createdAt: num(), childRunId: strOrNull(),
  }
}

function entry(): EntryDelta {
  const [id, timestamp, heardAt, overAt] = [num(), num(), num(), numOrNull()]
  const sent = {
    id, timestamp, heardAt, eventType: str(), source: str(), sourceType: name(['agent', 'team', 'workflow', 'system']), description: str(),
    status: name(['started', 'in_progress', 'completed', 'error']), depth: num(),
  } as EntryDelta
  put(sent, 'overAt', overAt)
  put(sent, 'parentEventId', numOrNull())
  sent.details = details()
  return sent
}

/** Assigns by name: faster than a helper that is given the name, and there are many entries. */
function details(): SentDetails {
  const sent = { attempt: num() } as { -readonly [Key in keyof SentDetails]: SentDetails[Key] }
  let text: string | null
  let number: number | null
  let parts: Split | null
  if (flag()) sent.voided = true
  if ((text = strOrNull()) !== null) sent.runId = text
  if ((text = strOrNull()) !== null) sent.toolName = text
  if ((text = strOrNull()) !== null) sent.toolArgs = text
  if ((text = strOrNull()) !== null) sent.toolCallId = text
  if ((text = strOrNull()) !== null) sent.toolResult = text
  if ((text = strOrNull()) !== null) sent.reasoningContent = text
  if ((number = numOrNull()) !== null) sent.executionTime = number
  if ((number = numOrNull()) !== null) sent.retryAttempt = number
  if ((number = numOrNull()) !== null) sent.maxRetries = number
  if ((number = numOrNull()) !== null) sent.retryDelay = number
  if ((text = strOrNull()) !== null) sent.errorType = text
  if ((text = strOrNull()) !== null) sent.errorMessage = text
  if ((number = numOrNull()) !== null) sent.retryAttempts = number
  if ((text = strOrNull()) !== null) sent.metrics = text
  if ((parts = structOrNull(split)) !== null) sent.tokenUsage = parts
  if ((parts = structOrNull(split)) !== null) sent.costs = parts
  if ((text = strOrNull()) !== null) sent.model = text
  if ((text = strOrNull()) !== null) sent.stepName = text
  if ((number = numOrNull()) !== null) sent.stepIndex = number
  if ((text = strOrNull()) !== null) sent.memberName = text
  if ((text = strOrNull()) !== null) sent.task = text
  if ((text = strOrNull()) !== null) sent.data = text
  return sent
}

interface Split { input: number; output: number; total: number }

function split(): Split {
  return { input: num(), output: num(), total: num() }
}

const OUTCOMES = ['completed', 'paused', 'cancelled', 'failed', 'interrupted'] as const
const STATUS = ['idle', 'connecting', 'streaming', 'retrying', ...OUTCOMES] as const
const ERROR_TYPES = ['rate_limit', 'general', 'unexpected', 'timeout', 'network', 'http', 'interrupted', 'protocol'] as const
export const REASONS = [
  'rate_limit', 'overloaded', 'quota_exhausted', 'request_too_large', 'auth', 'not_found', 'bad_request', 'content_filtered', 'timeout',
  'unavailable', 'unknown',
] as const
