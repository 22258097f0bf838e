// 'ai-stream-handler': the module is inlined and starts at the first createStreamHandler. Importing does nothing.

import wasm from '../generated/core_bg.opt.wasm'
import { makeHandler } from './handler'
import { bytesOf } from './inlined'
import { startWith } from './start'
import type { HandlerOptions, StreamHandler } from './api'

export { EMPTY as emptySnapshot } from './mirror'
export { listComponents } from './components'
export { confirm, fill, giveResult, reject } from './resolve'
export type * from './api'
export type { Component } from './components'
export type * from './types'

/**
 * A handler for one conversation. Synchronous: no await, no init call.
 *
 * Throws where WebAssembly is missing or forbidden (the message says which); never for anything a server does.
 */
export function createStreamHandler(options: HandlerOptions = {}): StreamHandler {
  return makeHandler(() => startWith(() => bytesOf(wasm)), options)
}
