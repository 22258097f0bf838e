// Orders the functions of a module so that each is followed by one of those like it: brotli finds them sooner.
import { readFileSync, writeFileSync } from 'node:fs'
import { disassemble, optimize } from '../scripts/wasm.mjs'
import { split } from './instructions.mjs'

/** Instructions in a row that are compared as one. */
const ROW = 3

/** Writes the module `from` as text to `text`, its functions in the new order, and as a module to `to`. */
export function orderFunctions(from, text, to) {
  const order = chain(rowsOf(readFileSync(from)))
  disassemble(from, text)
  const blocks = readFileSync(text, 'utf8').replace(/\n\)\s*$/, '').split(/\n(?= \()/)
  const isFunction = (block) => block.startsWith(' (func ')
  const functions = blocks.filter(isFunction)
  if (functions.length !== order.length) throw new Error(`pkg/similar-order.mjs: ${functions.length} functions, not ${order.length}`)
  writeFileSync(text, [...blocks.filter((block) => !isFunction(block)), ...order.map((at) => functions[at]), ')\n'].join('\n'))
  // No pass but one that finds nothing to do: the levels make it write the instructions as short as before.
  optimize(['-ol', '2', '-s', '1', '--vacuum'], text, to)
}

/** What each function consists of: a set of numbers, one for each different row of instructions, without the numbers in them. */
function rowsOf(module) {
  const known = new Map()
  const numberOf = (key) => known.get(key) ?? (known.set(key, known.size), known.size - 1)
  const functions = [[]]
  for (const { bytes, kind } of split(module).parts) {
    functions.at(-1).push(numberOf(`${bytes} ${kind}`))
    if (kind === 'end') functions.push([])
  }
  functions.pop()
  return functions.map((keys) => new Set(keys.slice(ROW - 1).map((_, at) => numberOf(keys.slice(at, at + ROW).join()))))
}

/** The indices, from the first on, each followed by the most similar one that is left (Jaccard). */
function chain(sets) {
  const holders = new Map()
  sets.forEach((set, at) => set.forEach((row) => holders.set(row, [...(holders.get(row) ?? []), at])))
  const left = new Set(sets.keys())
  const order = []
  for (let at = 0; at !== undefined; at = mostSimilar(sets, holders, left, at)) {
    order.push(at)
    left.delete(at)
  }
  return order
}

function mostSimilar(sets, holders, left, at) {
  const shared = new Uint32Array(sets.length)
  for (const row of sets[at]) for (const other of holders.get(row)) shared[other]++
  const likeness = (other) => shared[other] / (1 + sets[at].size + sets[other].size - shared[other])
  let best
  for (const other of left) if (best === undefined || likeness(other) > likeness(best)) best = other
  return best
}
