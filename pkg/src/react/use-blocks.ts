// The blocks of a message, or of any text, in React.

import { React } from './react'
import { awaitCore, coreChunk } from '../lazy/core-chunk'
import type { Block, GrowingBlocks } from '../types/markdown'
import type { ChatMessage } from '../types/message'

/** A message of the snapshot, a copy of one, or just a text. */
export type BlocksOf = string | (Pick<ChatMessage, 'content'> & Partial<ChatMessage>)

/** The blocks of a text, and what to append to them. */
export interface FoundBlocks {
  blocks: readonly Block[]
  linkDefinitions: string
}

/**
 * The Markdown blocks of a message. Of a copy of a message or a text, which has no `blocks`, they are found here, and keep their
 * identity while the component is mounted; until the core is loaded, one block has all of it.
 */
export function useBlocks(of: BlocksOf): FoundBlocks {
  const given = typeof of === 'string' ? { content: of } : of
  const { content, status } = given
  const own = React.useRef<GrowingBlocks | undefined>(undefined)
  const [, setLoaded] = React.useState(false)
  const needsCore = !given.blocks && !coreChunk
  React.useEffect(() => {
    if (!needsCore) return
    return awaitCore(() => void (coreChunk && setLoaded(true)), true)
  }, [needsCore])
  // A text does not say whether it goes on: it does from when it has changed until it stays the same for a while.
  const [settled, setSettled] = React.useState(content)
  const open = status === undefined ? settled !== content : status === 'started' || status === 'paused'
  React.useEffect(() => {
    if (given.blocks || status !== undefined || !open) return
    const timer = setTimeout(() => setSettled(content), SETTLED_AFTER_MS)
    return () => clearTimeout(timer)
  }, [!given.blocks, status, open, content])
  if (given.blocks) return given as FoundBlocks
  const chunk = coreChunk
  if (!chunk) return { blocks: content ? [{ id: 'b0', text: content, kind: 'paragraph', open: true }] : [], linkDefinitions: '' }
  own.current ??= chunk.createBlocks()
  return { blocks: own.current.update(content, { open }), linkDefinitions: own.current.linkDefinitions }
}

const SETTLED_AFTER_MS = 1000
