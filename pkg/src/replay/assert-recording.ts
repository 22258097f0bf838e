// What takes a recording is easily given something else: a recorder, a file, the text of one.

import type { Recording } from '../types/recording'

/** Throws a TypeError unless `given` may be a recording. `call`: the name of the function that it was given to. */
export function assertRecording(call: string, given: unknown): asserts given is Recording {
  const { events, start } = (given ?? {}) as Partial<Recording>
  if (Array.isArray(events) && typeof start === 'object') return
  const hint = typeof given === 'string' ? '; readRecording() reads its text' : given instanceof Blob ? '; openRecording() reads a file' : ''
  throw new TypeError(`ai-stream-handler/replay: ${call}() takes a recording, as recorder.stop(), readRecording() and openRecording() return it${hint}`)
}
