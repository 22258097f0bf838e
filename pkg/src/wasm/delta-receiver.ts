// The host's side of `core.read()`: takes a packed delta out of the core's memory.

import { moduleNumbers } from './loader'
import { unpack } from './packed'
import { readDelta } from './read-delta'
import type { Delta } from './core-delta'
import type { ConversationHost } from './core-host'

/** The methods of the host that receive a delta, and pass it on to `apply`. */
export function deltaReceiver(apply: (delta: Delta) => void): Pick<ConversationHost, 'piece' | 'delta'> {
  let pieces: string[] = []
  return {
    piece: (piece) => void pieces.push(piece),
    delta: (address, count, text) => {
      const delta = unpack(readDelta, { numbers: moduleNumbers(address, count), text, pieces })
      pieces = []
      apply(delta)
    },
  }
}
