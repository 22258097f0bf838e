// 'ai-stream-handler/vue': Vue 3.

export { useAIStreamHandler, type VueStream } from './frameworks/vue'
export { MessageBlocks, type MessageBlocksProps } from './frameworks/vue-blocks'
export type { BlocksOf } from './lazy/block-source'
