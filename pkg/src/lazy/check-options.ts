// The options' names and types, checked before the core is there, where that must not cost much: the core checks the rest, which
// is parts of options, numbers out of range, two targets and addresses.

import type { HandlerOptions } from '../types/options'

/** By `typeof`: the names. */
const NAMES = {
  string: 'endpoint agent team workflow url name sessionId credentials',
  function: 'log fetch onListenerError',
  'object or function': 'headers fields',
  object: 'fallbacks activityTexts limits',
  'object or boolean': 'retry resume stall',
  boolean: 'shareLimits follow background',
  'number, object or boolean': 'quota',
  'string, object or boolean': 'persist',
  'string or number': 'notify',
} as const

/** The names in a list of names. */
export type Split<Names extends string> = Names extends `${infer First} ${infer Rest}` ? First | Split<Rest> : Names

/** The compiler's check that no option is missing, and none too many. */
type Named = Split<(typeof NAMES)[keyof typeof NAMES]>
true satisfies [Named, keyof HandlerOptions] extends [keyof HandlerOptions, Named] ? true : false

/** Throws a TypeError for an option that does not exist or is of the wrong type. `undefined` and `null` count as not set. */
export function checkOptions(options: HandlerOptions): void {
  for (const [name, value] of Object.entries(options)) {
    const type = Object.entries(NAMES).find(([, names]) => names.split(' ').includes(name))?.[0]
    if (!type) throw wrong(`there is no option ${name}`)
    if (value != null && !type.includes(typeof value)) throw wrong(`${name} must be ${type}, not ${typeof value}`)
  }
}

const wrong = (what: string) => new TypeError(`createStreamHandler: ${what}`)
