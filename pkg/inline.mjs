// Encodes the module as a string literal that still compresses well: after brotli it is 2.4 KB larger than the bytes themselves.
// Base64 would be 24 KB larger, because the same bytes look different at each offset modulo 3.
//
// Alphabet: printable ASCII, since a bundle may be served with any charset, without `"`, `\` and `<`, which a string
// literal or an inline script would have to escape. A byte below 90 is one character; above, one of two marks comes
// first and adds 90 or 180. pkg/src/wasm/unpack.wat decodes it.

const letters = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).filter((letter) => !'"\\<'.includes(letter))
const marks = ['', ...letters.slice(90)]

/** Bytes of memory that pkg/src/wasm/unpack.wat declares. */
const CAPACITY = 16 << 16

/** The module as text. Throws if it is too long for the decoder. */
export function inlined(bytes) {
  const text = Array.from(bytes, (byte) => marks[Math.floor(byte / 90)] + letters[byte % 90]).join('')
  if (text.length > CAPACITY) throw new Error(`pkg/inline.mjs: ${text.length} characters; unpack.wat has room for ${CAPACITY}`)
  return text
}
