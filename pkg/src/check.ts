// Options of the wrong kind are refused at once, by name: a typo shall not be found in what the server answers.

import type { HandlerOptions } from './api'

/**
 * The options without those that are null, as ids from an address are: not given. Throws a TypeError that names the one that is
 * wrong. The core checks numbers on its own side, with a RangeError.
 */
export function checked(options: HandlerOptions): Given {
  if (typeof options !== 'object' || options === null) throw refusal(`takes an object of options, not ${kindOf(options)}`)
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  for (const [name, value] of given) {
    const wanted = KINDS[name as keyof HandlerOptions]
    if (!wanted) throw refusal(`there is no option ${name}${hint(name)}`)
    if (!wanted.some((kind) => IS[kind](value))) throw refusal(`${name} must be ${wanted.join(' or ')}, not ${kindOf(value)}`)
  }
  const targets = (['agent', 'team', 'workflow'] as const).filter((name) => options[name] != null)
  if (targets.length > 1) throw refusal(`one of agent, team and workflow, not ${targets.join(' and ')}`)
  return Object.fromEntries(given.filter(([, value]) => value !== null)) as Given
}

/** Options of which none is null. */
export type Given = { [Name in keyof HandlerOptions]: Exclude<HandlerOptions[Name], null> }

export const refusal = (what: string) => new TypeError(`createStreamHandler: ${what}`)

const IS = {
  'a string': (value: unknown) => typeof value === 'string',
  'null': (value: unknown) => value === null,
  'a number': (value: unknown) => typeof value === 'number',
  'true or false': (value: unknown) => typeof value === 'boolean',
  'false': (value: unknown) => value === false,
  'a function': (value: unknown) => typeof value === 'function',
  'an object': (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'an array': (value: unknown) => Array.isArray(value),
  "'omit', 'same-origin' or 'include'": (value: unknown) => value === 'omit' || value === 'same-origin' || value === 'include',
  "'frame' or 'sync'": (value: unknown) => value === 'frame' || value === 'sync',
  "'session' or 'local'": (value: unknown) => value === 'session' || value === 'local',
}

const TEXT = ['a string', 'null'] as const
const CALL = ['a function'] as const

const KINDS: Record<keyof HandlerOptions, readonly (keyof typeof IS)[]> = {
  endpoint: TEXT, agent: TEXT, team: TEXT, workflow: TEXT, url: TEXT, name: TEXT, sessionId: TEXT,
  headers: ['an object', 'a function'],
  credentials: ["'omit', 'same-origin' or 'include'"],
  fields: ['an object', 'a function'],
  retry: ['an object', 'false'],
  resume: ['an object', 'false'],
  stall: ['an object', 'false'],
  fallbacks: ['an array'],
  quota: ['a number', 'an object', 'false'],
  shareLimits: ['true or false'],
  log: CALL,
  background: ['true or false'],
  persist: ["'session' or 'local'", 'an object', 'false'],
  notify: ["'frame' or 'sync'", 'a number'],
  activityTexts: ['an object'],
  limits: ['an object'],
  fetch: CALL,
  onListenerError: CALL,
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object') return 'an object'
  return typeof value === 'function' ? 'a function' : `${typeof value} ${String(value)}`
}

/** What somebody who comes from elsewhere may have meant. */
function hint(name: string): string {
  const known = Object.keys(KINDS).find((option) => option.toLowerCase() === name.toLowerCase()) ?? MEANT[name]
  return known ? `; did you mean ${known}?` : ''
}

const MEANT: Record<string, string> = {
  api: 'url', baseUrl: 'endpoint', baseURL: 'endpoint', agentId: 'agent', agent_id: 'agent', teamId: 'team', team_id: 'team',
  workflowId: 'workflow', workflow_id: 'workflow', session: 'sessionId', session_id: 'sessionId', body: 'fields',
  throttle: 'notify', retries: 'retry', storage: 'persist',
}
