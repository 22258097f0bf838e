// 'ai-stream-handler/slim': the main entry without the inlined module, for pages that host core.wasm themselves and
// `await init(...)`.

export { createBlocks, createStreamHandler, init, readRefusal } from './handler/create-hosted'
export { emptySnapshot } from './snapshot/empty-snapshot'
export { RequestError } from './agentos/http-client'
export { listComponents, type Component } from './agentos/list-components'
export { confirm, fill, giveResult, reject } from './agentos/pause-resolution'
export type * from './types/public'
