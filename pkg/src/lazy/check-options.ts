// The options' names and types, checked before the core is there, for the entry that does not validate them in full (agent-ui).
// The core checks the rest: parts of options, numbers out of range, two targets, addresses.

import type { HandlerOptions } from '../types/options'

const TEXT = 'string'
const FUNCTION = 'function'
const OBJECT = 'object'
const FLAG = 'boolean'
const OBJECT_OR_OFF = 'object or boolean'

/** By `typeof`. */
const TYPES: Record<string, string> = {
  endpoint: TEXT, agent: TEXT, team: TEXT, workflow: TEXT, url: TEXT, name: TEXT, sessionId: TEXT, credentials: TEXT,
  headers: 'object or function', fields: 'object or function',
  retry: OBJECT_OR_OFF, resume: OBJECT_OR_OFF, stall: OBJECT_OR_OFF, fallbacks: OBJECT, activityTexts: OBJECT, limits: OBJECT,
  quota: 'number, object or boolean', persist: 'string, object or boolean', notify: 'string or number',
  shareLimits: FLAG, follow: FLAG, background: FLAG,
  log: FUNCTION, fetch: FUNCTION, onListenerError: FUNCTION,
} satisfies Record<keyof HandlerOptions, string>

/** Throws a TypeError for an option that does not exist or is of the wrong type. `undefined` and `null` count as not set. */
export function checkOptions(options: HandlerOptions): void {
  for (const [name, value] of Object.entries(options)) {
    const types = TYPES[name]
    if (!types) throw wrong(`there is no option ${name}`)
    if (value != null && !types.includes(typeof value)) throw wrong(`${name} must be ${types}, not ${typeof value}`)
  }
}

const wrong = (what: string) => new TypeError(`createStreamHandler: ${what}`)
