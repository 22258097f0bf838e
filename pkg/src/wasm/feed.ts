// Feeds bytes to the core without a call back into JavaScript: the core reserves room in its memory, and the bytes are written
// there. This costs half as much as letting the core call back for them (`core.feed`).

import { moduleMemory } from './loader'
import type { Core } from '../../generated/core'

/** Feeds `bytes`, received at `now` (seconds since the Unix epoch). Returns whether an answer ended. */
export function feedInPlace(core: Core, bytes: Uint8Array, now: number): boolean {
  let hasEnded = false
  let from = 0
  // In pieces, so that the core's buffer grows to the size of a piece and not of a large chunk.
  do {
    const piece = bytes.length > PIECE ? bytes.subarray(from, from + PIECE) : bytes
    const address = core.room(piece.length, from === 0)
    if (address === 0) break
    moduleMemory().set(piece, address)
    if (core.took(piece.length, now)) hasEnded = true
    from += PIECE
  } while (from < bytes.length)
  return hasEnded
}

/** Bytes. */
const PIECE = 256 << 10
