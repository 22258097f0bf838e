// 'ai-stream-handler/solid': Solid.

export { createAIStreamHandler, type SolidStream } from './frameworks/solid'
