'use client'
// 'ai-stream-handler/react': hooks for React 18 and 19.

export { useAIStreamHandler } from './react/use-stream-handler'
export { StreamProvider, useStream } from './react/stream-provider'
export { useStreamSlice } from './react/use-stream-slice'
export { preload } from './lazy/preload'
export { confirm, fill, giveResult, reject } from './agentos/pause-resolution'
export { useMember, useMessage, useMessageIds, type SnapshotSource } from './react/use-message'
export { useCountdown } from './react/use-countdown'
export type { FinishedAnswer, StreamHook, StreamHookOptions } from './react/stream-hook'
export { MessageBlocks, type BlockComponent, type BlockProps, type MessageBlocksProps } from './react/message-blocks'
export { useBlocks, type BlocksOf, type FoundBlocks } from './react/use-blocks'
export { useSmooth } from './react/use-smooth'
