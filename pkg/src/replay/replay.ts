// A whole recording, at once.

import { createPlayer } from './player'
import type { StreamHandler } from '../types/handler'
import type { Recording } from '../types/recording'
import type { Snapshot } from '../types/snapshot'

/**
 * Everything that is recorded, at once: for tests. The snapshot is the one that the handler had when it was recorded; its times,
 * too.
 *
 *     replay(createStreamHandler(), readRecording(readFileSync('run.jsonl', 'utf8'))).status
 */
export function replay(handler: StreamHandler, recording: Recording): Snapshot {
  const player = createPlayer(handler, recording)
  player.seek(player.duration)
  player.dispose()
  return handler.getSnapshot()
}
