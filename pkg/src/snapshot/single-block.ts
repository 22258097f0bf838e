// `blocks` of a message before the core is there to split it: one open block with all of the text.

import type { ChatMessage } from '../types/message'

/** Gives `message` its blocks. Not enumerable, as in message-blocks.ts. */
export function withSingleBlock(message: Omit<ChatMessage, 'blocks' | 'linkDefinitions'>): ChatMessage {
  const { id, content: text } = message
  return Object.defineProperties(message, {
    blocks: { configurable: true, value: text ? [{ id: `${id}-b0`, text, kind: 'paragraph', open: true }] : [] },
    linkDefinitions: { configurable: true, value: '' },
  }) as ChatMessage
}
