// 'ai-stream-handler/a11y': what a host needs to tell a screen reader of an answer, without a word per token.

export { announce, type AnnounceOptions } from './a11y/announce'
export { countdown, type CountdownOptions } from './a11y/countdown'
