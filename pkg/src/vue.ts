// 'ai-stream-handler/vue': Vue 3.

export { useAIStreamHandler, type VueStream } from './frameworks/vue'
