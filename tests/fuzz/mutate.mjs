// Recordings, spoiled: bytes turned, pieces dropped, doubled and moved, frames of one stream in another, and words that JSON, SSE
// and UTF-8 stumble over. The same number is the same stream.

export { random } from '../random.mjs'

const encoder = new TextEncoder()
const utf8 = (text) => encoder.encode(text)

export const WORDS = [
  '\n', '\r', '\r\n', '\n\n', '\0', ':', 'data:', 'data: {', 'event: retry\n', 'event: error\n', 'id: 1\n', 'retry: 0\n', '{', '}', '[', ']', '"', '\\', ',', '\\u', '\\ud800', '\\u0000',
  'null', 'true', '1e999', '-0', '0.1', '9'.repeat(400), '[['.repeat(200), '{"a":'.repeat(200), '"__proto__":', '"constructor":', '"run_id":null', '"parent_run_id":"x"', '"content":', '"event":"', '"RunCompleted"',
  '"TeamRunError"', '"event_index":-1', '"event_index":1e30', '"tool":{}', '"tools":[null]', '"created_at":"x"', '\ufeff', '😀', 'data: [DONE]\n\n', ': keepalive {\n\n',
].map(utf8)
const BAD = [[0xff], [0xc3], [0xe2, 0x82], [0xf0, 0x9f], [0xed, 0xa0, 0x80], [0xc0, 0x80]].map((bytes) => Uint8Array.from(bytes))

/** A stream made of `seeds`. */
export function spoiled(next, seeds) {
  const upTo = (n) => Math.floor(next() * n)
  const pick = (list) => list[upTo(list.length)]
  let bytes = pick(seeds)
  if (bytes.length > 20_000) {
    const from = upTo(bytes.length - 20_000)
    bytes = bytes.subarray(from, from + 20_000)
  }
  const join = (...parts) => Uint8Array.from(Buffer.concat(parts))
  for (let times = 1 + upTo(8); times > 0; times--) {
    const at = upTo(bytes.length + 1)
    const end = Math.min(bytes.length, at + upTo(200))
    const kind = upTo(8)
    if (kind === 0 && bytes.length) {
      bytes = bytes.slice()
      bytes[upTo(bytes.length)] = upTo(256)
    } else if (kind <= 2) bytes = join(bytes.subarray(0, at), pick(WORDS), bytes.subarray(at))
    else if (kind === 3) bytes = join(bytes.subarray(0, at), pick(BAD), bytes.subarray(at))
    else if (kind === 4) bytes = join(bytes.subarray(0, at), bytes.subarray(end))
    else if (kind === 5) bytes = join(bytes.subarray(0, end), bytes.subarray(at, end), bytes.subarray(end))
    else if (kind === 6) bytes = bytes.subarray(0, Math.max(at, 10))
    else {
      const other = pick(seeds)
      const from = upTo(other.length)
      bytes = join(bytes.subarray(0, at), other.subarray(from, from + 1 + upTo(2000)), bytes.subarray(at))
    }
  }
  return bytes
}

/** `bytes` in pieces. */
export function pieces(next, bytes) {
  const cut = []
  for (let at = 0; at < bytes.length;) {
    const size = 1 + Math.floor(next() ** 3 * 3000)
    cut.push(bytes.subarray(at, at + size))
    at += size
  }
  return cut
}
