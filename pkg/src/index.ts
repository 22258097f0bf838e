// 'ai-stream-handler': the module is inlined and starts at the first createStreamHandler. Importing does nothing.

import wasm from '../generated/core_bg.opt.wasm'
import { makeHandler } from './handler'
import { startWith } from './start'
import type { HandlerOptions, StreamHandler } from './api'

export { EMPTY as emptySnapshot } from './mirror'
export { confirm, fill, giveResult, reject } from './resolve'
export type * from './api'
export type * from './types'

/**
 * A handler for one conversation. Synchronous: no await, no init call.
 *
 * Throws where WebAssembly is missing or forbidden (the message says which); never for anything a server does.
 */
export function createStreamHandler(options: HandlerOptions = {}): StreamHandler {
  return makeHandler(() => startWith(decode), options)
}

function decode(): Uint8Array<ArrayBuffer> {
  const text = atob(wasm)
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}
