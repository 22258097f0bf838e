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
  /**
   * Renders one block: a component such as react-markdown's. Keep it the same from render to render. When a block settles, it is
   * rendered again only if it reads `open` (or in development builds of React).
   */
  render: BlockComponent
  /** Close what is half written in the open block: `**bold`, a fence, a link. Default: false. */
  closed?: boolean | undefined
  /**
   * An element or component around each hundred blocks, `'div'` for example, so that CSS can skip the layout of those that are out of
   * view (`content-visibility`). Default: none, the blocks are siblings.
   */
  container?: string | ((props: any) => unknown) | (new (props: any) => unknown) | undefined
}

/**
 * A message's Markdown, each block rendered by `render` and only when it changes: while text comes in, the last one.
 *
 *     <MessageBlocks message={message} render={Markdown} />
 */
export function MessageBlocks({ message, render, closed = false, container }: MessageBlocksProps): any {
  const { blocks, linkDefinitions = '' } = useBlocks(message)
  const ready = blocks.map((block) => readyBlock(block, linkDefinitions, closed))
  const { Group } = parts()
  return React.createElement(React.Fragment, null, groupsOf(ready).map(({ key, blocks }) =>
    React.createElement(Group, { key, blocks, render: render as Renderer, container: container as Container | undefined })))
}

type Renderer = React.ComponentType<BlockProps>
type Container = React.ElementType<{ children?: React.ReactNode }>

interface OneProps {
  block: Block
  render: Renderer
}

interface GroupProps {
  blocks: readonly Block[]
  render: Renderer
  container: Container | undefined
}

/** Made on first use: importing the entry must not need React. */
let made: ReturnType<typeof makeParts> | undefined
const parts = () => (made ??= makeParts())

function makeParts() {
  const One = React.memo(({ block, render }: OneProps) => elementOf(block, render), looksTheSame)
  const Group = React.memo(({ blocks, render, container = React.Fragment }: GroupProps) =>
    React.createElement(container, null, blocks.map((block) => React.createElement(One, { key: block.id, block, render }))))
  return { Group }
}

/** Components that have read `open`. */
const readsOpen = new WeakSet<Renderer>()
/** A block that was rendered → what became of it since, without a render. */
const latest = new WeakMap<Block, Block>()

function elementOf(block: Block, render: Renderer): React.ReactElement {
  const { text, kind, open, lang } = block
  const element = React.createElement(render, { kind, open, lang, children: text } as BlockProps)
  const get = () => {
    readsOpen.add(render)
    return (latest.get(block) ?? block).open
  }
  // React freezes props in development: there every component counts as one that reads it.
  if (!Reflect.defineProperty(element.props as object, 'open', { enumerable: true, get })) readsOpen.add(render)
  return element
}

/** Blank lines change nothing that is drawn, and when a block settles, often nothing but `open` changes, which most renderers do not read. */
function looksTheSame({ block: before, render }: OneProps, { block: now, render: next }: OneProps): boolean {
  if (render !== next) return false
  if (before === now) return true
  if (before.text !== now.text || before.kind !== now.kind || before.lang !== now.lang) return false
  if (before.open !== now.open && readsOpen.has(render)) return false
  latest.set(before, now)
  return true
}
