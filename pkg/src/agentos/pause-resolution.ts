// What a paused run asked, answered: from the requirement as the server sent it to the form that continues the run.
//
// AgentOS 3.1.10: agents take back the tools, teams the requirements around them, workflows the requirements of their
// step. Each route takes its own and stumbles over the others'; the core knows which route it is.

import type { Json } from '../types/json'
import type { PauseRequirement, Resolution } from '../types/pause'

type Fields = Record<string, Json>

/** Yes: the tool may run. */
export function confirm(requirement: PauseRequirement): Resolution {
  return { requirement, confirmed: true }
}

/** No; `note` tells the model why. */
export function reject(requirement: PauseRequirement, note?: string): Resolution {
  return note === undefined ? { requirement, confirmed: false } : { requirement, confirmed: false, note }
}

/**
 * The fields that are asked for, by name. A field that is left out keeps the value that it had. What a form gives as text
 * becomes what the field's type says: `int`, `float`, `bool`.
 */
export function fill(requirement: PauseRequirement, values: Record<string, Json>): Resolution {
  const typed = { ...values }
  for (const { name, type } of requirement.fields ?? []) if (typeof typed[name] === 'string') typed[name] = parseAs(type, typed[name])
  return { requirement, values: typed }
}

/** Text that is no such value stays text, for the server to refuse. */
function parseAs(type: string, text: string): Json {
  const number = text.trim() === '' ? NaN : Number(text)
  if (type === 'float' || type === 'int') return Number.isFinite(number) && (type === 'float' || Number.isInteger(number)) ? number : text
  if (type === 'bool') return /^(true|yes|on|1)$/i.test(text) || (!/^(false|no|off|0|)$/i.test(text) ? text : false)
  return text
}

/** What the tool returned that the page ran itself. */
export function giveResult(requirement: PauseRequirement, result: string): Resolution {
  return { requirement, result }
}

/** Names and values of the form, in turn; one of them will be sent. */
export function resolutionFields(resolutions: Resolution[]): string[] {
  const requirements = resolutions.map(resolveRequirement)
  const tools = requirements.map((requirement) => requirement.tool_execution ?? requirement)
  return ['tools', JSON.stringify(tools), 'requirements', JSON.stringify(requirements), 'step_requirements', JSON.stringify(requirements)]
}

function resolveRequirement(resolution: Resolution): Fields {
  const raw = { ...(resolution.requirement.raw as Fields) }
  const tool = raw.tool_execution as Fields | null | undefined
  // A step of a workflow, and Cirkelline's own form, ask without a tool around it.
  if (!tool) return withAnswer(raw, resolution)
  raw.tool_execution = withAnswer(tool, resolution)
  // A requirement is resolved by what it says itself, a tool by what it says.
  const { confirmed, note, result } = resolution
  if (confirmed !== undefined) raw.confirmation = confirmed
  if (note !== undefined) raw.confirmation_note = note
  if (result !== undefined) raw.external_execution_result = result
  if (Array.isArray(raw.user_input_schema)) raw.user_input_schema = (raw.tool_execution as Fields).user_input_schema ?? raw.user_input_schema
  return raw
}

function withAnswer(asked: Fields, { confirmed, note, values, result }: Resolution): Fields {
  const answered = { ...asked }
  if (confirmed !== undefined) answered.confirmed = confirmed
  if (note !== undefined) answered.confirmation_note = note
  if (result !== undefined) answered.result = result
  if (values !== undefined) {
    answered.answered = true
    // A step of a workflow reads its values here.
    if ('step_id' in asked) answered.user_input = values
    answered.user_input_schema = ((asked.user_input_schema ?? []) as Fields[]).map((field) => {
      const value = values[field.name as string]
      return value === undefined ? field : { ...field, value }
    })
  }
  return answered
}
