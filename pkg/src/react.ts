'use client'
// 'ai-stream-handler/react': hooks for React 18 and 19.

export { useAIStreamHandler } from './react/use-stream-handler'
export { StreamProvider, useStream } from './react/stream-provider'
export { useStreamSlice } from './react/use-stream-slice'
export { useMember, useMessage, useMessageIds } from './react/use-message'
export { useCountdown } from './react/use-countdown'
export type { FinishedAnswer, StreamHook, StreamHookOptions } from './react/stream-hook'
