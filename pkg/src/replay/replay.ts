// Plays a whole recording at once.

import { assertRecording } from './assert-recording'
import { createPlayer } from './player'
import { hooksOf, type RecordableHandler } from './hooks-of'
import type { Recording } from '../types/recording'
import type { Snapshot } from '../types/snapshot'

/**
 * Plays the whole recording in `handler` at once and returns the snapshot, which equals the recorded handler's, times included.
 * For tests.
 *
 *     replay(createStreamHandler(), readRecording(readFileSync('run.jsonl', 'utf8'))).status
 */
export function replay(handler: RecordableHandler, recording: Recording): Snapshot {
  hooksOf(handler)
  assertRecording('replay', recording)
  const player = createPlayer(handler, recording)
  player.seek(player.duration)
  player.dispose()
  return handler.getSnapshot()
}
