// 'ai-stream-handler/lit': Lit 2 and 3, and elements with the same two methods.

export { AIStreamController, messageOf, type StreamHost } from './frameworks/lit'
export { MessageBlocksController } from './frameworks/lit-blocks'
export type { BlocksOf } from './lazy/block-source'
