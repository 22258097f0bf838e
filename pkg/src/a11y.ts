// 'ai-stream-handler/a11y': announces streaming answers to screen readers sentence by sentence, and formats countdowns.

export { announce, type AnnounceOptions } from './a11y/announce'
export { countdown, type CountdownOptions } from './a11y/countdown'
