// 'ai-stream-handler/smooth': text at an even pace. Needs no core, and no framework.

export { smooth, type Smooth, type SmoothOptions, type SmoothSource } from './smooth/smooth'
