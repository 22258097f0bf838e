// The options of a framework's component: one that is wrong must not blank the page, and functions may change from render to
// render.

import { isOption, validateOptions } from './validate-options'
import type { HandlerOptions } from '../types/options'

/**
 * What `create` returns for the options without those that a handler would refuse: also for those that only the core refuses, such as
 * numbers out of range.
 */
export function createFromUsable<T>(options: HandlerOptions, caller: string, latest: () => HandlerOptions, create: (usable: HandlerOptions) => T): T {
  const usable = usableOptions(options, caller, latest) as Record<string, unknown>
  for (;;) {
    try {
      return create(usable)
    } catch (error) {
      const name = /^createStreamHandler: (?:each of )?(\w+)/.exec((error as Error).message)?.[1] ?? ''
      if (!Object.hasOwn(usable, name)) throw error
      delete usable[name]
      warnIgnored(error, caller)
    }
  }
}

/**
 * The options without those that a handler would refuse. Each that exists is logged with the name of the `caller`. Functions are
 * always those of `latest()`; so are headers and fields that are objects.
 */
function usableOptions(options: HandlerOptions, caller: string, latest: () => HandlerOptions): HandlerOptions {
  let usable: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    // Logged when the component was created, or an option of the hook itself.
    if (!isOption(name)) continue
    try {
      const more = { ...usable, [name]: value }
      validateOptions(more)
      usable = more
    } catch (error) {
      warnIgnored(error, caller)
    }
  }
  for (const name of ['headers', 'fields', 'fetch', 'log', 'onListenerError'] as const) {
    // Headers and fields may be set later; the core asks whether there are the others.
    if (!usable[name] && name !== 'headers' && name !== 'fields') continue
    usable[name] = (...args: unknown[]) => {
      const value: unknown = latest()[name]
      return typeof value === 'function' ? value(...args) : typeof value === 'object' && value ? value : {}
    }
  }
  return usable
}

function warnIgnored(error: unknown, caller: string): void {
  // Not the bare name `console`: the build drops the warnings of wasm-bindgen's glue by that.
  globalThis.console.warn(`${(error as Error).message.replace(/^createStreamHandler/, caller)}. The option is ignored.`)
}
