// The blocks of a message, or of any text, in React.

import { React } from './react'
import { isGrowing, oneBlock, SETTLED_AFTER_MS, type BlocksOf, type FoundBlocks } from '../lazy/block-source'
import { awaitCore, coreChunk } from '../lazy/core-chunk'
import type { GrowingBlocks } from '../types/markdown'

export type { BlocksOf, FoundBlocks }

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
    // It may have come since the component rendered.
    if (coreChunk) return setLoaded(true)
    return awaitCore(() => void (coreChunk && setLoaded(true)), true)
  }, [needsCore])
  // A text does not say whether it goes on: it does from when it has changed until it stays the same for a while.
  const [settled, setSettled] = React.useState(content)
  const open = status === undefined ? settled !== content : isGrowing(status)
  React.useEffect(() => {
    if (given.blocks || status !== undefined || !open) return
    const timer = setTimeout(() => setSettled(content), SETTLED_AFTER_MS)
    return () => clearTimeout(timer)
  }, [!given.blocks, status, open, content])
  if (given.blocks) return given as FoundBlocks
  const chunk = coreChunk
  if (!chunk) return oneBlock(content)
  own.current ??= chunk.createBlocks()
  return { blocks: own.current.update(content, { open }), linkDefinitions: own.current.linkDefinitions }
}
