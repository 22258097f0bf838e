// Answers to a paused run: from the requirements as the server sent them to the form fields that continue the run.
//
// AgentOS 3.1.10: agents expect the tools back (`tools`), teams the requirements around them (`requirements`), workflows those of
// their step (`step_requirements`). A route fails on the fields of the others; the core knows the route and picks.

import type { Json } from '../types/json'
import type { PauseRequirement, Resolution } from '../types/pause'

type Fields = Record<string, Json>

/** Allows a tool call. */
export function confirm(requirement: PauseRequirement): Resolution {
  return { requirement, confirmed: true }
}

/** Declines a tool call. `note` tells the model why. */
export function reject(requirement: PauseRequirement, note?: string): Resolution {
  return note === undefined ? { requirement, confirmed: false } : { requirement, confirmed: false, note }
}

/**
 * Fills in the fields a run asks for, by name. Fields left out keep their values. Text, as a form returns it, is converted if the
 * field's type is `int`, `float` or `bool`; text that is no such value is passed on for the server to reject.
 */
export function fill(requirement: PauseRequirement, values: Record<string, Json>): Resolution {
  const typed = { ...values }
  for (const { name, type } of requirement.fields ?? []) if (typeof typed[name] === 'string') typed[name] = parseAs(type, typed[name])
  return { requirement, values: typed }
}

function parseAs(type: string, text: string): Json {
  const number = text.trim() === '' ? NaN : Number(text)
  if (type === 'float' || type === 'int') return Number.isFinite(number) && (type === 'float' || Number.isInteger(number)) ? number : text
  if (type === 'bool') return /^(true|yes|on|1)$/i.test(text) || (!/^(false|no|off|0|)$/i.test(text) ? text : false)
  return text
}

/** Returns the result of a tool that the page executed itself. */
export function giveResult(requirement: PauseRequirement, result: string): Resolution {
  return { requirement, result }
}

/** Form fields, names and values alternating, for all three kinds of route. The core sends the one its route expects. */
export function resolutionFields(resolutions: readonly Resolution[]): string[] {
  const requirements = resolutions.map(resolveRequirement)
  const tools = requirements.map((requirement) => requirement.tool_execution ?? requirement)
  return ['tools', JSON.stringify(tools), 'requirements', JSON.stringify(requirements), 'step_requirements', JSON.stringify(requirements)]
}

function resolveRequirement(resolution: Resolution): Fields {
  const raw = { ...(resolution.requirement.raw as Fields) }
  const tool = raw.tool_execution as Fields | null | undefined
  // Workflow steps, and some backends' own requirements, have no tool execution inside.
  if (!tool) return withAnswer(raw, resolution)
  raw.tool_execution = withAnswer(tool, resolution)
  // A requirement and its tool execution are resolved separately: both carry the answer.
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
    // Workflow steps read the values from here.
    if ('step_id' in asked) answered.user_input = values
    answered.user_input_schema = ((asked.user_input_schema ?? []) as Fields[]).map((field) => {
      const value = values[field.name as string]
      return value === undefined ? field : { ...field, value }
    })
  }
  return answered
}
