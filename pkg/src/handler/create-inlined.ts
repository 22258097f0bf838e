// createStreamHandler of the main entry. The only file that imports the module itself.

import { makeBlocks } from '../markdown/create-blocks'
import { inlinedSource } from '../wasm/inlined-wasm'
import { startModule } from '../wasm/loader'
import { blocksPrefix } from './blocks-arguments'
import { makeReadRefusal } from './read-refusal'
import { makeStreamHandler } from './stream-handler'
import { createFromUsable } from './usable-options'
import { warmUp } from './warm-up'
// Behind the code: the entry compresses better.
import wasm from '../../generated/core_bg.opt.wasm'
import type { StreamHandler } from '../types/handler'
import type { GrowingBlocks } from '../types/markdown'
import type { HandlerOptions } from '../types/options'
import type { Refusal, RefusalGiven } from '../types/refusal'

const source = inlinedSource(wasm)

/**
 * Creates the handler of one conversation. Synchronous; there is nothing to initialize.
 *
 * Throws a TypeError or RangeError that names an invalid option, and an Error if WebAssembly is missing or forbidden (the message
 * says which, and what to do). Never throws because of a server.
 */
export function createStreamHandler(options?: HandlerOptions): StreamHandler
// The rest is for lazy handlers of components, see usable-options.ts.
export function createStreamHandler(options: HandlerOptions = {}, caller?: unknown, latest?: unknown): StreamHandler {
  const create = (usable: HandlerOptions) => makeStreamHandler(source, usable)
  const handler = typeof caller === 'string' ? createFromUsable(options, caller, latest as () => HandlerOptions, create) : create(options)
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
