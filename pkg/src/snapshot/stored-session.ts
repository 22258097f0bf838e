// A session stored by AgentOS → one event stream per turn, from which the core rebuilds the turns. AgentOS 3.1.10 stores a run's
// events except those with content; the texts are taken from the run's messages.

import { nameOf, type Selected } from './component-names'
import { isRun, isUnderWay, userText, type Fields, type StoredRun } from './stored-run'
import { groupVersions, ownIds } from './stored-versions'

/** A version of a stored turn. */
export interface StoredVersion {
  /** Index of the turn. */
  turn: number
  /** Its first version begins the turn. */
  isFirst: boolean
  /** The question was edited: the turns since belong to the versions before. */
  edits: boolean
  /** The user's message. */
  user: string | null
  /** It regenerated the version before it, whose tool calls and members it kept. */
  keepsWork: boolean
  /** When it started, in seconds since the Unix epoch. */
  at: number
  /** Its events as an event stream. */
  frames: Uint8Array
  /** The ids of its runs: of the attempts that led to it. */
  runs: string[]
  /** AgentOS hides it from the model in favour of a run that it has not stored. */
  isForgotten: boolean
}

/**
 * The turns of a session, all versions in the order in which they are to be shown one after the other. Runs of members are
 * skipped: their events are contained in those of the parent. `selected` may have the name of whoever answered.
 */
export function turnsFromRuns(stored: unknown, selected: Selected): StoredVersion[] {
  const runs = ownIds(Array.isArray(stored) ? stored.filter(isRun) : [])
  const byId = new Map(runs.map((run) => [run.run_id, run]))
  return groupVersions(runs).flatMap(({ turn, edits, versions }) => versions.map((attempts, at): StoredVersion => ({
    turn,
    isFirst: !at && !edits,
    edits: !at && edits,
    user: saidIn(versions, at),
    keepsWork: Boolean(attempts[0]!.regenerated_from),
    at: toSeconds(attempts[0]!.created_at),
    frames: new TextEncoder().encode(attempts.map((run) => streamText(run, run.isReplaced ? NO_RUNS : byId, selected)).join('')),
    runs: attempts.map(({ run_id }) => run_id),
    isForgotten: attempts.at(-1)!.status === 'REGENERATED' && at === versions.length - 1,
  })))
}

/** What the user said for the version `at`. Asked again, the question may have instructions behind it. */
function saidIn(versions: StoredRun[][], at: number): string | null {
  while (at > 0 && versions[at]![0]!.edit?.again) at--
  return userText(versions[at]![0]!)
}

const NO_RUNS = new Map<string, StoredRun>()

function streamText(run: StoredRun, runs: Map<string, StoredRun>, selected: Selected): string {
  const events = run.events?.length ? run.events : eventsFromResult(run, selected)
  return withContentEvents(events, runs, run).map((event) => `event: ${String(event.event)}\ndata: ${JSON.stringify(event)}\n\n`).join('')
}

/** Adds a content event with the model's text after each request to it, unless the events have them. `top`: the run itself. */
function withContentEvents(events: Fields[], runs: Map<string, StoredRun>, top: StoredRun): Fields[] {
  if (events.some(({ event }) => /^(Team)?RunContent$/.test(String(event)))) return events
  const texts = new Map<string, string[]>()
  for (const { event, run_id, content } of events) {
    if (typeof run_id !== 'string') continue
    const whole = /^(Team)?RunCompleted$/.test(String(event)) && typeof content === 'string' ? [content] : []
    if (whole.length || !texts.has(run_id)) texts.set(run_id, assistantTexts(runs.get(run_id)) ?? whole)
  }
  const brokenOff = textBrokenOff(top)
  const last = events.map(({ event, run_id }) => run_id === top.run_id && /^(Team)?ModelRequestStarted$/.test(String(event))).lastIndexOf(true)
  return events.flatMap((event, at) => {
    const team = event.event === 'TeamModelRequestStarted'
    if (!team && event.event !== 'ModelRequestStarted') return [event]
    const said = (at === last && brokenOff) || texts.get(String(event.run_id))?.shift()
    if (!said) return [event]
    const { model: _model, model_provider: _provider, event_index: _index, ...base } = event
    return [event, { ...base, event: team ? 'TeamRunContent' : 'RunContent', content: said, content_type: 'str' }]
  })
}

/** What had arrived of the model's last text when the run failed: AgentOS has it in `content` alone, if it has not the error there. */
function textBrokenOff(run: StoredRun): string {
  const { status, content, events, regenerated_from, isReplaced } = run
  if (status !== 'ERROR' || typeof content !== 'string' || regenerated_from || isReplaced || events?.some((event) => event.content === content)) return ''
  const before = (assistantTexts(run) ?? []).join('')
  return content.startsWith(before) ? content.slice(before.length) : ''
}

/**
 * The model's text for each of its requests; `null` if the messages do not tell. Messages of earlier runs are marked and skipped.
 */
function assistantTexts(run: StoredRun | undefined): string[] | null {
  // A run made from another one begins with its messages.
  const messages = run?.messages?.slice(run.forked_from_message_index ?? 0).filter(({ from_history, role }) => !from_history && role === 'assistant')
  if (!messages?.length) return null
  return messages.map(({ content }) => (typeof content === 'string' ? content : ''))
}

/** Events for a run that was stored without: its start, its tool calls, its end if it has ended. */
function eventsFromResult(run: StoredRun, selected: Selected): Fields[] {
  const kind = run.team_id ? 'Team' : run.workflow_id ? 'Workflow' : ''
  const { run_id, content } = run
  const base: Fields = { run_id, created_at: toSeconds(run.created_at) }
  for (const kind of ['agent', 'team', 'workflow'] as const) {
    const id = run[`${kind}_id`]
    if (id) Object.assign(base, { [`${kind}_id`]: id, [`${kind}_name`]: nameOf(selected, kind, String(id)) })
  }
  const of = kind === 'Workflow' ? '' : kind
  const started = kind === 'Workflow' ? 'WorkflowStarted' : `${kind}RunStarted`
  const tools = (run.tools ?? []).map((tool) => ({ ...base, event: `${of}ToolCallCompleted`, tool }))
  const end = isUnderWay(run.status) ? [] : [{ ...base, event: endEventName(run, kind), content: content ?? '' }]
  return [{ ...base, event: started }, ...tools, ...end]
}

function endEventName({ status }: StoredRun, kind: string): string {
  const run = kind === 'Workflow' ? 'Workflow' : `${kind}Run`
  if (status === 'ERROR') return `${run}Error`
  if (status === 'CANCELLED') return `${run}Cancelled`
  return status === 'PAUSED' ? `${run}Paused` : `${run}Completed`
}

/** Seconds since the Unix epoch; 0 if unknown. AgentOS uses ISO 8601 in its lists, and seconds in events. */
export function toSeconds(time: unknown): number {
  const seconds = typeof time === 'number' ? time : typeof time === 'string' ? Date.parse(time) / 1000 : NaN
  return Number.isFinite(seconds) ? seconds : 0
}
