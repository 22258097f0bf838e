// The options after validation.

import type { HandlerOptions } from './options'

/** Options of which none is null. */
export type CheckedOptions = { [Name in keyof HandlerOptions]: Exclude<HandlerOptions[Name], null> }
