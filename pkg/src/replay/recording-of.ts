// A recording made of streams that were recorded elsewhere.

import type { Recording } from '../types/recording'

/** A stream that was recorded elsewhere. */
export interface StreamGiven {
  bytes: Uint8Array
  /** `[milliseconds, bytes]` of each chunk. Default: all at once. */
  chunks?: [number, number][]
  /** What the user had said. Without it the stream may go on with an earlier one (`recordingOf` of several). */
  message?: string
  /** What the answering party is called before its first event. */
  name?: string
}

/** A recording of streams, one after the other: of an answer, and of what followed its pause. `startedAt`: seconds since the Unix epoch. */
export function recordingOf(streams: StreamGiven | StreamGiven[], { startedAt = Date.now() / 1000 } = {}): Recording {
  const events: Recording['events'] = []
  let startsAt = 0
  for (const { bytes, chunks = [[0, bytes.length]], message, name } of [streams].flat()) {
    events.push({ at: startsAt, call: 'begin', with: [message ?? null, name ?? null] })
    let from = 0
    let at = startsAt
    for (const [ms, size] of [...chunks, [NaN, Infinity]] as [number, number][]) {
      if (from >= bytes.length) break
      at = Math.max(at, startsAt + (ms || 0) / 1000)
      events.push({ at, call: 'feed', with: [bytes.subarray(from, from + size)] })
      from += size
    }
    events.push({ at, call: 'end', with: [] })
    startsAt = at
  }
  return {
    startedAt: Math.round(startedAt * 1000) / 1000, options: {}, seed: 1, start: { requests: 0, sessionId: null, kept: null }, events,
    dropped: { runs: 0, events: 0, bytes: 0 }, redacted: false,
  }
}
