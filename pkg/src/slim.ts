// 'ai-stream-handler/slim': as the main entry, without the module. For pages that host core.wasm themselves: `await init(...)` once.

export { createStreamHandler, init } from './handler/create-hosted'
export { emptySnapshot } from './snapshot/empty-snapshot'
export { listComponents, type Component } from './agentos/list-components'
export { confirm, fill, giveResult, reject } from './agentos/pause-resolution'
export type * from './types/public'
