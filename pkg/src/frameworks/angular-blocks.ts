// Angular: a message's Markdown blocks as a signal, for `@for`. A component would have to be compiled by Angular, for one version of it.

import { afterNextRender, computed, DestroyRef, inject, signal, type Signal } from '@angular/core'
import { BlockSource, type BlocksOf } from '../lazy/block-source'
import type { Block } from '../types/markdown'

/**
 * The blocks of a message, ready to be rendered: with the definitions that they refer to, and with `closed` what is half written closed.
 * What did not change is the same object as before, so `@for` updates one block per token.
 *
 * ```ts
 * message = input.required<ChatMessage>()
 * blocks = injectMessageBlocks(this.message)
 * ```
 *
 * ```html
 * @for (block of blocks(); track block.id) { <app-markdown [text]="block.text" /> }
 * ```
 */
export function injectMessageBlocks(message: () => BlocksOf | null | undefined, options: { readonly closed?: boolean | undefined } = {}): Signal<readonly Block[]> {
  const changes = signal(0)
  const source = new BlockSource(() => changes.update((before) => before + 1))
  let isGone = false
  afterNextRender(() => isGone || source.mount())
  inject(DestroyRef).onDestroy(() => {
    isGone = true
    source.unmount()
  })
  return computed(() => (changes(), source.read(message(), options.closed)))
}
