// The blocks that a component renders, for frameworks that create a component once. A message of the snapshot has its own; those of a
// copy of one, or of a text, are found here once the core is loaded.

import { readyBlock } from '../markdown/ready-block'
import { awaitCore, coreChunk } from './core-chunk'
import type { Block, GrowingBlocks } from '../types/markdown'
import type { ChatMessage } from '../types/message'

/** A message of the snapshot, a copy of one, or just a text. */
export type BlocksOf = string | (Pick<ChatMessage, 'content'> & Partial<ChatMessage>)

/** The blocks of a text, and what to append to them. */
export interface FoundBlocks {
  blocks: readonly Block[]
  linkDefinitions: string
}

/** A text that does not say whether it goes on has ended when it has stayed the same for so long. */
export const SETTLED_AFTER_MS = 1000

/** More of the message may come. */
export const isGrowing = (status: ChatMessage['status']) => status === 'started' || status === 'paused'

/** All of a text as one block: while the core is not loaded. */
export const oneBlock = (content: string): FoundBlocks => ({
  blocks: content ? [{ id: 'b0', text: content, kind: 'paragraph', open: true }] : [], linkDefinitions: '',
})

export class BlockSource {
  #isMounted = false
  /** Blocks were looked for here: those of a message of the snapshot are not. */
  #hasSearched = false
  #own: GrowingBlocks | undefined
  #stopWaiting: (() => void) | undefined
  /** The text when it last stayed the same for a while. */
  #settled: string | undefined
  /** The text that may settle. */
  #growing: string | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  /** `changed`: called when `read` would return something else for the same message. */
  constructor(private readonly changed: () => void) {}

  /** In a browser, when the component is there: before, nothing is loaded. */
  mount(): void {
    this.#isMounted = true
    if (this.#hasSearched) this.changed()
  }

  unmount(): void {
    this.#isMounted = false
    this.#stopWaiting?.()
    this.#stopWaiting = undefined
    clearTimeout(this.#timer)
    this.#growing = undefined
  }

  /** The blocks, ready to be rendered. What did not change is the same object as in the last call. */
  read(of: BlocksOf | null | undefined, closed = false): readonly Block[] {
    if (of === null || of === undefined) return []
    const given = typeof of === 'string' ? { content: of } : of
    const { blocks, linkDefinitions = '' } = given.blocks ? given : this.#find(given.content, given.status)
    return blocks!.map((block) => readyBlock(block, linkDefinitions, closed))
  }

  #find(content: string, status: ChatMessage['status']): FoundBlocks {
    this.#hasSearched = true
    const open = status === undefined ? this.#isOpen(content) : isGrowing(status)
    if (!this.#isMounted) return oneBlock(content)
    if (!coreChunk) {
      this.#stopWaiting ??= awaitCore(() => coreChunk && this.changed(), true)
      return oneBlock(content)
    }
    this.#own ??= coreChunk.createBlocks()
    return { blocks: this.#own.update(content, { open }), linkDefinitions: this.#own.linkDefinitions }
  }

  /** A text does not say whether it goes on: it does from when it has changed until it stays the same for a while. */
  #isOpen(content: string): boolean {
    this.#settled ??= content
    if (this.#settled === content) return false
    if (this.#isMounted && this.#growing !== content) {
      clearTimeout(this.#timer)
      this.#growing = content
      this.#timer = setTimeout(() => {
        this.#settled = content
        this.changed()
      }, SETTLED_AFTER_MS)
    }
    return true
  }
}
