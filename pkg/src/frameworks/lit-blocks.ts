// Lit: a reactive controller that renders a message's Markdown block by block. Like AIStreamController it needs nothing of Lit.

import { BlockSource, type BlocksOf } from '../lazy/block-source'
import type { StreamHost } from './lit'
import type { Block } from '../types/markdown'

/**
 * A message's Markdown, each block rendered by `render`, and only when it changes: while text comes in, the last one.
 *
 *     blocks = new MessageBlocksController(this, ({ text }) => html`<chat-markdown .text=${text}></chat-markdown>`)
 *     render() { return this.blocks.render(this.message) }
 */
export class MessageBlocksController<Result> {
  readonly #source: BlockSource
  /** What was rendered of a block: Lit finds the same values in it, and changes nothing. */
  readonly #rendered = new WeakMap<Block, Result>()

  /** `renderBlock`: what it returns depends on the block alone. `closed`: closes what is half written in the open block. */
  constructor(host: StreamHost, private readonly renderBlock: (block: Block) => Result, private readonly options: { readonly closed?: boolean | undefined } = {}) {
    this.#source = new BlockSource(() => host.requestUpdate())
    host.addController(this)
  }

  /** What Lit renders of a message of the snapshot, a copy of one, or a text. */
  render(message: BlocksOf | null | undefined): readonly Result[] {
    return this.#source.read(message, this.options.closed).map((block) => {
      if (!this.#rendered.has(block)) this.#rendered.set(block, this.renderBlock(block))
      return this.#rendered.get(block)!
    })
  }

  /** Called by Lit when the element is in the document. */
  hostConnected(): void {
    this.#source.mount()
  }

  /** Called by Lit when the element has left the document. */
  hostDisconnected(): void {
    this.#source.unmount()
  }
}
