// The blocks of a message, or of any text, in React.

import * as React from 'react'
import { awaitCore, coreChunk, loadCore } from '../lazy/core-chunk'
import type { Block, GrowingBlocks } from '../types/markdown'
import type { ChatMessage } from '../types/message'

/** A message of the snapshot, a copy of one, or just a text. */
export type BlocksOf = string | (Pick<ChatMessage, 'content'> & Partial<ChatMessage>)

export interface MessageBlocks {
  blocks: readonly Block[]
  linkDefinitions: string
}

/**
 * The Markdown blocks of a message. Of a copy of a message or a text, which has no `blocks`, they are found here, and keep their
 * identity while the component is mounted; until the core is loaded, one block has all of it.
 */
export function useBlocks(of: BlocksOf): MessageBlocks {
  const given = typeof of === 'string' ? { content: of } : of
  const own = React.useRef<GrowingBlocks | undefined>(undefined)
  const [, setLoaded] = React.useState(false)
  const needsCore = !given.blocks && !coreChunk()
  React.useEffect(() => {
    if (!needsCore) return
    const stop = awaitCore({ arrived: () => setLoaded(true), missed: () => {} })
    void loadCore()
    return stop
  }, [needsCore])
  if (given.blocks) return given as MessageBlocks
  const { content, status } = given
  const chunk = coreChunk()
  if (!chunk) return { blocks: content ? [{ id: 'b0', text: content, kind: 'paragraph', open: true }] : [], linkDefinitions: '' }
  own.current ??= chunk.createBlocks()
  // Of a text nobody knows whether it goes on.
  const open = status === undefined || status === 'started' || status === 'paused'
  return { blocks: own.current.update(content, { open }), linkDefinitions: own.current.linkDefinitions }
}
