// Encodes the module as a string literal that compresses better than the module itself: brotli finds more in like next to like.
//
// The code is split (pkg/instructions.mjs) into instructions and, by kind, the numbers that follow them. Each becomes a stream
// of numbers: an instruction is its place in a dictionary, the most frequent one first. The rest of the module, mostly texts,
// is copied. pkg/src/wasm/unpack.wat decodes it; a test compares what the package compiles with core.wasm.
//
// Alphabet: printable ASCII, since a bundle may be served with any charset, without `"`, `\` and `<`, which a string
// literal or an inline script would have to escape.
import { KINDS, SIGNED, split } from './instructions.mjs'

/** The 92 digits: from `#` on, with a space and `!` in the places of `<` and `\`. */
const digits = Array.from({ length: 92 }, (_, at) => String.fromCharCode(35 + at).replace('<', ' ').replace('\\', '!'))

/** Characters, bytes and instructions that pkg/src/wasm/unpack.wat has room for. */
const CAPACITY = { text: 480 << 10, bytes: 512 << 10, dictionary: 768, literal: 24 }

/** In the place of a kind: none follows; the function ends. The kinds come after these. */
const [NONE, END] = [0, 1]

/** The module as text. Throws if it is too long for the decoder. */
export function inlined(module) {
  const { parts, before, after } = split(module)
  const keys = parts.map(({ bytes, kind }) => `${bytes} ${kind ?? ''}`)
  const dictionary = byFrequency(keys)
  const places = new Map(dictionary.map((key, place) => [key, place]))
  const text = [
    number(dictionary.length), ...dictionary.map(entry),
    ...stream(keys.map((key) => places.get(key)), false),
    ...KINDS.flatMap((kind) => stream(parts.filter((part) => part.kind === kind).map((part) => part.number), SIGNED.has(kind))),
    number(before.length), ...raw(before), ...raw(after),
  ].join('')
  if (text.length > CAPACITY.text || module.length > CAPACITY.bytes || dictionary.length > CAPACITY.dictionary) {
    throw new Error(`pkg/inline.mjs: too much for unpack.wat: ${text.length} characters, ${module.length} bytes, ${dictionary.length} instructions`)
  }
  return text
}

function byFrequency(keys) {
  const counts = new Map()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a))
}

/** An instruction: how many bytes, the bytes, and what follows. */
function entry(key) {
  const [list, kind] = key.split(' ')
  const bytes = list === '' ? [] : list.split(',').map(Number)
  if (bytes.length > CAPACITY.literal) throw new Error(`pkg/inline.mjs: an instruction of ${bytes.length} bytes`)
  return [bytes.length, ...bytes, kind === '' ? NONE : kind === 'end' ? END : KINDS.indexOf(kind) + 2].map(number).join('')
}

/** A stream: the least of its numbers, which is added to each; whether they are signed; how many characters follow; the numbers. */
function stream(values, signed) {
  // In two's complement, wrapping: one that is far below the others does not make all of them long.
  const least = signed ? Math.max(-16, values.reduce((a, b) => Math.min(a, b), 2 ** 31)) : 0
  const text = values.map((value) => number((value - least) >>> 0)).join('')
  return [number(least >>> 0), number(Number(signed)), number(text.length), text]
}

/** Bytes of which most are text: a character is itself; from `|` on, it is a mark, which adds 0, 92 or 184 to the next digit. */
function raw(bytes) {
  return Array.from(bytes, (byte) => {
    const letter = String.fromCharCode(byte)
    return byte < 124 && digits.includes(letter) ? letter : '|}~'[Math.floor(byte / 92)] + digits[byte % 92]
  })
}

/** A number below 2 ** 32: below 64, one digit; otherwise the first digit says how many follow. */
function number(value) {
  if (value < 64) return digits[value]
  if (value < 2088) return digits[64 + Math.floor((value - 64) / 92)] + lastDigits(value - 64, 1)
  if (value < 44408) return digits[86 + Math.floor((value - 2088) / 8464)] + lastDigits(value - 2088, 2)
  return digits[91] + lastDigits(value, 5)
}

function lastDigits(value, count) {
  return count === 0 ? '' : lastDigits(Math.floor(value / 92), count - 1) + digits[value % 92]
}
