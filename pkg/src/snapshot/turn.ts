// The core's changes to a turn → the Turn of the snapshot. Whatever did not change keeps its identity.

import type { EntryDelta, PauseDelta, TurnDelta, TurnFacts } from '../wasm/core-delta'
import { NO_USAGE, ONLY_VERSION } from './empty-snapshot'
import { copyLazily, reuseIfEqual, reuseList, defineLazy, parseOrText, defineValue } from './lazy-json'
import { applyMessage, parseList } from './message'
import { withBlocks } from './message-blocks'
import type { Json } from '../types/json'
import type { Answer, Pause, PauseRequirement, TimelineEntry, Turn } from './writable'
import type { PauseField } from '../types/pause'
import type { TurnTimes } from '../types/snapshot'

/** Shared, so that empty lists keep their identity. */
const EMPTY_LIST: never[] = Object.freeze([]) as unknown as never[]

const NO_TIMES: TurnTimes = Object.freeze({ beganAt: 0, firstAt: null, endedAt: null })

/** A new turn: `old` with the changes applied. */
export function applyTurn(old: Turn | undefined, delta: TurnDelta): Turn {
  const turn = old ? copyLazily(old) : emptyTurn(delta.id)
  if (delta.user) turn.user = applyMessage(turn.user ?? undefined, delta.user)
  if (delta.workReset || delta.work.length) turn.work = delta.workReset ? [] : turn.work.slice()
  for (const [at, message] of delta.work) turn.work[at] = applyMessage(turn.work[at], message)
  if (delta.timeline.length) {
    turn.timeline = turn.timeline.slice()
    for (const entry of delta.timeline) turn.timeline[entry.id] = timelineEntry(entry, turn.id)
  }
  const timeline = delta.timeline.length ? turn.timeline : undefined
  if (delta.answer) turn.answer = applyMessage(old?.answer, delta.answer, timeline) as Answer
  else {
    if (!old) turn.answer = withBlocks({ id: '', role: 'agent', name: '', content: '', created_at: 0 }) as Answer
    if (timeline) turn.answer = withTimeline(turn.answer, timeline)
  }
  if (delta.facts) applyFacts(turn, old, delta.facts)
  return turn
}

/** `old`, if `turn` has the same parts. `isFresh`: those were all made anew, and messages equal to the old ones are replaced by them. */
export function reuseTurn(old: Turn | undefined, turn: Turn, isFresh: boolean): Turn {
  if (!old) return turn
  if (isFresh) {
    turn.user = reuseIfEqual(old.user, turn.user)
    turn.work = reuseList(old.work, turn.work.map((message, at) => reuseIfEqual(old.work[at]!, message))) as Turn['work']
  }
  for (const key in turn) if (turn[key as keyof Turn] !== old[key as keyof Turn]) return turn
  return old
}

/** A new turn: `old` with text appended to one message (negative `work`: to the answer). */
export function appendToTurn(old: Turn, work: number, thoughts: boolean, text: string): Turn {
  const turn = copyLazily(old)
  const before = work < 0 ? old.answer : old.work[work]!
  const message = copyLazily(before)
  if (thoughts) message.reasoning_content = (message.reasoning_content ?? '') + text
  else message.content += text
  withBlocks(message, before, thoughts ? '' : text)
  if (work < 0) turn.answer = message as Answer
  else (turn.work = old.work.slice())[work] = message
  return turn
}

function withTimeline(answer: Answer, timeline: TimelineEntry[]): Answer {
  const shown = copyLazily(answer)
  shown.behindTheScenes = timeline
  return withBlocks(shown, answer, '') as Answer
}

function emptyTurn(id: number): Turn {
  return {
    // The answer is set by the caller.
    id: `t${id}`, user: null, work: [], answer: null as unknown as Answer, timeline: [],
    outcome: null, attempts: 1, times: NO_TIMES, runId: null, error: null, unsent: null, versions: ONLY_VERSION, versionInUse: null, notice: null, pause: null, followups: EMPTY_LIST, memories: EMPTY_LIST,
    sessionSummary: null, usage: NO_USAGE,
  }
}

function applyFacts(turn: Turn, old: Turn | undefined, facts: TurnFacts): void {
  const { followups, memories, sessionSummary, pause } = facts
  turn.outcome = facts.outcome
  turn.attempts = facts.attempts
  turn.times = reuseIfEqual(turn.times, facts.times)
  turn.runId = facts.runId
  turn.error = reuseIfEqual(turn.error, facts.error)
  turn.unsent = facts.unsent
  turn.notice = facts.notice
  turn.versionInUse = facts.versionInUse
  turn.versions = reuseIfEqual(turn.versions, facts.versions)
  turn.usage = reuseIfEqual(turn.usage, facts.usage)
  turn.pause = pause && (samePause(turn.pause, pause) ?? readPause(pause))
  defineJson(turn, 'followups', followups, parseList, EMPTY_LIST, old)
  defineJson(turn, 'memories', memories, parseList, EMPTY_LIST, old)
  defineJson(turn, 'sessionSummary', sessionSummary, parseOrText, null, old)
}

/** Defines `key` from its JSON, or as `none` if there is none. */
function defineJson(turn: Turn, key: 'followups' | 'memories' | 'sessionSummary', text: string | null, read: (text: string) => unknown, none: never[] | null, old: Turn | undefined): void {
  if (text !== null) defineLazy(turn, key, text, read, old)
  else if (turn[key] !== none) defineValue(turn, key, none)
}

/** `old`, if it was made from the same data. */
function samePause(old: Pause | null, delta: PauseDelta): Pause | undefined {
  return old && sourceOfPause.get(old) === JSON.stringify(delta) ? old : undefined
}

/** The data each pause was made from, as JSON. */
const sourceOfPause = new WeakMap<Pause, string>()

/** Turns the core's object into the entry itself: nobody else holds it. */
function timelineEntry(sent: EntryDelta, turn: string): TimelineEntry {
  const { id, parentEventId: parent, details } = sent
  const entry = sent as unknown as TimelineEntry
  entry.id = `${turn}-e${id}`
  if (parent !== undefined) entry.parentEventId = `${turn}-e${parent}`
  readDetail(details, 'toolArgs', details.toolArgs)
  readDetail(details, 'metrics', details.metrics)
  readDetail(details, 'data', details.data)
  return entry
}

function readDetail(details: EntryDelta['details'], key: 'toolArgs' | 'metrics' | 'data', text: string | undefined): void {
  if (text === undefined) return
  if (text.length > EAGER_LENGTH) defineLazy(details, key, text, parseOrText)
  else details[key] = parseOrText(text) as string
}

/** Up to this length, parsing JSON at once is cheaper than a lazy property. Characters. */
const EAGER_LENGTH = 100

function readPause(sent: PauseDelta): Pause {
  const pause = {
    ...(sent.runId === null ? {} : { runId: sent.runId }),
    message: sent.message,
    requirements: sent.requirements.map(toRequirement),
  }
  sourceOfPause.set(pause, JSON.stringify(sent))
  return pause
}

function toRequirement(from: PauseDelta['requirements'][number]): PauseRequirement {
  const { fields, raw, toolArgs } = from
  const shown = { kind: from.kind, raw: null } as PauseRequirement
  for (const key of ['id', 'toolCallId', 'toolName', 'memberName', 'memberRunId', 'stepName', 'message'] as const) {
    if (from[key] !== null) shown[key] = from[key]
  }
  if (toolArgs !== null) defineLazy(shown, 'toolArgs', toolArgs, parseOrText)
  if (from.kind === 'input') defineLazy(shown, 'fields', fields ?? '[]', (text) => parseList<RawField>(text).map(toField))
  defineLazy(shown, 'raw', raw, parseOrText)
  return shown
}

interface RawField { name?: unknown; field_type?: unknown; description?: unknown; value?: Json }

function toField(raw: RawField): PauseField {
  return {
    name: String(raw.name ?? ''),
    type: String(raw.field_type ?? 'str'),
    ...(typeof raw.description === 'string' ? { description: raw.description } : {}),
    ...(raw.value === undefined || raw.value === null ? {} : { value: raw.value }),
  }
}
