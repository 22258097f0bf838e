// `make size`: the size of the module by part of the source, before compression. Optimizes the module again, keeping the names of
// its functions, and adds up their sizes.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { OPTIMIZED, optimize } from './wasm.mjs'
import { sizeOfBlocks, sizeOfHook } from './size.mjs'

const root = join(import.meta.dirname, '..')
const named = join(root, 'target/core-with-names.wasm')
optimize(OPTIMIZED, join(root, 'pkg/generated/core_bg.wat'), named, ['-g'])

/** Parses a module: `[name, bytes]` of each function, and the bytes of the other sections by name. */
function weigh(bytes) {
  let at = 8
  const number = () => {
    let value = 0, shift = 0, byte
    do {
      byte = bytes[at++]
      value += (byte & 127) * 2 ** shift
      shift += 7
    } while (byte & 128)
    return value
  }
  const text = () => {
    const length = number()
    return new TextDecoder().decode(bytes.subarray(at, (at += length)))
  }
  const sections = ['custom', 'types', 'imports', 'functions', 'tables', 'memories', 'globals', 'exports', 'start', 'elements', 'code', 'data', 'data count']
  const sizes = [], names = new Map(), others = new Map()
  let imported = 0
  while (at < bytes.length) {
    const id = bytes[at++]
    const length = number(), end = at + length
    if (id === 2) imported = countOfImports()
    if (id === 10) for (let left = number(); left > 0; left--) {
      const size = number()
      sizes.push(size)
      at += size
    }
    else if (id === 0 && text() === 'name') {
      while (at < end) {
        const kind = bytes[at++]
        const size = number(), behind = at + size
        if (kind === 1) for (let left = number(); left > 0; left--) {
          const index = number()
          names.set(index, text())
        }
        at = behind
      }
    } else if (id !== 0) others.set(sections[id], length)
    at = end
  }
  return { functions: sizes.map((size, index) => [names.get(index + imported) ?? '?', size]), others }

  function countOfImports() {
    let functions = 0
    for (let left = number(); left > 0; left--) {
      text()
      text()
      const kind = bytes[at++]
      if (kind === 0) functions++
      if (kind === 1) at++
      if (kind === 0) number()
      else if (kind === 3) at += 2
      else if (bytes[at++] & 1) number(), number()
      else number()
    }
    return functions
  }
}

/** The part of the source that a function belongs to: a module of this crate, or another crate as a whole. */
function partOf(name) {
  const plain = name.replace(/\[[0-9a-f]+\]/g, '').replace(/^<(?:impl .*? for )?&?(?:mut )?/, '')
  const path = /(ai_stream_handler(?:::[a-z_]+)+)/.exec(plain)?.[1].split('::') ?? /^_?([a-z_]+)/.exec(plain)?.slice(1) ?? ['others']
  return path[0] === 'ai_stream_handler' ? `${path[1]}${path[1] === 'state' || path[1] === 'client' ? `::${/^[a-z]/.test(path[2] ?? '') ? path[2] : ''}` : ''}` : path[0]
}

const { functions, others } = weigh(readFileSync(named))
const parts = new Map()
for (const entry of functions) parts.set(partOf(entry[0]), [...(parts.get(partOf(entry[0])) ?? []), entry])
const kb = (bytes) => `${(bytes / 1024).toFixed(1).padStart(7)} KB`
const sum = (list) => list.reduce((total, [, size]) => total + size, 0)
console.log('the module, by part of the source (before compression):')
for (const [part, list] of [...parts].sort((a, b) => sum(b[1]) - sum(a[1])).slice(0, 40)) console.log(`${kb(sum(list))}  ${part}`)
const largest = functions.toSorted((a, b) => b[1] - a[1]).map(([name, size]) => [name.replace(/\[[0-9a-f]+\]/g, ''), size])
const list = (some) => some.forEach(([name, size]) => console.log(`${kb(size)}  ${name.slice(0, 110)}`))
console.log('\nits largest functions:')
list(largest.slice(0, 40))
console.log('\nthe largest from elsewhere, which a single caller may have brought in:')
list(largest.filter(([name]) => !/ai_stream_handler|^(core|blocks)_/.test(name)).slice(0, 20))
console.log('\nits sections:')
for (const [name, size] of [['code', sum(functions)], ...others].sort((a, b) => b[1] - a[1]).slice(0, 5)) console.log(`${kb(size)}  ${name}`)
const { whole: hook } = await sizeOfHook()
console.log(`\nthe React hook, whole: ${kb(hook.raw).trim()}, ${kb(hook.brotli).trim()} with brotli`)
console.log(`of the module, only for message.blocks: ${kb(await sizeOfBlocks()).trim()} with brotli`)
