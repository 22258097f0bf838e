// Svelte 5: a message's Markdown blocks, for `{#each}`. MessageBlocks.svelte is that.

import { createSubscriber } from 'svelte/reactivity'
import { BlockSource, type BlocksOf } from '../lazy/block-source'
import type { Block } from '../types/markdown'

/**
 * The blocks of a message, ready to be rendered: with the definitions that they refer to, and with `closed` what is half written closed.
 * What did not change is the same object as before.
 *
 *     const blocks = messageBlocks(() => message)
 *     {#each blocks.current as { id, text } (id)}<Markdown {text} />{/each}
 */
export function messageBlocks(message: () => BlocksOf | null | undefined, options: { readonly closed?: boolean | undefined } = {}): { readonly current: readonly Block[] } {
  let update = () => {}
  const source = new BlockSource(() => update())
  const depend = createSubscriber((changed) => {
    source.mount()
    update = changed
    return () => source.unmount()
  })
  return {
    get current() {
      depend()
      return source.read(message(), options.closed)
    },
  }
}
