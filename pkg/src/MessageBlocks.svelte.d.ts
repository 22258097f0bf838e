import type { Component, Snippet } from 'svelte'
import type { Block } from './types/markdown.js'
import type { BlocksOf } from './svelte.js'

/** What `render` gets. */
export type BlockProps = Pick<Block, 'text' | 'kind' | 'open' | 'lang'>

/** Props of MessageBlocks. */
export interface MessageBlocksProps {
  /** A message of the snapshot, a copy of one, or a text. Nothing is rendered without one. */
  message: BlocksOf | null | undefined
  /** Renders one block: a component with the prop `text`. Or use the snippet `children`. */
  render?: Component<BlockProps> | Component<{ text: string }>
  /** Renders one block: `{#snippet children({ text })}…{/snippet}`. */
  children?: Snippet<[Block]>
  /** Close what is half written in the open block: `**bold`, a code fence, a link. Default: false. */
  closed?: boolean
}

/** A message's Markdown, each block rendered by `render` or the snippet, and only when it changes. */
declare const MessageBlocks: Component<MessageBlocksProps>
export default MessageBlocks
