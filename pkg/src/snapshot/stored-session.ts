// A session stored by AgentOS → one event stream per turn, from which the core rebuilds the turns. AgentOS 3.1.10 stores a run's
// events except those with content; the texts are taken from the run's messages.

import type { Json } from '../types/json'

type Fields = Record<string, Json>

/** A run as `GET /sessions/{id}/runs` returns it. */
interface StoredRun {
  run_id: string
  parent_run_id?: string | null
  status?: string
  run_input?: Json
  content?: Json
  created_at?: string | number
  events?: Fields[] | null
  tools?: Fields[] | null
  messages?: Fields[] | null
  agent_id?: string
  team_id?: string
  workflow_id?: string
}

/** A turn of a stored session. */
export interface StoredTurn {
  user: string | null
  /** When it started, in seconds since the Unix epoch. */
  at: number
  /** Its events as an event stream. */
  frames: Uint8Array
}

/** The turns of a session. Runs of members are skipped: their events are contained in those of the parent. */
export function turnsFromRuns(stored: unknown): StoredTurn[] {
  const runs = Array.isArray(stored) ? stored.filter(isRun) : []
  const byId = new Map(runs.map((run) => [run.run_id, run]))
  const turns: StoredRun[][] = []
  for (const run of runs) {
    if (run.parent_run_id) continue
    const before = turns.at(-1)?.at(-1)
    // The same question after an error is a retry: one turn.
    if (before?.status === 'ERROR' && sameInput(before, run)) turns.at(-1)!.push(run)
    else turns.push([run])
  }
  return turns.map((attempts) => ({
    user: inputText(attempts[0]!.run_input),
    at: toSeconds(attempts[0]!.created_at),
    frames: new TextEncoder().encode(attempts.map((run) => streamText(run, byId)).join('')),
  }))
}

function isRun(value: unknown): value is StoredRun {
  return typeof value === 'object' && value !== null && typeof (value as StoredRun).run_id === 'string'
}

const sameInput = (a: StoredRun, b: StoredRun) => a.run_input !== undefined && JSON.stringify(a.run_input) === JSON.stringify(b.run_input)

function streamText(run: StoredRun, runs: Map<string, StoredRun>): string {
  const events = run.events?.length ? run.events : eventsFromResult(run)
  return withContentEvents(events, runs).map((event) => `event: ${String(event.event)}\ndata: ${JSON.stringify(event)}\n\n`).join('')
}

/** Adds a content event with the model's text after each request to it, unless the events have them. */
function withContentEvents(events: Fields[], runs: Map<string, StoredRun>): Fields[] {
  if (events.some(({ event }) => /^(Team)?RunContent$/.test(String(event)))) return events
  const texts = new Map<string, string[]>()
  for (const { event, run_id, content } of events) {
    if (typeof run_id !== 'string') continue
    const whole = /^(Team)?RunCompleted$/.test(String(event)) && typeof content === 'string' ? [content] : []
    if (whole.length || !texts.has(run_id)) texts.set(run_id, assistantTexts(runs.get(run_id)) ?? whole)
  }
  return events.flatMap((event) => {
    const team = event.event === 'TeamModelRequestStarted'
    if (!team && event.event !== 'ModelRequestStarted') return [event]
    const said = texts.get(String(event.run_id))?.shift()
    if (!said) return [event]
    const { model: _model, model_provider: _provider, event_index: _index, ...base } = event
    return [event, { ...base, event: team ? 'TeamRunContent' : 'RunContent', content: said, content_type: 'str' }]
  })
}

/** The model's text for each of its requests; `null` if the messages do not tell. Messages of earlier runs are marked and skipped. */
function assistantTexts(run: StoredRun | undefined): string[] | null {
  const messages = run?.messages?.filter(({ from_history, role }) => !from_history && role === 'assistant')
  if (!messages?.length) return null
  return messages.map(({ content }) => (typeof content === 'string' ? content : ''))
}

/** Events for a run that was stored without: its start, its tool calls, its end. */
function eventsFromResult(run: StoredRun): Fields[] {
  const kind = run.team_id ? 'Team' : run.workflow_id ? 'Workflow' : ''
  const { run_id, agent_id, team_id, workflow_id, content } = run
  const base: Fields = { run_id, created_at: toSeconds(run.created_at) }
  for (const [key, value] of Object.entries({ agent_id, team_id, workflow_id })) if (value) base[key] = value
  const of = kind === 'Workflow' ? '' : kind
  const started = kind === 'Workflow' ? 'WorkflowStarted' : `${kind}RunStarted`
  const tools = (run.tools ?? []).map((tool) => ({ ...base, event: `${of}ToolCallCompleted`, tool }))
  return [{ ...base, event: started }, ...tools, { ...base, event: endEventName(run, kind), content: content ?? '' }]
}

function endEventName({ status }: StoredRun, kind: string): string {
  const run = kind === 'Workflow' ? 'Workflow' : `${kind}Run`
  if (status === 'ERROR') return `${run}Error`
  if (status === 'CANCELLED') return `${run}Cancelled`
  return status === 'PAUSED' ? `${run}Paused` : `${run}Completed`
}

function inputText(input: Json | undefined): string | null {
  if (input === undefined || input === null) return null
  if (typeof input === 'string') return input
  const { input_content: content } = input as Fields
  return typeof content === 'string' ? content : JSON.stringify(content ?? input)
}

/** Seconds since the Unix epoch; 0 if unknown. AgentOS uses ISO 8601 in its lists, and seconds in events. */
export function toSeconds(time: unknown): number {
  const seconds = typeof time === 'number' ? time : typeof time === 'string' ? Date.parse(time) / 1000 : NaN
  return Number.isFinite(seconds) ? seconds : 0
}
