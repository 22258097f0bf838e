// One turn as the page draws it, made from what the core says of it.

import type { EntryDelta, PauseDelta, TurnDelta } from '../wasm/core-delta'
import { NO_USAGE } from './empty-snapshot'
import { copy, keep, lazy, parse, put } from './lazy-json'
import { applyMessage, list } from './message'
import type { Json } from '../types/json'
import type { ChatMessage } from '../types/message'
import type { Pause, PauseField, PauseRequirement } from '../types/pause'
import type { Turn, TurnTimes } from '../types/snapshot'
import type { TimelineEntry } from '../types/timeline'

/** One for all, so that nothing stays the same thing. */
const NOTHING: never[] = Object.freeze([]) as unknown as never[]

const NO_TIMES: TurnTimes = Object.freeze({ beganAt: 0, firstAt: null, endedAt: null })

/** The turn that `old` becomes: a new object that shares what did not change. */
export function applyTurn(old: Turn | undefined, delta: TurnDelta): Turn {
  const turn = old ? copy(old) : emptyTurn(delta.id)
  if (delta.user) turn.user = applyMessage(turn.user ?? undefined, delta.user)
  if (delta.answer) turn.answer = applyMessage(old?.answer, delta.answer)
  if (delta.workReset || delta.work) turn.work = delta.workReset ? [] : turn.work.slice()
  for (const [at, message] of delta.work ?? []) turn.work[at] = applyMessage(turn.work[at], message)
  if (delta.timeline) {
    turn.timeline = turn.timeline.slice()
    for (const entry of delta.timeline) turn.timeline[entry.id] = timelineEntry(entry, turn.id)
    turn.answer = showTimeline(turn.answer, turn.timeline)
  }
  if (delta.facts) setFacts(turn, old, delta.facts)
  return turn
}

/** The turn that `old` becomes by a text that grew. */
export function appendTo(old: Turn, work: number, thoughts: boolean, text: string): Turn {
  const turn = copy(old)
  const message = copy(work < 0 ? old.answer : old.work[work]!)
  if (thoughts) message.reasoning_content = (message.reasoning_content ?? '') + text
  else message.content += text
  if (work < 0) turn.answer = message
  else (turn.work = old.work.slice())[work] = message
  return turn
}

function showTimeline(answer: ChatMessage, timeline: TimelineEntry[]): ChatMessage {
  const shown = copy(answer)
  shown.behindTheScenes = timeline
  return shown
}

function emptyTurn(id: number): Turn {
  return {
    id: `t${id}`, user: null, work: [], answer: { id: '', role: 'agent', content: '', created_at: 0 }, timeline: [],
    outcome: null, attempts: 1, times: NO_TIMES, runId: null, error: null, pause: null, followups: NOTHING, memories: NOTHING,
    sessionSummary: null, usage: NO_USAGE,
  }
}

function setFacts(turn: Turn, old: Turn | undefined, facts: NonNullable<TurnDelta['facts']>): void {
  const { followups, memories, sessionSummary, pause } = facts
  turn.outcome = facts.outcome
  turn.attempts = facts.attempts
  turn.times = keep(turn.times, facts.times)
  turn.runId = facts.runId
  turn.error = keep(turn.error, facts.error)
  turn.usage = keep(turn.usage, facts.usage)
  turn.pause = pause && (samePause(turn.pause, pause) ?? readPause(pause))
  for (const [key, text] of [['followups', followups], ['memories', memories]] as const) {
    if (text === null) put(turn, key, NOTHING)
    else lazy(turn, key, text, list, old)
  }
  if (sessionSummary === null) put(turn, 'sessionSummary', null)
  else lazy(turn, 'sessionSummary', sessionSummary, parse, old)
}

/** `old`, if it was made of the same words. */
function samePause(old: Pause | null, sent: PauseDelta): Pause | undefined {
  return old && pausesAsSent.get(old) === JSON.stringify(sent) ? old : undefined
}

const pausesAsSent = new WeakMap<Pause, string>()

/** What the core has sent is nobody else's: it becomes the entry itself. */
function timelineEntry(sent: EntryDelta, turn: string): TimelineEntry {
  const { id, parentEventId: parent, details } = sent
  const entry = sent as unknown as TimelineEntry
  entry.id = `${turn}-e${id}`
  if (parent !== undefined) entry.parentEventId = `${turn}-e${parent}`
  for (const key of JSON_DETAILS) {
    const text = details[key]
    if (text === undefined) continue
    if (text.length > SHORT) lazy(details, key, text, parse)
    else details[key] = parse(text) as string
  }
  return entry
}

const JSON_DETAILS = ['toolArgs', 'metrics', 'data'] as const
/** JSON that is read sooner than put off. */
const SHORT = 500

function readPause(sent: PauseDelta): Pause {
  const pause = {
    ...(sent.runId === null ? {} : { runId: sent.runId }),
    message: sent.message,
    requirements: sent.requirements.map(requirement),
  }
  pausesAsSent.set(pause, JSON.stringify(sent))
  return pause
}

function requirement(from: PauseDelta['requirements'][number]): PauseRequirement {
  const { fields, raw, toolArgs } = from
  const shown = { kind: from.kind, raw: null } as PauseRequirement
  for (const key of ['id', 'toolCallId', 'toolName', 'memberName', 'memberRunId', 'stepName', 'message'] as const) {
    if (from[key] !== null) shown[key] = from[key]
  }
  if (toolArgs !== null) lazy(shown, 'toolArgs', toolArgs, parse)
  if (from.kind === 'input') lazy(shown, 'fields', fields ?? '[]', (text) => list<RawField>(text).map(field))
  lazy(shown, 'raw', raw, parse)
  return shown
}

interface RawField { name?: unknown; field_type?: unknown; description?: unknown; value?: Json }

function field(raw: RawField): PauseField {
  return {
    name: String(raw.name ?? ''),
    type: String(raw.field_type ?? 'str'),
    ...(typeof raw.description === 'string' ? { description: raw.description } : {}),
    ...(raw.value === undefined || raw.value === null ? {} : { value: raw.value }),
  }
}
