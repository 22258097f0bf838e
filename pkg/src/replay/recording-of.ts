// Makes a recording of streams that were captured elsewhere: a server's log, a fixture, a browser's network panel.

import type { Recording } from '../types/recording'

/** A captured stream. */
export interface StreamGiven {
  /** The response body. */
  bytes: Uint8Array
  /** `[milliseconds since the stream began, number of bytes]` of each chunk, in order. Default: one chunk at 0. Bytes beyond them form a last chunk. */
  chunks?: [number, number][]
  /** The user's message. Without it the stream may continue an earlier one in the list: a paused or interrupted run. */
  message?: string
  /** The agent's, team's or workflow's name until an event tells it. */
  name?: string
}

/**
 * A recording of one stream, or of several in a row, such as an answer and its continuation after a pause.
 *
 *     createPlayer(handler, recordingOf({ bytes, message: 'Hello' }))
 *
 * `startedAt`: seconds since the Unix epoch. Default: now.
 */
export function recordingOf(streams: StreamGiven | StreamGiven[], { startedAt = Date.now() / 1000 } = {}): Recording {
  const events: Recording['events'] = []
  let startsAt = 0
  for (const given of [streams].flat()) if (!ArrayBuffer.isView((given as StreamGiven | null)?.bytes)) throw new TypeError('ai-stream-handler/replay: recordingOf() takes an object { bytes }, a Uint8Array, or a list of such objects')
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
