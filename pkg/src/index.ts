// 'ai-stream-handler': the module is inlined, and starts when the page that made a handler has a moment, or at first use.
// Importing does nothing.

import wasm from '../generated/core_bg.opt.wasm'
import { startAhead } from './handler/warm-up'
import { makeHandler } from './handler/stream-handler'
import { inlined } from './wasm/inlined-wasm'
import type { HandlerOptions, StreamHandler } from './types/handler'

export { EMPTY as emptySnapshot } from './snapshot/snapshot-store'
export { listComponents } from './agentos/list-components'
export { confirm, fill, giveResult, reject } from './agentos/pause-resolution'
export type * from './types/handler'
export type { Component } from './agentos/list-components'
export type * from './types/snapshot'

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
