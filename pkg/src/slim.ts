// 'ai-stream-handler/slim': for those who host core.wasm themselves. `await init(...)` once, then as the main entry.

import { startAhead } from './handler/warm-up'
import { makeHandler } from './handler/stream-handler'
import { explained, needWebAssembly, type Source } from './wasm/loader'
import type { HandlerOptions, StreamHandler } from './types/handler'

export { EMPTY as emptySnapshot } from './snapshot/snapshot-store'
export { listComponents } from './agentos/list-components'
export { confirm, fill, giveResult, reject } from './agentos/pause-resolution'
export type * from './types/handler'
export type { Component } from './agentos/list-components'
export type * from './types/snapshot'

let module: WebAssembly.Module | undefined

const source: Source = {
  check() {
    if (!module) throw new Error("ai-stream-handler/slim: await init('/path/to/core.wasm') first.")
  },
  module: () => module!,
}

/** Where core.wasm is to be had: its address, its bytes, a response with it, or the module compiled from it. */
export async function init(source: string | URL | Response | BufferSource | WebAssembly.Module): Promise<void> {
  needWebAssembly()
  if (source instanceof WebAssembly.Module) {
    module = source
    return
  }
  const isAddress = typeof source === 'string' || source instanceof URL
  const given = isAddress ? await fetch(source) : source
  const bytes = given instanceof Response ? await given.arrayBuffer() : given
  module = await WebAssembly.compile(bytes).catch((error: unknown) => { throw explained(error) })
}

/** As in the main entry. Throws before {@link init} is done. */
export function createStreamHandler(options: HandlerOptions = {}): StreamHandler {
  const handler = makeHandler(source, options)
  startAhead(source)
  return handler
}
