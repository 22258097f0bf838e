// The module as a text that a page's own compression sees through: brotli makes of it nearly what it makes of the
// bytes. In base64 a byte stands at four different places of a letter, and what repeats is not seen to repeat.
//
// Printable ASCII, because a bundle is served with any charset, and without what a string literal or an inline script
// would have to escape: " \ <. A byte below 90 is one letter; above, one of two marks says how many nineties to add.
// pkg/src/wasm/unpack.wat reads it.
import binaryen from 'binaryen'

const letters = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).filter((letter) => !'"\\<'.includes(letter))
const marks = ['', ...letters.slice(90)]

/** The memory of pkg/src/wasm/unpack.wat. */
const ROOM = 16 << 16

export function inlined(bytes) {
  const text = Array.from(bytes, (byte) => marks[Math.floor(byte / 90)] + letters[byte % 90]).join('')
  if (text.length > ROOM) throw new Error(`pkg/inline.mjs: ${text.length} letters, and unpack.wat has room for ${ROOM}`)
  return text
}

/** The bytes of a module that is written as text. */
export function assembled(wat) {
  const module = binaryen.parseText(wat)
  module.optimize()
  const bytes = module.emitBinary()
  module.dispose()
  return bytes
}
