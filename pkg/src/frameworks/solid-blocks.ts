// Solid: renders a message's Markdown block by block.

import { createComponent, createMemo, createSignal, indexArray, onCleanup, onMount, type Component, type JSX } from 'solid-js'
import { BlockSource, type BlocksOf } from '../lazy/block-source'
import type { Block } from '../types/markdown'

/** What `render` gets, as reactive props: a Markdown renderer needs only the children. */
export interface BlockProps extends Pick<Block, 'kind' | 'open' | 'lang'> {
  children: string
}

/** Props of {@link MessageBlocks}. */
export interface MessageBlocksProps {
  /** A message of the snapshot, a copy of one, or a text. Nothing is rendered without one. */
  message: BlocksOf | null | undefined
  /** Renders one block: a component such as solid-markdown's. */
  render: Component<BlockProps>
  /** Close what is half written in the open block: `**bold`, a code fence, a link. Default: false. */
  closed?: boolean | undefined
}

/**
 * A message's Markdown, each block rendered by `render`. While text comes in, only the props of the last one change.
 *
 *     <MessageBlocks message={message()} render={(props) => <Markdown>{props.children}</Markdown>} />
 */
export function MessageBlocks(props: MessageBlocksProps): JSX.Element {
  const [changes, setChanges] = createSignal(0)
  const source = new BlockSource(() => setChanges((before) => before + 1))
  onMount(() => source.mount())
  onCleanup(() => source.unmount())
  const blocks = createMemo(() => (changes(), source.read(props.message, props.closed)))
  // By position: the row of the open block stays when that is another object.
  return indexArray(blocks, (block) => {
    const text = createMemo(() => block().text)
    return createComponent(props.render, {
      get children() { return text() },
      get kind() { return block().kind },
      get open() { return block().open },
      get lang() { return block().lang! },
    })
  }) as unknown as JSX.Element
}
