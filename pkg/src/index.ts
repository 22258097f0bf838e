// 'ai-stream-handler': the module is inlined, and starts when the page that made a handler has a moment, or at first use.
// Importing does nothing.

import wasm from '../generated/core_bg.opt.wasm'
import { startAhead } from './ahead'
import { makeHandler } from './handler'
import { inlined } from './inlined'
import type { HandlerOptions, StreamHandler } from './api'

export { EMPTY as emptySnapshot } from './mirror'
export { listComponents } from './components'
export { confirm, fill, giveResult, reject } from './resolve'
export type * from './api'
export type { Component } from './components'
export type * from './types'

const source = inlined(wasm)

/**
 * A handler for one conversation. Synchronous: no await, no init call.
 *
 * Throws where WebAssembly is missing or forbidden (the message says which); never for anything a server does.
 */
export function createStreamHandler(options: HandlerOptions = {}): StreamHandler {
  const handler = makeHandler(source, options)
  startAhead(source)
  return handler
}
