// 'ai-stream-handler/slim': for those who host core.wasm themselves. `await init(...)` once, then as the main entry.

export { createStreamHandler, init } from './handler/create-hosted'
export { emptySnapshot } from './snapshot/empty-snapshot'
export { listComponents, type Component } from './agentos/list-components'
export { confirm, fill, giveResult, reject } from './agentos/pause-resolution'
export type * from './types/public'
