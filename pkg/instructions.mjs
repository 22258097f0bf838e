// Splits the code of a WebAssembly module into instructions, each with the number that follows it, by the kind of number.

/** Kinds of numbers. Numbers of one kind compress better next to each other than between instructions. */
export const KINDS = ['get', 'set', 'load', 'store', 'add', 'constant', 'address', 'long', 'branch', 'table', 'call']
/** Kinds that are written as signed LEB128. */
export const SIGNED = new Set(['add', 'constant', 'address', 'long'])
/** Which neighbour of the instruction predicts its number best. */
export const NEIGHBOURS = { get: 'next', constant: 'next', load: 'previous', add: 'previous', call: 'previous' }
/** How many of the most frequent numbers stay with their instruction, because they predict the next instruction as well as it does. */
const LEFT = { constant: 3, call: 40, get: 1 }

/** Instructions that predict a neighbour's number alike: ranges of opcodes, a class each from 1 on. Class 0 has the others. */
const ALIKE = [
  [0x20, 0x20], [0x21, 0x22], [0x28, 0x35], [0x36, 0x3e], [0x41, 0x41], [0x10, 0x10], [0x45, 0x47], [0x48, 0x4f],
  [0x6a, 0x6a], [0x6b, 0x6b], [0x71, 0x73], [0x74, 0x76], [0x1b, 0x1b], [0x04, 0x04],
]
/** The class of constants that are added. */
const ADDED = ALIKE.length + 1
/** How many classes there are. */
export const CLASSES = ADDED + 1

const [BR_TABLE, CALL, CALL_INDIRECT, SELECT, I32_CONST, I64_CONST, F32_CONST, F64_CONST, I32_ADD] = [0x0e, 0x10, 0x11, 0x1c, 0x41, 0x42, 0x43, 0x44, 0x6a]
/** Addresses of static data begin here: the stack is below. */
const DATA = 1 << 20

/**
 * `{ parts, before, after }`. A part is `{ bytes, kind, number, whole }`: bytes, the number behind them, if any (`kind` undefined
 * otherwise), and the bytes with it; `kind: 'end'` ends a function, whose size is left out. `before` and `after`: the bytes around
 * the functions.
 *
 * Throws on an instruction that it does not know.
 */
export function split(module) {
  const reader = reading(module)
  const { begin, end } = codeSection(reader, module.length)
  reader.at = begin
  const count = reader.unsigned()
  const before = module.subarray(0, reader.at)
  const parts = []
  for (let left = count; left > 0; left--) splitFunction(reader, parts)
  return { parts, before, after: module.subarray(end) }
}

/** The class of a part as a neighbour: a number below CLASSES. */
export function classOf({ bytes, kind }) {
  return kind === 'add' ? ADDED : kind === 'address' ? 0 : 1 + ALIKE.findIndex(([first, last]) => bytes[0] >= first && bytes[0] <= last)
}

/** `parts`, of which those with the most frequent numbers have it among their bytes. */
export function withFrequentNumbers(parts) {
  const left = new Map(Object.entries(LEFT).map(([kind, count]) => [kind, new Set(frequent(parts.filter((part) => part.kind === kind), count))]))
  return parts.map((part) => (left.get(part.kind)?.has(part.number) ? { bytes: part.whole } : part))
}

function frequent(parts, count) {
  return sortedByFrequency(parts.map(({ number }) => number)).slice(0, count)
}

/** The different values, the most frequent one first. */
export function sortedByFrequency(values) {
  const counts = new Map()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts.keys()].sort((a, b) => counts.get(b) - counts.get(a))
}

function codeSection(reader, length) {
  for (reader.at = 8; reader.at < length;) {
    const id = reader.byte(), size = reader.unsigned(), begin = reader.at
    reader.at += size
    if (id === 10) return { begin, end: reader.at }
  }
  throw new Error('the module has no code')
}

function splitFunction(reader, parts) {
  const size = reader.unsigned(), end = reader.at + size
  const groups = reader.unsigned()
  parts.push({ bytes: [groups] })
  for (let left = groups; left > 0; left--) parts.push({ bytes: reader.taken(() => (reader.unsigned(), reader.byte())) })
  while (reader.at < end) splitInstruction(reader, parts)
  parts.at(-1).kind = 'end'
}

function splitInstruction(reader, parts) {
  const from = reader.at
  const opcode = reader.byte()
  const whole = () => parts.push({ bytes: reader.since(from) })
  const numbered = (kind) => {
    const bytes = reader.since(from)
    const number = reader.unsigned()
    parts.push({ bytes, kind, number, whole: reader.since(from) })
  }
  if (opcode === BR_TABLE) splitTable(reader, parts)
  else if (opcode === I32_CONST || opcode === I64_CONST) splitConstant(reader, parts, opcode, from)
  else if (opcode === 0x0c || opcode === 0x0d) numbered('branch')
  else if (opcode === CALL) numbered('call')
  else if (opcode === 0x20) numbered('get')
  else if (opcode === 0x21 || opcode === 0x22) numbered('set')
  else if (opcode >= 0x28 && opcode <= 0x3e) {
    reader.unsigned() // the alignment
    numbered(opcode < 0x36 ? 'load' : 'store')
  } else {
    skipOperands(reader, opcode)
    whole()
  }
}

function splitTable(reader, parts) {
  parts.push({ bytes: [BR_TABLE] })
  const count = reader.unsigned()
  parts.push({ bytes: [], kind: 'table', number: count })
  for (let left = count; left >= 0; left--) parts.push({ bytes: [], kind: 'table', number: reader.unsigned() })
}

function splitConstant(reader, parts, opcode, from) {
  const value = reader.signed()
  const number = Number(value)
  if (number !== (number | 0)) return parts.push({ bytes: reader.since(from) })
  const kind = opcode === I64_CONST ? 'long' : number >= DATA && number < DATA * 2 ? 'address' : reader.module[reader.at] === I32_ADD ? 'add' : 'constant'
  parts.push({ bytes: [opcode], kind, number, whole: reader.since(from) })
}

/** Operands that stay with their instruction: there are few different ones. */
function skipOperands(reader, opcode) {
  const numbers = (count) => {
    for (; count > 0; count--) reader.unsigned()
  }
  if (opcode >= 0x02 && opcode <= 0x04) numbers(1)
  else if (opcode === CALL_INDIRECT) numbers(2)
  else if (opcode === SELECT) numbers(reader.unsigned())
  else if (opcode >= 0x23 && opcode <= 0x26 || opcode === 0x3f || opcode === 0x40 || opcode === 0xd0 || opcode === 0xd2) numbers(1)
  else if (opcode === F32_CONST) reader.at += 4
  else if (opcode === F64_CONST) reader.at += 8
  else if (opcode === 0xfc) {
    const which = reader.unsigned()
    numbers(which < 8 ? 0 : [8, 10, 12, 14].includes(which) ? 2 : 1)
  } else if (opcode === 0xfd) {
    const which = reader.unsigned()
    if (which <= 11 || which === 92 || which === 93) numbers(2)
    else if (which === 12 || which === 13) reader.at += 16
    else if (which >= 21 && which <= 34) reader.at++
    else if (which >= 84 && which <= 91) numbers(2), reader.at++
  } else if (opcode === 0x06 || opcode === 0x07 || opcode > 0xc4 && opcode !== 0xd1 || opcode >= 0x12 && opcode <= 0x19) {
    throw new Error(`pkg/instructions.mjs: unknown instruction ${opcode.toString(16)}`)
  }
}

function reading(module) {
  const reader = {
    module,
    at: 0,
    byte: () => module[reader.at++],
    unsigned: () => Number(number(false)),
    signed: () => number(true),
    since: (from) => [...module.subarray(from, reader.at)],
    taken(read) {
      const from = reader.at
      read()
      return reader.since(from)
    },
  }
  function number(signed) {
    let value = 0n, shift = 0n, byte
    do {
      byte = module[reader.at++]
      value |= BigInt(byte & 127) << shift
      shift += 7n
    } while (byte & 128)
    return signed && byte & 64 ? value - (1n << shift) : value
  }
  return reader
}
