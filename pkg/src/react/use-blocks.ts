// The blocks of a message, or of any text, in React.

import * as React from 'react'
import { awaitCore, coreChunk } from '../lazy/core-chunk'
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
  const [, isLoaded] = React.useState(false)
  const needsCore = !given.blocks && !coreChunk()
  React.useEffect(() => needsCore ? awaitCore({ arrived: () => isLoaded(true), missed: () => {} }) : undefined, [needsCore])
  if (given.blocks) return given as MessageBlocks
  const { content, status } = given
  const chunk = coreChunk()
  if (!chunk) return { blocks: content ? [{ id: 'b0', text: content, kind: 'paragraph', open: true }] : [], linkDefinitions: '' }
  own.current ??= chunk.createBlocks()
  return { blocks: own.current.update(content, { open: status === 'started' || status === 'paused' }), linkDefinitions: own.current.linkDefinitions }
}
