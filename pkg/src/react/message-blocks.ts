// Renders a message's Markdown block by block.

import { React } from './react'
import { closedText } from '../markdown/closed-text'
import { withDefinitions } from '../markdown/with-definitions'
import { useBlocks, type BlocksOf } from './use-blocks'
import type { Block } from '../types/markdown'

/** What `render` gets: a Markdown renderer needs only the children. */
export interface BlockProps extends Pick<Block, 'kind' | 'open' | 'lang'> {
  children: string
}

/** A React component that renders one block. Without React's own types, which a project without React lacks. */
export type BlockComponent = ((props: BlockProps) => unknown) | (new (props: any) => unknown)

/** Props of {@link MessageBlocks}. */
export interface MessageBlocksProps {
  /** A message of the snapshot, a copy of one, or a text. */
  message: BlocksOf
  /** Renders one block: a component such as react-markdown's. Keep it the same from render to render. */
  render: BlockComponent
  /** Close what is half written in the open block: `**bold`, a fence, a link. Default: false. */
  closed?: boolean
}

/**
 * A message's Markdown, each block rendered by `render` and only when it changes: while text comes in, the last one.
 *
 *     <MessageBlocks message={message} render={Markdown} />
 */
export function MessageBlocks({ message, render, closed = false }: MessageBlocksProps): any {
  const { blocks, linkDefinitions } = useBlocks(message)
  return React.createElement(React.Fragment, null, blocks.map((block) => React.createElement(oneBlock(), {
    key: block.id, render: render as React.ComponentType<BlockProps>, kind: block.kind, open: block.open, lang: block.lang,
    children: textOf(block, linkDefinitions, closed),
  })))
}

/** What was made of a block: only new blocks cost something. */
const made = new WeakMap<Block, { linkDefinitions: string; closed: boolean; text: string }>()

function textOf(block: Block, linkDefinitions: string, closed: boolean): string {
  const known = made.get(block)
  if (known?.linkDefinitions === linkDefinitions && known.closed === closed) return known.text
  // Blank lines behind it come with the next block, and change nothing.
  const own = (closed ? closedText(block) : block.text).replace(/[\r\n]+$/, '')
  const text = withDefinitions({ text: own, kind: block.kind }, linkDefinitions)
  made.set(block, { linkDefinitions, closed, text })
  return text
}

/** Made on first use: importing the entry must not need React. */
let one: React.ComponentType<BlockProps & { render: React.ComponentType<BlockProps> }> | undefined
const oneBlock = () => (one ??= React.memo(({ render, ...props }: BlockProps & { render: React.ComponentType<BlockProps> }) => React.createElement(render, props)))
