/** What a {@link Block} is. */
export type BlockKind = 'paragraph' | 'heading' | 'code' | 'list' | 'quote' | 'table' | 'html' | 'rule' | 'math' | 'definition'

/**
 * A block of a message's Markdown: a paragraph, a whole list, a code block, … The texts of all blocks, joined, are the message's
 * `content`.
 *
 * A block that is not `open` never changes again: it stays the same object.
 */
export interface Block {
  /** Stable, also when the block settles; suitable as a React key. */
  readonly id: string
  /** Its Markdown, with the blank lines that follow it. */
  readonly text: string
  /** Of an open block, what it looks like so far. */
  readonly kind: BlockKind
  /** More text may come. Only the last block of a message can be open. */
  readonly open: boolean
  /** Of a code block: its language, the first word after the fence. */
  readonly lang?: string
}

/** The blocks of a text that grows, as `createBlocks` makes them. */
export interface GrowingBlocks {
  /** The whole text as it is now. `open`: more may come. Default: false. Returns its blocks. */
  update(text: string, options?: { open?: boolean }): readonly Block[]
  readonly blocks: readonly Block[]
  /** All link definitions and footnotes so far; append it to a block, so that references to them work. */
  readonly linkDefinitions: string
}
