'use client'
// 'ai-stream-handler/react': React knows two functions of a handler, subscribe and getSnapshot. Rendering makes nothing: the
// handler comes with the first effect or call, and goes when its component stays unmounted. StrictMode's rehearsal keeps it.

export { useAIStreamHandler } from './react/use-stream-handler'
export { useStreamSlice } from './react/use-stream-slice'
export type { StreamHook } from './react/stream-hook'
