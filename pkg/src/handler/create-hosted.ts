// createStreamHandler of the entry /slim: core.wasm is hosted by the caller.

import { explainCompileError, assertWebAssembly, type ModuleSource } from '../wasm/loader'
import { makeStreamHandler } from './stream-handler'
import { warmUp } from './warm-up'
import type { StreamHandler } from '../types/handler'
import type { HandlerOptions } from '../types/options'

let module: WebAssembly.Module | undefined

const source: ModuleSource = {
  check() {
    if (!module) throw new Error("ai-stream-handler/slim: await init('/path/to/core.wasm') first.")
  },
  module: () => module!,
}

/** Where core.wasm is to be had: its address, its bytes, a response with it, or the module compiled from it. */
export async function init(source: string | URL | Response | BufferSource | WebAssembly.Module): Promise<void> {
  assertWebAssembly()
  if (source instanceof WebAssembly.Module) {
    module = source
    return
  }
  const isAddress = typeof source === 'string' || source instanceof URL
  const given = isAddress ? await fetch(source) : source
  const bytes = given instanceof Response ? await given.arrayBuffer() : given
  module = await WebAssembly.compile(bytes).catch((error: unknown) => { throw explainCompileError(error) })
}

/** As in the main entry. Throws before {@link init} is done. */
export function createStreamHandler(options: HandlerOptions = {}): StreamHandler {
  const handler = makeStreamHandler(source, options)
  warmUp(source)
  return handler
}
