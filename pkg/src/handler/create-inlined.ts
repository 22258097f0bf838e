// createStreamHandler of the main entry: the module comes along as a text.

import wasm from '../../generated/core_bg.opt.wasm'
import { inlined } from '../wasm/inlined-wasm'
import { makeHandler } from './stream-handler'
import { startAhead } from './warm-up'
import type { StreamHandler } from '../types/handler'
import type { HandlerOptions } from '../types/options'

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
