// 'ai-stream-handler': the module is inlined, and starts when the page that made a handler has a moment, or at first use.
// Importing does nothing.

export { createStreamHandler } from './handler/create-inlined'
export { emptySnapshot } from './snapshot/empty-snapshot'
export { listComponents, type Component } from './agentos/list-components'
export { confirm, fill, giveResult, reject } from './agentos/pause-resolution'
export type * from './types/public'
