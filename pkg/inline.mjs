// The module as a text that a page's own compression sees through: brotli makes of it nearly what it makes of the
// bytes. In base64 a byte stands at four different places of a letter, and what repeats is not seen to repeat.
//
// Printable ASCII, because a bundle is served with any charset, and without what a string literal or an inline script
// would have to escape: " \ <. A byte below 90 is one letter; above, one of two marks says how many nineties to add.
// pkg/src/inlined.ts reads it.
const letters = Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)).filter((letter) => !'"\\<'.includes(letter))
const marks = ['', ...letters.slice(90)]

export function inlined(bytes) {
  return Array.from(bytes, (byte) => marks[Math.floor(byte / 90)] + letters[byte % 90]).join('')
}
