// The options as the handler uses them internally.

import type { HandlerOptions } from './options'

/** Options after validation, without `null` and `undefined`. */
export type CheckedOptions = { [Name in keyof HandlerOptions]: Exclude<HandlerOptions[Name], null> }
