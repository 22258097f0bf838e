// 'ai-stream-handler/replay': recordings of a handler's runs as files, and shown again.

export { createPlayer, type Player } from './replay/player'
export { record } from './replay/recorder'
export { openRecording, packRecording, readRecording, writeRecording } from './replay/recording-format'
export { recordingOf, type StreamGiven } from './replay/recording-of'
export { redact } from './replay/redact'
export { replay } from './replay/replay'
