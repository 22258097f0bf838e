// Vue 3: renders a message's Markdown block by block. The components are plain objects, and not made by `defineComponent`, so that a
// bundle that does not use them has nothing of them.

import { h, onMounted, onScopeDispose, shallowRef, type Component, type DefineComponent } from 'vue'
import { BlockSource, type BlocksOf } from '../lazy/block-source'
import { groupsOf } from '../markdown/block-groups'
import type { Block } from '../types/markdown'

/** Props of {@link MessageBlocks}. */
export interface MessageBlocksProps {
  /** A message of the snapshot, a copy of one, or a text. Nothing is rendered without one. */
  message?: BlocksOf | null | undefined
  /** Renders one block; gets those of `text`, `kind`, `open` and `lang` that it declares as props. Or use the default slot. */
  render?: Component | undefined
  /** Close what is half written in the open block: `**bold`, a code fence, a link. Default: false. */
  closed?: boolean | undefined
  /**
   * An element or component around each hundred blocks, `'div'` for example, so that CSS can skip the layout of those that are out of
   * view (`content-visibility`). Default: none, the blocks are siblings.
   */
  container?: string | Component | undefined
}

interface Renderer {
  render?: Component
  slot?: (block: Block) => unknown
}

const One = {
  props: ['block', 'render', 'slot'],
  setup: (props: Renderer & { block: Block }) => () => props.slot ? props.slot(props.block) : h(props.render!, declaredBy(props.render!, props.block)),
}

const Group = {
  props: ['blocks', 'render', 'slot', 'container'],
  setup: (props: Renderer & { blocks: readonly Block[]; container?: string | Component }) => () => {
    const { blocks, render, slot, container } = props
    const drawn = () => blocks.map((block) => h(One, { key: block.id, block, render, slot }))
    if (!container) return drawn()
    // A component's children are a slot.
    return typeof container === 'string' ? h(container, drawn()) : h(container, null, drawn)
  },
}

/** Vue would put the others on the component's element, as attributes. */
function declaredBy(component: Component, { text, kind, open, lang }: Block): Record<string, unknown> {
  const all: Record<string, unknown> = { text, kind, open, lang }
  const { props } = component as { props?: string[] | Record<string, unknown> }
  if (!props) return all
  const names = Array.isArray(props) ? props : Object.keys(props)
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)))
}

/**
 * A message's Markdown, each block rendered by the slot or by `render`, and only when it changes: while text comes in, the last one.
 *
 *     <MessageBlocks :message="message" v-slot="{ text }"><Markdown :source="text" /></MessageBlocks>
 */
export const MessageBlocks = {
  name: 'MessageBlocks',
  props: { message: null, render: null, closed: Boolean, container: null },
  setup(props: MessageBlocksProps, { slots }: { slots: { default?: (block: Block) => unknown } }) {
    const changes = shallowRef(0)
    const source = new BlockSource(() => changes.value++)
    onMounted(() => source.mount())
    onScopeDispose(() => source.unmount())
    return () => {
      void changes.value
      return groupsOf(source.read(props.message, props.closed)).map(({ key, blocks }) => h(Group, { key, blocks, render: props.render, slot: slots.default, container: props.container }))
    }
  },
} as unknown as DefineComponent<MessageBlocksProps>
