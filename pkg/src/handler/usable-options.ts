// The options of a framework's component: one that is wrong must not blank the page, and functions may change from render to
// render.

import { isOption, validateOptions } from './validate-options'
import type { HandlerOptions } from '../types/options'

/**
 * The options without those that a handler would refuse. Each that exists is logged with the name of the `caller`. Functions are
 * always those of `latest()`; so are headers and fields that are objects.
 */
export function usableOptions(options: HandlerOptions, caller: string, latest: () => HandlerOptions): HandlerOptions {
  let usable: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    // Logged when the component was created, or an option of the hook itself.
    if (!isOption(name)) continue
    try {
      const more = { ...usable, [name]: value }
      validateOptions(more)
      usable = more
    } catch (error) {
      // Not the bare name `console`: the build drops the warnings of wasm-bindgen's glue by that.
      globalThis.console.warn(`${(error as Error).message.replace(/^createStreamHandler/, caller)}. The option is ignored.`)
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
