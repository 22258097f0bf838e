// Validates options and arguments, and names the one that is wrong: a typo should not surface as a server's error. Numbers are
// checked by the core, except those that do not reach it as they are (`limits`, `notify`).

import { schemeError } from '../agentos/endpoint'
import { suggestion } from './suggestion'
import type { CheckedOptions } from '../types/checked-options'
import type { HandlerOptions, Limits, ResumeOptions, RetryOptions } from '../types/options'

/**
 * The options without those that are not set: `undefined`, `null` and, for ids and `url`, `''` (which is what reading an absent
 * id from an address gives). Throws a TypeError for an unknown option or one of the wrong type, and a RangeError for a number out
 * of range.
 */
export function validateOptions(options: HandlerOptions): CheckedOptions {
  if (!KIND_TESTS['a plain object'](options)) throw optionError(`takes an object of options, not ${describeKind(options)}`)
  validateFields(options, OPTION_KINDS)
  const given: CheckedOptions = {}
  for (const name of Object.keys(options) as (keyof HandlerOptions)[]) {
    const value = options[name]
    if (value !== undefined && value !== null && (value || !TARGET_OPTIONS.includes(name))) (given as Record<string, unknown>)[name] = value
  }
  const targets = (['agent', 'team', 'workflow'] as const).filter((name) => name in given)
  if (targets.length > 1) throw optionError(`one of agent, team and workflow, not ${targets.join(' and ')}`)
  const routes = [given, ...(given.fallbacks ?? [])] as { url?: string | null }[]
  const wrong = schemeError(given.endpoint ?? '') ?? routes.map(({ url }) => schemeError(url ?? '', 'url')).find(Boolean)
  if (wrong) throw optionError(wrong)
  return given
}

const TARGET_OPTIONS = ['agent', 'team', 'workflow', 'url']

/** Which option was meant. Bundlers drop it from production builds. */
function hintFor(name: string): string {
  let hint = ''
  try {
    if (process.env.NODE_ENV !== 'production') hint = suggestion(name, Object.keys(OPTION_KINDS))
  } catch {
    // A page without a bundler has no `process`.
    hint = suggestion(name, Object.keys(OPTION_KINDS))
  }
  return hint
}

declare const process: { env: { NODE_ENV?: string } }

/** Validates the properties of an object, and nested ones. `prefix` is its own name with a dot, or empty. */
function validateFields(given: object, kinds: Kinds, prefix = ''): void {
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue
    const name = prefix + key
    const wanted = Object.hasOwn(kinds, key) ? kinds[key] : undefined
    if (!wanted) throw optionError(`there is no option ${name}${prefix ? `; there are ${Object.keys(kinds).join(', ')}` : hintFor(key)}`)
    assertKind(wanted, name, value)
    const least = prefix === 'limits.' ? 1 : 0
    if ((least || key === 'notify') && typeof value === 'number' && !(value >= least && value <= MAX_NUMBER)) {
      throw new RangeError(`createStreamHandler: ${name} must be from ${least} to ${MAX_NUMBER}`)
    }
    if (name === 'stall.requests' && !((value as number) >= 0 && (value as number) <= 86_400)) throw new RangeError('createStreamHandler: stall.requests must be seconds, from 0 to 86400')
    const parts = NESTED_KINDS[name]
    if (!parts) continue
    if (!Array.isArray(value)) validateFields(value as object, parts, `${name}.`)
    else value.forEach((part: object, index) => {
      assertKind(['an object'], `${name}[${index}]`, part)
      validateFields(part, parts, `${name}[${index}].`)
    })
  }
}

/** Throws a TypeError unless `value` is of one of the kinds. */
export function assertKind(wanted: KindNames, name: string, value: unknown): void {
  if (!wanted.some((kind) => KIND_TESTS[kind](value))) throw optionError(`${name} must be ${wanted.join(' or ')}, not ${describeKind(value)}`)
}

/** A TypeError of `createStreamHandler`. */
export const optionError = (what: string) => new TypeError(`createStreamHandler: ${what}`)

/** Throws a TypeError about the argument `given` of the method `call`, unless it `isValid`. `what`: what the method takes. */
export function assertArgument(call: string, what: string, given: unknown, isValid: unknown): void {
  if (!isValid) throw new TypeError(`${call}() takes ${what}, not ${describeKind(given)}`)
}

/**
 * Throws a TypeError if the object that the method `call` was given has a property that is none of `names`. An event, which an
 * onClick passes, is no plain object and passes.
 */
export function assertNames(call: string, given: unknown, names: readonly string[]): void {
  if (Object.getPrototypeOf(given ?? '') !== Object.prototype) return
  const unknown = Object.keys(given as object).find((name) => !names.includes(name))
  if (unknown !== undefined) throw new TypeError(`${call}() has no option ${unknown}; there are ${names.join(', ')}`)
}

/** Tests by kind. The names are used in error messages. */
const KIND_TESTS = {
  'a string': (value: unknown) => typeof value === 'string',
  'null': (value: unknown) => value === null,
  'a number': (value: unknown) => typeof value === 'number',
  'true or false': (value: unknown) => typeof value === 'boolean',
  'false': (value: unknown) => value === false,
  'a function': (value: unknown) => typeof value === 'function',
  'an object': (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value),
  // Not an iterable: the entries of a FormData or a Map are not its properties. Nor a URL or a Promise, which has none.
  'a plain object': (value: unknown) => /^(Object|Module)$/.test(classTag(value)) && !(Symbol.iterator in (value as object)),
  'an array': (value: unknown) => Array.isArray(value),
  "'omit', 'same-origin' or 'include'": (value: unknown) => ['omit', 'same-origin', 'include'].includes(value as string),
  "'frame' or 'sync'": (value: unknown) => ['frame', 'sync'].includes(value as string),
  "'session' or 'local'": (value: unknown) => ['session', 'local'].includes(value as string),
}

type KindNames = readonly (keyof typeof KIND_TESTS)[]
type Kinds = Record<string, KindNames>

const TEXT_KIND = ['a string', 'null'] as const
const FUNCTION_KIND = ['a function'] as const
const NUMBER_KIND = ['a number'] as const

const OPTION_KINDS: Kinds = {
  endpoint: TEXT_KIND, agent: TEXT_KIND, team: TEXT_KIND, workflow: TEXT_KIND, url: TEXT_KIND, name: TEXT_KIND, sessionId: TEXT_KIND,
  headers: ['an object', 'a function'],
  credentials: ["'omit', 'same-origin' or 'include'"],
  fields: ['a plain object', 'a function'],
  retry: ['an object', 'false'],
  resume: ['an object', 'false'],
  stall: ['an object', 'false'],
  fallbacks: ['an array'],
  quota: ['a number', 'an object', 'false'],
  shareLimits: ['true or false'],
  follow: ['true or false'],
  log: FUNCTION_KIND,
  background: ['true or false'],
  persist: ["'session' or 'local'", 'an object', 'false'],
  notify: ["'frame' or 'sync'", 'a number'],
  activityTexts: ['an object'],
  limits: ['an object'],
  fetch: FUNCTION_KIND,
  onListenerError: FUNCTION_KIND,
} satisfies Record<keyof HandlerOptions, KindNames>

/** Whether there is such an option. */
export const isOption = (name: string) => Object.hasOwn(OPTION_KINDS, name)

/** Options that are objects, and their properties; for `fallbacks`, those of each element. */
const NESTED_KINDS: Record<string, Kinds> = {
  retry: { maxRetries: NUMBER_KIND, baseDelay: NUMBER_KIND, maxDelay: NUMBER_KIND, delays: ['an array'], jitter: NUMBER_KIND } satisfies Record<keyof RetryOptions, KindNames>,
  resume: { maxAttempts: NUMBER_KIND, baseDelay: NUMBER_KIND, maxDelay: NUMBER_KIND } satisfies Record<keyof ResumeOptions, KindNames>,
  stall: { background: NUMBER_KIND, foreground: NUMBER_KIND, requests: NUMBER_KIND },
  limits: { maxEventBytes: NUMBER_KIND, maxTextBytes: NUMBER_KIND, maxTimelineEntries: NUMBER_KIND, maxMessages: NUMBER_KIND, maxToolCalls: NUMBER_KIND } satisfies Record<keyof Limits, KindNames>,
  fallbacks: { name: TEXT_KIND, agent: TEXT_KIND, team: TEXT_KIND, workflow: TEXT_KIND, url: TEXT_KIND },
}

/** The longest delay of a timer in milliseconds, and more bytes than the module's memory holds. */
const MAX_NUMBER = 2_147_483_647

/** What a value is, for error messages. */
function describeKind(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return value.length ? 'an array' : 'an empty array'
  if (typeof value === 'object') return classTag(value).replace('Object', 'an object')
  return typeof value === 'function' ? 'a function' : `${typeof value} ${String(value)}`
}

/** Name of a built-in's class, such as `FormData`, also for objects of another realm, which `instanceof` does not recognize. */
export const classTag = (value: unknown) => Object.prototype.toString.call(value).slice(8, -1)
