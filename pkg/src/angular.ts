// 'ai-stream-handler/angular': Angular 17 and later.

export { injectAIStreamHandler, type AngularStream } from './frameworks/angular'
export { injectMessageBlocks } from './frameworks/angular-blocks'
export type { BlocksOf } from './lazy/block-source'
