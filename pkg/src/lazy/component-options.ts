// Options of a framework's entry, checked while a component is created. In development a wrong one is thrown, where React shows
// it with the component's name. In production it is logged and left out: an option that the page got from its own data must not
// blank the page. Here only unknown names are logged, because all of this is loaded first; the core's chunk does the rest
// (handler/usable-options.ts).

import { checkAllOptions } from './check-all-options'
import type { HandlerOptions } from '../types/options'
import type { Split } from './check-options'

/** All options. */
const NAMES = 'endpoint agent team workflow url name sessionId credentials headers fields retry resume stall fallbacks quota shareLimits follow log background persist notify activityTexts limits fetch onListenerError'

/** The compiler's check that none is missing, and none too many. */
true satisfies [Split<typeof NAMES>, keyof HandlerOptions] extends [keyof HandlerOptions, Split<typeof NAMES>] ? true : false

/** Throws what is wrong with the options, in development; logs unknown ones in production. `caller`: the name of the hook. */
export const checkComponentOptions = (caller: string, options: HandlerOptions): void => {
  try {
    // Bundlers drop this, and with it all of checkAllOptions, from production builds.
    if (process.env.NODE_ENV !== 'production') assertValid(caller, options)
  } catch (error) {
    // Else there is no `process`, in a page without a bundler.
    if (!(error instanceof ReferenceError)) throw error
  }
  for (const name in options) if (!NAMES.split(' ').includes(name)) console.warn(`${caller}: there is no option ${name}. The option is ignored.`)
}

function assertValid(caller: string, options: HandlerOptions): void {
  try {
    checkAllOptions(options)
  } catch (error) {
    throw new (error instanceof RangeError ? RangeError : TypeError)((error as Error).message.replace(/^createStreamHandler/, caller))
  }
}

declare const process: { env: { NODE_ENV?: string } }
