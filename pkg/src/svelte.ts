// 'ai-stream-handler/svelte': Svelte 5, and stores.

export { createAIStreamHandler, toStore, type SvelteStream } from './frameworks/svelte'
export { messageBlocks } from './frameworks/svelte-blocks'
export type { BlocksOf } from './lazy/block-source'
