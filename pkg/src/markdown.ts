// 'ai-stream-handler/markdown': what a renderer of blocks may need. Needs no core, and no framework.

export { closedText } from './markdown/closed-text'
export { withDefinitions } from './markdown/with-definitions'
