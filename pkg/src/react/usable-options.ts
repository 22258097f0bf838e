// Options of a hook, checked while rendering. In development a wrong one is thrown, where React shows it with the component's name. In
// production it is logged and left out: an option that the page got from its own data must not blank the page.

import { validateOptions } from '../handler/validate-options'
import type { HandlerOptions } from '../types/options'
import type { StreamHookOptions } from './stream-hook'

/** Throws what is wrong with the options, in development; logs it in production. */
export function checkOptions(hook: string, options: StreamHookOptions): void {
  try {
    validateOptions(withoutOwn(options))
  } catch (error) {
    const { message } = error as Error
    const named = new TypeError(message.replace(/^createStreamHandler/, hook))
    if (isDevelopment()) throw named
    console.warn(`${named.message}. The option is ignored.`)
  }
}

/** The handler's own options, without those that it would refuse. */
export function usableOptions(options: StreamHookOptions): HandlerOptions {
  let usable: HandlerOptions = {}
  for (const [name, value] of Object.entries(withoutOwn(options))) {
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

function withoutOwn({ id: _id, onFinish: _onFinish, ...rest }: StreamHookOptions): HandlerOptions {
  return rest as HandlerOptions
}

function isDevelopment(): boolean {
  try {
    return process.env.NODE_ENV !== 'production'
  } catch {
    return false
  }
}

declare const process: { env: { NODE_ENV?: string } }
