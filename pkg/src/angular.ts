// 'ai-stream-handler/angular': Angular 17 and later.

export { injectAIStreamHandler, type AngularStream } from './frameworks/angular'
