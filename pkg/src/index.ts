// 'ai-stream-handler', the main entry: with the WebAssembly module inlined. Importing has no side effects; the module starts in
// idle time after the first handler is created, or on first use.

export { createBlocks, createStreamHandler, readRefusal } from './handler/create-inlined'
export { emptySnapshot } from './snapshot/empty-snapshot'
export { RequestError } from './agentos/http-client'
export { listComponents, type Component } from './agentos/list-components'
export { confirm, fill, giveResult, reject } from './agentos/pause-resolution'
export type * from './types/public'
