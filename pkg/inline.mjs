// Encodes the module as a string literal that compresses better than the module itself: brotli finds more where similar data is adjacent.
//
// The code is split (pkg/instructions.mjs) into instructions and, by kind, the numbers that follow them. Each becomes a stream
// of numbers: an instruction is its place in a dictionary. The numbers of some kinds are in several streams, by the instruction
// before or after theirs. The rest of the module, mostly texts, is copied. pkg/src/wasm/unpack.wat decodes it; a test compares what the
// package compiles with core.wasm.
//
// Alphabet: printable ASCII, since a bundle may be served with any charset, without `"`, `\` and `<`, which a string
// literal or an inline script would have to escape.
import { arrangedDigits } from './digit-order.mjs'
import { CLASSES, KINDS, NEIGHBOURS, SIGNED, classOf, sortedByFrequency, split, withFrequentNumbers } from './instructions.mjs'

/** The 92 digits: from `#` on, with a space and `!` in the places of `<` and `\`. */
const digits = Array.from({ length: 92 }, (_, at) => String.fromCharCode(35 + at).replace('<', ' ').replace('\\', '!'))

/** Characters, bytes and instructions that pkg/src/wasm/unpack.wat has room for. */
const CAPACITY = { text: 480 << 10, bytes: 512 << 10, dictionary: 768, literal: 24 }

/** In the place of a kind: none follows; the function ends. The kinds come after these. */
const [NONE, END] = [0, 1]

/**
 * How many streams the numbers of a kind are in: one, or one for each class of the next instruction, or of the one before. Before it,
 * the first seven local variables that are read are classes of their own, and the others one.
 */
const STREAMS = { undefined: 1, next: CLASSES, previous: CLASSES + 8 }

const DOLLAR = 36

/** The module as text. Throws if it is too long for the decoder. */
export function inlined(module) {
  const { parts: separate, before, after } = split(module)
  const parts = withFrequentNumbers(separate)
  const { dictionary, places } = dictionaryOf(parts)
  const text = [
    number(dictionary.length), ...dictionary.map(entry),
    // A last one, at which the decoder looks but which it does not write.
    stream([...places, 0]),
    ...KINDS.map((kind) => streams(kind, parts)),
    number(before.length), ...raw(before), ...raw(after),
  ].join('')
  if (text.length > CAPACITY.text || module.length > CAPACITY.bytes || dictionary.length > CAPACITY.dictionary) {
    throw new Error(`pkg/inline.mjs: too much for unpack.wat: ${text.length} characters, ${module.length} bytes, ${dictionary.length} instructions`)
  }
  return text
}

/** The different instructions, a part for each, the most frequent 64 first; and the place of each part in it. */
function dictionaryOf(parts) {
  const keys = parts.map(({ bytes, kind }) => `${bytes} ${kind ?? ''}`)
  const examples = new Map(keys.map((key, at) => [key, parts[at]]))
  const byFrequency = sortedByFrequency(keys)
  const ranks = new Map(byFrequency.map((key, rank) => [key, rank]))
  const ranked = keys.map((key) => ranks.get(key))
  const placeOf = arrangedDigits(ranked, digits)
  const dictionary = []
  byFrequency.forEach((key, rank) => (dictionary[placeOf(rank)] = examples.get(key)))
  return { dictionary, places: ranked.map(placeOf) }
}

/** An instruction: how many bytes, the bytes, what follows, and its class. */
function entry(part) {
  const { bytes, kind } = part
  if (bytes.length > CAPACITY.literal) throw new Error(`pkg/inline.mjs: an instruction of ${bytes.length} bytes`)
  const follows = kind === undefined ? NONE : kind === 'end' ? END : KINDS.indexOf(kind) + 2
  return [bytes.length, ...bytes, follows, classOf(part)].map(number).join('')
}

/** The numbers of a kind: the least, which is added to each; whether they are signed; how many streams; the streams. */
function streams(kind, parts) {
  const neighbour = NEIGHBOURS[kind]
  const lists = Array.from({ length: STREAMS[neighbour] }, () => [])
  const numbered = [...parts.keys()].filter((at) => parts[at].kind === kind)
  // In two's complement, wrapping: one that is far below the others does not make all of them long.
  const least = SIGNED.has(kind) ? Math.max(-16, numbered.reduce((least, at) => Math.min(least, parts[at].number), 2 ** 31)) : 0
  for (const at of numbered) lists[contextOf(neighbour, parts, at)].push((parts[at].number - least) >>> 0)
  return [number(least >>> 0), number(Number(SIGNED.has(kind))), number(lists.length), ...lists.map(stream)].join('')
}

/** Which of its streams a number is in. */
function contextOf(neighbour, parts, at) {
  if (neighbour === undefined) return 0
  if (neighbour === 'next') return classOf(parts[at + 1])
  const previous = parts[at - 1]
  return previous.kind === 'get' ? CLASSES + Math.min(previous.number, 7) : classOf(previous)
}

/** How many characters follow, and the numbers. */
function stream(values) {
  const text = values.map(number).join('')
  return number(text.length) + text
}

/**
 * Bytes of which most are text: a character is itself; from `|` on, it is a mark, which adds 0, 92 or 184 to the next digit. 0, which
 * ends most texts, changes places with `$`, which is rare.
 */
function raw(bytes) {
  return Array.from(bytes, (original) => {
    const byte = original === 0 ? DOLLAR : original === DOLLAR ? 0 : original
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
