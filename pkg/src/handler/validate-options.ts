// Options of the wrong kind are refused at once, by name: a typo shall not be found in what the server answers.

import type { CheckedOptions } from '../types/checked-options'
import type { HandlerOptions, Limits, ResumeOptions, RetryOptions } from '../types/options'

/**
 * The options without those that are null (of places: '', too), as ids from an address are: not given. Throws a TypeError or a
 * RangeError that names the one that is wrong. Most numbers the core checks on its own side.
 */
export function checked(options: HandlerOptions): CheckedOptions {
  if (typeof options !== 'object' || options === null) throw refusal(`takes an object of options, not ${kindOf(options)}`)
  check(options, KINDS)
  const given = Object.fromEntries(Object.entries(options).filter(([name, value]) => value !== undefined && value !== null && (value || !PLACES.includes(name)))) as CheckedOptions
  const targets = (['agent', 'team', 'workflow'] as const).filter((name) => name in given)
  if (targets.length > 1) throw refusal(`one of agent, team and workflow, not ${targets.join(' and ')}`)
  return given
}

const PLACES = ['agent', 'team', 'workflow', 'url']

/** What `at` (with a dot behind it, or empty) is given, and what of that has parts of its own. */
function check(given: object, kinds: Kinds, at = ''): void {
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue
    const name = at + key
    const wanted = kinds[key]
    if (!wanted) throw refusal(`there is no option ${name}${at ? `; there are ${Object.keys(kinds).join(', ')}` : hint(key)}`)
    mustBe(wanted, name, value)
    const least = at === 'limits.' ? 1 : 0
    if ((least || key === 'notify') && typeof value === 'number' && !(value >= least && value <= MOST)) {
      throw new RangeError(`createStreamHandler: ${name} must be from ${least} to ${MOST}`)
    }
    const parts = PARTS[name]
    if (!parts) continue
    if (!Array.isArray(value)) check(value as object, parts, `${name}.`)
    else value.forEach((part: object, index) => {
      mustBe(['an object'], `${name}[${index}]`, part)
      check(part, parts, `${name}[${index}].`)
    })
  }
}

export function mustBe(wanted: Wanted, name: string, value: unknown): void {
  if (!wanted.some((kind) => IS[kind](value))) throw refusal(`${name} must be ${wanted.join(' or ')}, not ${kindOf(value)}`)
}

export const refusal = (what: string) => new TypeError(`createStreamHandler: ${what}`)

/** Of a call: throws a TypeError unless what it is `given` is `right`. */
export function takes(call: string, what: string, given: unknown, right: unknown): void {
  if (!right) throw new TypeError(`${call}() takes ${what}, not ${kindOf(given)}`)
}

const IS = {
  'a string': (value: unknown) => typeof value === 'string',
  'null': (value: unknown) => value === null,
  'a number': (value: unknown) => typeof value === 'number',
  'true or false': (value: unknown) => typeof value === 'boolean',
  'false': (value: unknown) => value === false,
  'a function': (value: unknown) => typeof value === 'function',
  'an object': (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value),
  // What is gone through in other ways has no properties: a FormData, a Map.
  'a plain object': (value: unknown) => IS['an object'](value) && !(Symbol.iterator in (value as object)),
  'an array': (value: unknown) => Array.isArray(value),
  "'omit', 'same-origin' or 'include'": (value: unknown) => ['omit', 'same-origin', 'include'].includes(value as string),
  "'frame' or 'sync'": (value: unknown) => ['frame', 'sync'].includes(value as string),
  "'session' or 'local'": (value: unknown) => ['session', 'local'].includes(value as string),
}

type Wanted = readonly (keyof typeof IS)[]
type Kinds = Record<string, Wanted>

const TEXT = ['a string', 'null'] as const
const CALL = ['a function'] as const
const NUMBER = ['a number'] as const

const KINDS: Kinds = {
  endpoint: TEXT, agent: TEXT, team: TEXT, workflow: TEXT, url: TEXT, name: TEXT, sessionId: TEXT,
  headers: ['an object', 'a function'],
  credentials: ["'omit', 'same-origin' or 'include'"],
  fields: ['a plain object', 'a function'],
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
} satisfies Record<keyof HandlerOptions, Wanted>

/** Of options that have parts; of `fallbacks`, those of each. */
const PARTS: Record<string, Kinds> = {
  retry: { maxRetries: NUMBER, baseDelay: NUMBER, maxDelay: NUMBER, delays: ['an array'], jitter: NUMBER } satisfies Record<keyof RetryOptions, Wanted>,
  resume: { maxAttempts: NUMBER, baseDelay: NUMBER, maxDelay: NUMBER } satisfies Record<keyof ResumeOptions, Wanted>,
  stall: { background: NUMBER, foreground: NUMBER },
  limits: { maxEventBytes: NUMBER, maxTextBytes: NUMBER, maxTimelineEntries: NUMBER, maxMessages: NUMBER, maxToolCalls: NUMBER } satisfies Record<keyof Limits, Wanted>,
  fallbacks: { name: TEXT, agent: TEXT, team: TEXT, workflow: TEXT, url: TEXT },
}

/** The longest time that a timer knows, and more than the module's memory holds. */
const MOST = 2 ** 31 - 1

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object') return tagOf(value).replace('Object', 'an object')
  return typeof value === 'function' ? 'a function' : `${typeof value} ${String(value)}`
}

/** `FormData`, whose realm it may be of. */
export const tagOf = (value: unknown) => Object.prototype.toString.call(value).slice(8, -1)

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
