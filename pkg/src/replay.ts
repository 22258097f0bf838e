// 'ai-stream-handler/replay': records a handler's runs, stores recordings as files, and plays them back in a handler.

export { createPlayer, type Player } from './replay/player'
export { record } from './replay/recorder'
export type { RecordableHandler } from './replay/hooks-of'
export { openRecording, packRecording, readRecording, writeRecording } from './replay/recording-format'
export { recordingOf, type StreamGiven } from './replay/recording-of'
export { redact } from './replay/redact'
export { replay } from './replay/replay'
