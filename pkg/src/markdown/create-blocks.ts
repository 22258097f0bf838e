// The blocks of a text that belongs to no message.

import { assertModuleUsable, type ModuleSource } from '../wasm/loader'
import { BlockList } from './block-list'
import type { GrowingBlocks } from '../types/markdown'

/** Throws if the module cannot be started. */
export function makeBlocks(source: ModuleSource, prefix: string): GrowingBlocks {
  assertModuleUsable(source)
  const list = new BlockList(prefix)
  return {
    update(text, options) {
      list.set(String(text ?? ''), options?.open ?? false)
      return list.blocks
    },
    get blocks() { return list.blocks },
    get linkDefinitions() { return list.linkDefinitions },
  }
}
