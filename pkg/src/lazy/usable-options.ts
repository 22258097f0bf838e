// Options of a framework's entry, checked while a component is created. In development a wrong one is thrown, where React shows
// it with the component's name. In production it is logged and left out: an option that the page got from its own data must not
// blank the page.

import { validateOptions } from '../handler/validate-options'
import type { HandlerOptions } from '../types/options'

/**
 * Throws what is wrong with the options, in development; logs it in production. `caller`: the name of the hook, for the message.
 */
export function checkOptions(caller: string, options: HandlerOptions): void {
  try {
    validateOptions(options)
  } catch (error) {
    const { message } = error as Error
    const named = new TypeError(message.replace(/^createStreamHandler/, caller))
    if (isDevelopment()) throw named
    console.warn(`${named.message}. The option is ignored.`)
  }
}

/** The options without those that a handler would refuse. */
export function usableOptions(options: HandlerOptions): HandlerOptions {
  let usable: HandlerOptions = {}
  for (const [name, value] of Object.entries(options)) {
    try {
      const more = { ...usable, [name]: value }
      validateOptions(more)
      usable = more
    } catch {
      // Reported by checkOptions.
    }
  }
  return usable
}

function isDevelopment(): boolean {
  try {
    return process.env.NODE_ENV !== 'production'
  } catch {
    return false
  }
}

declare const process: { env: { NODE_ENV?: string } }
