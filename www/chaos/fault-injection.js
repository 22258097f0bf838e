/**
 * What chaos does between the wire and the handler: to the bytes of a stream, and to the requests that bring them. Nothing here
 * knows what the handler makes of it.
 */
const encoder = new TextEncoder()
const BROKEN = ['event: RunContent\ndata: {"event":"RunContent","content":"cut of\n\n', 'data: {"event":"RunContent",,}\n\n']

/**
 * What becomes of bytes on their way: `frame(bytes, number)` gives the pieces in place of one whole frame. `every`: pieces this
 * large instead of those that came.
 */
const SPOILED = {
  bytes: { every: 1 },
  crlf: { frame: (bytes) => [crlf(bytes)] },
  duplicate: { frame: (bytes) => [bytes, bytes] },
  malformed: { frame: (bytes, number) => (number % 4 === 2 ? [encoder.encode(BROKEN[(number >> 2) % 2]), bytes] : [bytes]) },
}

/** How often the connection breaks, the stream stalls, the server refuses; after how many frames; by how many seconds the clock jumps. */
const DROPS = 2
const REFUSALS = 2
const FRAMES = 12
const JUMP = 600

/** A frame ends at its blank line; what is behind the last one waits. */
export function createCutter() {
  let rest = new Uint8Array(0)
  return {
    frames(chunk) {
      const all = joined([rest, chunk])
      const frames = []
      let from = 0
      for (let at = 1; at < all.length; at++) {
        if (all[at] !== 10 || all[at - 1] !== 10 || at - 1 < from) continue
        frames.push(all.subarray(from, at + 1))
        from = at + 1
      }
      rest = all.subarray(from)
      return frames
    },
    rest: () => rest,
  }
}

/** A recording as chaos leaves it, and `spoiled`: how much was done to it. Each piece comes when its frame came. */
export function spoil(recording, kind) {
  const how = SPOILED[kind]
  if (kind === 'drop') return dropped(recording)
  if (how?.every || !how) return { ...recording, spoiled: recording.bytes.length }
  const cutter = createCutter()
  const pieces = []
  const chunks = []
  let [from, number, spoiled] = [0, 0, 0]
  const take = (ms, list, were) => {
    pieces.push(...list)
    spoiled += list.length > were || kind === 'crlf' ? 1 : 0
    chunks.push([ms, list.reduce((sum, piece) => sum + piece.length, 0)])
  }
  for (const [ms, size] of recording.chunks) {
    for (const frame of cutter.frames(recording.bytes.subarray(from, from + size))) take(ms, how.frame(frame, number++), 1)
    from += size
  }
  if (cutter.rest().length > 0) take(recording.chunks.at(-1)[0], [cutter.rest()], 1)
  return { ...recording, bytes: joined(pieces), chunks, spoiled }
}

/** The connection breaks in the middle of a frame. */
function dropped({ bytes, chunks, ...rest }) {
  // Inside of the last words that a run says, else a little behind the middle.
  const words = new TextDecoder('latin1').decode(bytes).lastIndexOf('RunContent\n')
  const end = words > 0 ? words + 40 : Math.floor(bytes.length * 0.6)
  const kept = []
  let at = 0
  for (const [ms, size] of chunks) {
    if (at >= end) break
    kept.push([ms, Math.min(size, end - at)])
    at += size
  }
  return { ...rest, bytes: bytes.subarray(0, end), chunks: kept, spoiled: bytes.length - end }
}

/** A fetch that brings chaos of one kind; `happened()` is called for each thing done. */
export function faulty(fetch, kind, happened) {
  let [left, refusals] = [kind === 'drop' ? DROPS : 1, REFUSALS]
  return async (input, init) => {
    const request = new Request(input, init)
    const runs = request.method === 'POST' && /\/runs$/.test(new URL(request.url).pathname)
    if (kind === 'storm' && runs && refusals-- > 0) {
      happened()
      return Response.json({ detail: 'Rate limit exceeded' }, { status: 429, headers: { 'retry-after': '1' } })
    }
    const answer = await fetch(request)
    if (!answer.ok || !/event-stream/.test(answer.headers.get('content-type'))) return answer
    return new Response(answer.body.pipeThrough(through(kind, happened, () => left-- > 0)), { headers: answer.headers })
  }
}

function through(kind, happened, mayBreak) {
  const how = SPOILED[kind] ?? {}
  const cutter = createCutter()
  let [number, stalled] = [0, false]
  return new TransformStream({
    transform(chunk, controller) {
      if (stalled) return
      if (how.every) {
        for (let at = 0; at < chunk.length; at++) controller.enqueue(chunk.slice(at, at + 1))
        return happened(chunk.length)
      }
      for (const frame of cutter.frames(chunk)) {
        const pieces = how.frame?.(frame, number) ?? [frame]
        if (pieces.length > 1 || kind === 'crlf') happened()
        number++
        if (number === FRAMES && ['drop', 'stall', 'clock'].includes(kind) && mayBreak()) {
          happened()
          if (kind === 'drop') return controller.error(new TypeError('The connection broke'))
          if (kind === 'stall') return (stalled = true)
          jump()
        }
        for (const piece of pieces) controller.enqueue(piece)
      }
    },
    // A stalled stream does not hang up.
    flush: (controller) => (stalled ? new Promise(() => {}) : cutter.rest().length > 0 && controller.enqueue(cutter.rest())),
  })
}

const realNow = Date.now
/** The clock of this page, ten minutes on, as after a sleep. */
function jump() {
  const from = Date.now
  Date.now = () => from() + JUMP * 1000
}
export const resetClock = () => (Date.now = realNow)

function crlf(bytes) {
  return encoder.encode(new TextDecoder().decode(bytes).replaceAll('\n', '\r\n'))
}

function joined(list) {
  const all = new Uint8Array(list.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of list) {
    all.set(part, at)
    at += part.length
  }
  return all
}
