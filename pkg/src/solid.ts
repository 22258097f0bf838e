// 'ai-stream-handler/solid': Solid.

export { createAIStreamHandler, type SolidStream } from './frameworks/solid'
export { MessageBlocks, type BlockProps, type MessageBlocksProps } from './frameworks/solid-blocks'
export type { BlocksOf } from './lazy/block-source'
