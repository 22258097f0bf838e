// Renders a message's Markdown block by block.

import { React } from './react'
import { groupsOf } from '../markdown/block-groups'
import { readyBlock } from '../markdown/ready-block'
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
  const { blocks, linkDefinitions = '' } = useBlocks(message)
  const ready = blocks.map((block) => readyBlock(block, linkDefinitions, closed))
  const { Group } = parts()
  return React.createElement(React.Fragment, null, groupsOf(ready).map(({ key, blocks }) => React.createElement(Group, { key, blocks, render: render as Renderer })))
}

type Renderer = React.ComponentType<BlockProps>

/** Made on first use: importing the entry must not need React. */
let made: ReturnType<typeof makeParts> | undefined
const parts = () => (made ??= makeParts())

function makeParts() {
  const One = React.memo(({ block: { text, kind, open, lang }, render }: { block: Block; render: Renderer }) => React.createElement(render, { kind, open, lang, children: text } as BlockProps))
  const Group = React.memo(({ blocks, render }: { blocks: readonly Block[]; render: Renderer }) =>
    React.createElement(React.Fragment, null, blocks.map((block) => React.createElement(One, { key: block.id, block, render }))))
  return { Group }
}
