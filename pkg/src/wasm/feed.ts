// Bytes into the core without a call back: it makes room in its memory, JavaScript writes there.

import { moduleMemory } from './loader'
import type { Core } from '../../generated/core'

/** Feeds `bytes`, which came at `now` (seconds since the Unix epoch). Whether an answer ended. */
export function feedInPlace(core: Core, bytes: Uint8Array, now: number): boolean {
  let urgent = false
  let from = 0
  // In pieces, so that the buffer holds a piece of a large chunk and not the whole.
  do {
    const piece = bytes.length > PIECE ? bytes.subarray(from, from + PIECE) : bytes
    const at = core.room(piece.length, from === 0)
    if (at === 0) break
    moduleMemory().set(piece, at)
    if (core.took(piece.length, now)) urgent = true
    from += PIECE
  } while (from < bytes.length)
  return urgent
}

/** Bytes. */
const PIECE = 256 << 10
