'use client'
// 'ai-stream-handler/react': hooks for React 18 and 19.

export { useAIStreamHandler } from './react/use-stream-handler'
export { useStreamSlice } from './react/use-stream-slice'
export type { StreamHook } from './react/stream-hook'
export { preload } from './lazy/preload'
export { confirm, fill, giveResult, reject } from './agentos/pause-resolution'
export { MessageBlocks, type BlockComponent, type BlockProps, type MessageBlocksProps } from './react/message-blocks'
export { useBlocks, type BlocksOf } from './react/use-blocks'
export { useSmooth } from './react/use-smooth'
