// createStreamHandler of the entry /slim: the page hosts the module and passes it to `init`.

import { makeBlocks } from '../markdown/create-blocks'
import { assertWebAssembly, explainCompileError, startModule, type ModuleSource } from '../wasm/loader'
import { blocksPrefix } from './blocks-arguments'
import { makeReadRefusal } from './read-refusal'
import { makeStreamHandler } from './stream-handler'
import { warmUp } from './warm-up'
import type { StreamHandler } from '../types/handler'
import type { GrowingBlocks } from '../types/markdown'
import type { HandlerOptions } from '../types/options'
import type { Refusal, RefusalGiven } from '../types/refusal'

let module: WebAssembly.Module | undefined

const source: ModuleSource = {
  check() {
    if (!module) throw new Error("ai-stream-handler/slim: await init('/path/to/core.wasm') first.")
  },
  module: () => module!,
}

/**
 * Loads and compiles core.wasm (the package's `ai-stream-handler/core.wasm`). Await it once, before the first
 * {@link createStreamHandler}.
 *
 * Rejects if WebAssembly is missing or forbidden, or if the module cannot be loaded or compiled.
 *
 * @param source Its address, its bytes, a Response with them, or the compiled module.
 */
export async function init(source: string | URL | Response | BufferSource | WebAssembly.Module): Promise<void> {
  assertWebAssembly()
  if (source instanceof WebAssembly.Module) {
    module = source
    return
  }
  const isAddress = typeof source === 'string' || source instanceof URL
  const given = isAddress ? await fetch(source) : source
  module = await compile(given).catch((error: unknown) => { throw explainCompileError(error) })
}

/** Compiles while the bytes arrive, if the server says that they are WebAssembly: browsers refuse to otherwise. */
async function compile(given: Response | BufferSource): Promise<WebAssembly.Module> {
  if (!(given instanceof Response)) return WebAssembly.compile(given)
  const isTold = given.ok && given.headers.get('content-type')?.startsWith('application/wasm')
  return isTold && WebAssembly.compileStreaming ? WebAssembly.compileStreaming(given) : WebAssembly.compile(await given.arrayBuffer())
}

/**
 * Creates the handler of one conversation. Throws an Error before {@link init} has finished, and a TypeError or RangeError that
 * names an invalid option. Never throws because of a server.
 */
export function createStreamHandler(options: HandlerOptions = {}): StreamHandler {
  const handler = makeStreamHandler(source, options)
  warmUp(source)
  return handler
}

/**
 * The blocks of a text that grows and is not a message of the snapshot (a message has `blocks`). Call `update` with the whole
 * text as it is now; what did not change keeps its identity. `prefix`: for the ids of the blocks.
 */
export function createBlocks(options: { prefix?: string } = {}): GrowingBlocks {
  return makeBlocks(source, blocksPrefix(options))
}

/**
 * Reads what a provider, gateway or proxy said when it refused: why, how long to wait, what the user reads. As the handler reads
 * it, for servers and logs of your own.
 *
 *     const { reason, delay, message } = readRefusal({ status: 429, headers: response.headers, body: await response.text() })
 */
export const readRefusal: (given: string | RefusalGiven) => Refusal = makeReadRefusal(() => startModule(source))
