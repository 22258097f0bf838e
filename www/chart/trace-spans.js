/**
 * Where a turn's time went: its timeline → spans on lanes, and each agent's tokens and cost. A pure function of a turn and the
 * current time; draws nothing.
 *
 * Times are this page's (`heardAt`), which have fractions of a second. A session opened from storage arrives all at once, so there
 * the events' own times are used, in whole seconds.
 */

import { describeEntry } from '../ui/attempts.js'
import { seconds } from '../ui/duration.js'

/** Kinds of spans and their labels. `waiting`: until the first frame. `retry`, `resume`, `user`: nothing ran. `after`: memory, summary, follow-ups. */
export const KINDS = {
  waiting: 'Waiting for the first byte', model: 'Model', writing: 'Writing', tool: 'Tool', run: 'Member run',
  retry: 'Rate limit', resume: 'Connection lost', user: 'Waiting for you', after: 'Memory and follow-ups',
}

/** `{ to, stored, running, lanes, spans, agents, firstToken }`, times in seconds since the turn began. A span is `{ lane, kind, label, from, to, depth, superseded }`. */
export function spans(turn, now) {
  const { timeline } = turn
  const heard = timeline.map(({ heardAt }) => heardAt)
  const stored = timeline.length > 1 && Math.max(...heard) - Math.min(...heard) === 0
  const timeOf = (entry) => (stored || entry.heardAt === undefined ? entry.timestamp : entry.heardAt)
  const began = stored ? timeOf(timeline[0]) : turn.times.beganAt
  const last = timeline.length > 0 ? timeOf(timeline.at(-1)) : began
  const ended = stored ? last : (turn.times.endedAt ?? (turn.outcome === null ? now : last))
  const at = (time) => Math.max(0, Math.min(Math.max(ended, last), time) - began)
  const found = []
  const add = (lane, kind, label, from, to, entry) => found.push({ lane, kind, label, from: at(from), to: at(to), depth: entry?.depth ?? 0, superseded: Boolean(entry?.details.voided) })

  const top = timeline.find(({ depth, sourceType }) => depth === 0 && sourceType !== 'system')?.source ?? turn.answer.teamName ?? turn.answer.agentName ?? 'Assistant'
  const laneOf = lanesOf(timeline, top)
  const first = stored ? began : (turn.times.firstAt ?? (turn.outcome === null ? now : null))
  if (first !== null && first > began) add(top, 'waiting', KINDS.waiting, began, first)

  timeline.forEach((entry, index) => {
    const { eventType: type, details } = entry
    const lane = laneOf(entry)
    const from = timeOf(entry)
    const endBy = (isEnd) => {
      const end = timeline.slice(index + 1).find((later) => later.details.runId === details.runId && later.details.attempt === details.attempt && isEnd(later))
      return end ? timeOf(end) : endOfAttempt(timeline, index, timeOf) ?? ended
    }
    if (/^(Team)?ModelRequestStarted$/.test(type)) add(lane, 'model', entry.description, from, endBy((e) => /ModelRequestCompleted$/.test(e.eventType) || isRunEnd(e)), entry)
    else if (/^(Team)?RunContent$/.test(type)) add(lane, 'writing', entry.description, from, endBy((e) => isRunEnd(e) || /ModelRequestCompleted$/.test(e.eventType)), entry)
    else if (/^(Team)?ToolCallStarted$/.test(type)) add(lane, 'tool', details.toolName ?? entry.description, from, endBy((e) => /ToolCall(Completed|Error)$/.test(e.eventType) && e.details.toolCallId === details.toolCallId || isRunEnd(e)), entry)
    else if (AFTER.test(type)) add(lane, 'after', entry.description, from, endBy((e) => e.eventType === type.replace(/Started$/, 'Completed') || isRunEnd(e)), entry)
    else if (entry.depth > 0 && /^(Team)?RunStarted$/.test(type)) add(lane, 'run', `${entry.source}’s run`, from, endBy(isRunEnd), entry)
    else if (type === 'retry' || type === 'resume') add(top, type, describeEntry(entry, seconds), from, entry.overAt ?? (timeline[index + 1] ? timeOf(timeline[index + 1]) : ended), { ...entry, depth: 0 })
    else if (entry.depth === 0 && /Paused$|^paused$/i.test(type)) {
      const on = timeline.slice(index + 1).find((e) => /Continued$/.test(e.eventType))
      if (on) add(top, 'user', KINDS.user, from, timeOf(on), entry)
    }
  })
  const spoke = found.find(({ kind, depth }) => kind === 'writing' && depth === 0)
  return {
    to: Math.max(at(Math.max(ended, last)), 1e-3), stored, running: turn.outcome === null,
    lanes: [...new Set(found.map(({ lane }) => lane))], spans: found, agents: agents(turn, found, laneOf), firstToken: spoke?.from ?? null,
  }
}

const AFTER = /^(Team)?(MemoryUpdate|SessionSummary|Followups)Started$/
const isRunEnd = ({ eventType }) => /^(Team|Workflow)?(Run)?(Completed|Error|Cancelled|Paused)$/.test(eventType)

/** A span without an end event ends with its attempt. */
function endOfAttempt(timeline, index, timeOf) {
  const { attempt } = timeline[index].details
  const next = timeline.slice(index + 1).find((e) => e.eventType === 'retry' && e.details.attempt === attempt || (e.details.attempt ?? 1) > attempt)
  return next ? timeOf(next) : undefined
}

/** The lane of an entry. Two runs of members with the same name get a numbered lane each. */
function lanesOf(timeline, top) {
  const runs = new Map()
  for (const { source, depth, details } of timeline) if (depth > 0) runs.set(source, (runs.get(source) ?? new Set()).add(details.runId))
  return ({ depth, source, sourceType, details }) => {
    if (depth === 0 || sourceType === 'system') return top
    const all = [...(runs.get(source) ?? [])]
    return all.length > 1 ? `${source} ${all.indexOf(details.runId) + 1}` : source
  }
}

/** Per lane: tokens in and out, cost, and output tokens per second of model time. */
function agents(turn, found, laneOf) {
  const runs = new Map()
  for (const entry of turn.timeline) {
    const { tokenUsage, costs, runId, attempt } = entry.details
    if (!tokenUsage && !costs) continue
    const key = `${attempt}/${runId ?? laneOf(entry)}`
    const run = runs.get(key) ?? { name: laneOf(entry), input: 0, output: 0, cost: 0 }
    runs.set(key, run)
    const request = /ModelRequestCompleted$/.test(entry.eventType)
    // Until a run reports metrics, its requests are summed; its metrics then replace the sum and also cover work outside the requests.
    if (tokenUsage) for (const part of ['input', 'output']) run[part] = request ? run[part] + tokenUsage[part] : tokenUsage[part]
    if (costs) run.cost = costs.total
  }
  const rows = new Map()
  for (const run of runs.values()) {
    const row = rows.get(run.name)
    if (row) for (const part of ['input', 'output', 'cost']) row[part] += run[part]
    else rows.set(run.name, { ...run })
  }
  return [...rows.values()].filter(({ input, output, cost }) => input + output + cost > 0).map(({ name, input, output, cost }) => {
    const of = (kind) => found.filter((span) => span.lane === name && span.kind === kind).reduce((sum, { from, to }) => sum + to - from, 0)
    const took = of('model') || of('writing')
    return { name, input, output, cost, perSecond: took > 0.05 ? output / took : null }
  })
}
