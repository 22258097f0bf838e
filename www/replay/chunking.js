/**
 * The pace of a replay and the chunks it is cut into.
 *
 * Gaps between chunks are the recorded ones divided by the speed. The recordings come from one machine and a model that answers at
 * once, so most gaps are a few milliseconds; "readable" stretches them. Announced waits (a `retry` frame's delay) are replayed as
 * announced, never in slow motion.
 */

/** Shortest and longest gap at the "readable" pace, in ms. */
const READABLE_MIN = 45
const READABLE_MAX = 700

export const PACES = [
  ['readable', 'Readable'],
  ['0.1', '0.1×'],
  ['0.25', '0.25×'],
  ['1', '1× (recorded)'],
  ['4', '4×'],
  ['20', '20×'],
  ['max', 'Instant'],
]

export const CHUNKS = [
  ['recorded', 'As recorded'],
  ['whole', 'Whole'],
  ['1', '1 byte'],
  ['64', '64 B'],
  ['1400', '1,400 B'],
  ['16384', '16 KB'],
]

/** `gap(ms, scripted)`: ms to wait between chunks; scripted streams are readable as they are. `rate`: how many times faster than real time announced waits pass. */
export function toPace(name) {
  if (name === 'readable') return { gap: (ms, scripted) => (scripted ? ms : Math.min(READABLE_MAX, Math.max(READABLE_MIN, ms))), rate: 1 }
  if (name === 'max') return { gap: () => 0, rate: 1e6 }
  const factor = Number(name)
  return { gap: (ms) => ms / factor, rate: Math.max(1, factor) }
}

/**
 * Cuts a recording into pieces `{ bytes, gap, wait }`: the bytes to feed, milliseconds since the previous piece, and the wait
 * announced after it in seconds. A piece arrives when its last byte was recorded. No piece spans an announced wait, because on a
 * real connection buffers are flushed before a long silence.
 */
export function cut({ bytes, chunks }, size) {
  const waits = announcedWaits(bytes)
  const pieces = []
  let from = 0
  let clock = 0
  let index = 0
  let recordedEnd = chunks[0]?.[1] ?? bytes.length
  for (const end of [...waits.keys(), bytes.length]) {
    while (from < end) {
      const step = size === 'recorded' ? recordedEnd - from : size === 'whole' ? Infinity : Number(size)
      const to = Math.min(end, from + step)
      while (recordedEnd < to) recordedEnd += chunks[++index][1]
      const at = chunks[index][0]
      pieces.push({ bytes: bytes.subarray(from, to), gap: at - clock, wait: to === end ? (waits.get(end) ?? 0) : 0 })
      clock = at
      from = to
      if (to === recordedEnd && index < chunks.length - 1) recordedEnd += chunks[++index][1]
    }
  }
  return pieces
}

/** Byte offset after each `retry` frame → the seconds it announces. */
function announcedWaits(bytes) {
  // latin1: one character per byte, so text offsets are byte offsets.
  const text = new TextDecoder('latin1').decode(bytes)
  const waits = new Map()
  for (const match of text.matchAll(/^event: retry\r?\ndata: (.*?)\r?\n\r?\n/gm)) {
    waits.set(match.index + match[0].length, JSON.parse(match[1]).delay)
  }
  return waits
}
