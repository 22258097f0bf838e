// createStreamHandler of the main entry: the module comes along as a text.

import wasm from '../../generated/core_bg.opt.wasm'
import { inlinedSource } from '../wasm/inlined-wasm'
import { makeStreamHandler } from './stream-handler'
import { warmUp } from './warm-up'
import type { StreamHandler } from '../types/handler'
import type { HandlerOptions } from '../types/options'

const source = inlinedSource(wasm)

/**
 * A handler for one conversation. Synchronous: no await, no init call.
 *
 * Throws where WebAssembly is missing or forbidden (the message says which); never for anything a server does.
 */
export function createStreamHandler(options: HandlerOptions = {}): StreamHandler {
  const handler = makeStreamHandler(source, options)
  warmUp(source)
  return handler
}
