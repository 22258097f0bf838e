/**
 * Fault injection between the network and the handler: in the bytes of a recording (`injectFaults`) and in live requests
 * (`faultyFetch`). Knows nothing about the handler.
 */
const encoder = new TextEncoder()
const BROKEN = ['event: RunContent\ndata: {"event":"RunContent","content":"cut of\n\n', 'data: {"event":"RunContent",,}\n\n']

/** Faults in bytes. `frame(bytes, number)`: what replaces one frame. `every`: re-chunks the stream into pieces of this many bytes. */
const FAULTS = {
  bytes: { every: 1 },
  crlf: { frame: (bytes) => [crlf(bytes)] },
  duplicate: { frame: (bytes) => [bytes, bytes] },
  malformed: { frame: (bytes, number) => (number % 4 === 2 ? [encoder.encode(BROKEN[(number >> 2) % 2]), bytes] : [bytes]) },
}

/** How often the connection breaks (a stall and a clock jump happen once), and how often the server answers with an error. */
const DROPS = 2
const REFUSALS = 2
/** The frame at which a connection breaks or stalls, or the clock jumps. */
const AT_FRAME = 12
const CLOCK_JUMP_SECONDS = 600

/** Splits chunks into whole frames, which end at a blank line (LF LF). `rest()` is what follows the last one. */
export function createFrameSplitter() {
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

/** The recording with faults, and `faults`: how many. Timing stays that of the recorded frames. */
export function injectFaults(recording, kind) {
  const how = FAULTS[kind]
  if (kind === 'drop') return truncate(recording)
  if (how?.every || !how) return { ...recording, faults: recording.bytes.length }
  const splitter = createFrameSplitter()
  const pieces = []
  const chunks = []
  let [from, number, faults] = [0, 0, 0]
  const add = (ms, list) => {
    pieces.push(...list)
    faults += list.length > 1 || kind === 'crlf' ? 1 : 0
    chunks.push([ms, list.reduce((sum, piece) => sum + piece.length, 0)])
  }
  for (const [ms, size] of recording.chunks) {
    for (const frame of splitter.frames(recording.bytes.subarray(from, from + size))) add(ms, how.frame(frame, number++))
    from += size
  }
  if (splitter.rest().length > 0) add(recording.chunks.at(-1)[0], [splitter.rest()])
  return { ...recording, bytes: joined(pieces), chunks, faults }
}

/** Ends the recording in the middle of a frame. */
function truncate({ bytes, chunks, ...rest }) {
  // Inside the last RunContent frame, else at 60 % of the bytes.
  const lastContent = new TextDecoder('latin1').decode(bytes).lastIndexOf('RunContent\n')
  const end = lastContent > 0 ? lastContent + 40 : Math.floor(bytes.length * 0.6)
  const kept = []
  let at = 0
  for (const [ms, size] of chunks) {
    if (at >= end) break
    kept.push([ms, Math.min(size, end - at)])
    at += size
  }
  return { ...rest, bytes: bytes.subarray(0, end), chunks: kept, faults: bytes.length - end }
}

/** A `fetch` that injects one kind of fault. `onFault(count = 1)` is called for each. */
export function faultyFetch(fetch, kind, onFault) {
  let [breaksLeft, refusals] = [kind === 'drop' ? DROPS : 1, REFUSALS]
  return async (input, init) => {
    const request = new Request(input, init)
    const runs = request.method === 'POST' && /\/runs$/.test(new URL(request.url).pathname)
    if (kind === 'storm' && runs && refusals-- > 0) {
      onFault()
      return Response.json({ detail: 'Rate limit exceeded' }, { status: 429, headers: { 'retry-after': '1' } })
    }
    const answer = await fetch(request)
    if (!answer.ok || !/event-stream/.test(answer.headers.get('content-type'))) return answer
    return new Response(answer.body.pipeThrough(faultStream(kind, onFault, () => breaksLeft-- > 0)), { headers: answer.headers })
  }
}

function faultStream(kind, onFault, mayBreak) {
  const how = FAULTS[kind] ?? {}
  const splitter = createFrameSplitter()
  let [number, stalled] = [0, false]
  return new TransformStream({
    transform(chunk, controller) {
      if (stalled) return
      if (how.every) {
        for (let at = 0; at < chunk.length; at++) controller.enqueue(chunk.slice(at, at + 1))
        return onFault(chunk.length)
      }
      for (const frame of splitter.frames(chunk)) {
        const pieces = how.frame?.(frame, number) ?? [frame]
        if (pieces.length > 1 || kind === 'crlf') onFault()
        number++
        if (number === AT_FRAME && ['drop', 'stall', 'clock'].includes(kind) && mayBreak()) {
          onFault()
          if (kind === 'drop') return controller.error(new TypeError('The connection broke'))
          if (kind === 'stall') return (stalled = true)
          jumpClock()
        }
        for (const piece of pieces) controller.enqueue(piece)
      }
    },
    // A stalled stream stays open.
    flush: (controller) => (stalled ? new Promise(() => {}) : splitter.rest().length > 0 && controller.enqueue(splitter.rest())),
  })
}

const realNow = Date.now
/** Moves this page's clock ahead, as after a sleep. */
function jumpClock() {
  const from = Date.now
  Date.now = () => from() + CLOCK_JUMP_SECONDS * 1000
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
