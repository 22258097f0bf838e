// Replaces the names of the module's imports and exports, which are up to 150 characters long, with one or two letters,
// in the module and in the wasm-bindgen glue.
//
// Not wasm-opt's --minify-imports-and-exports-and-modules: it names every import module `a`, so that the glue of one
// build would accept the module of another. It leaves the glue to be rewritten here, too.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { disassemble } from './wasm.mjs'

/**
 * `module`, `glue`: what wasm-bindgen wrote. Rewrites the glue in place and writes the module as text to `output`.
 * Throws if the module imports from anything but its glue.
 */
export function shortenNames(module, glue, output) {
  disassemble(module, output)
  const { text, script } = rename(readFileSync(output, 'utf8'), readFileSync(glue, 'utf8'))
  writeFileSync(output, text)
  writeFileSync(glue, script)
}

/** The import module is named after a hash of the glue, so that glue and module of different builds fail to link. */
function rename(text, script) {
  const declaration = /^ \((import "([^"]+)"|export) "([^"]+)"/gm
  const names = [...new Set(Array.from(text.matchAll(declaration), ([, , , name]) => name))]
  const short = new Map(names.map((name, index) => [name, index.toString(36)]))
  const build = createHash('sha256').update(script + names).digest('hex').slice(0, 6)
  const module = /"(\.\/\w+_bg\.js)": import0/.exec(script)[1]
  text = text.replace(declaration, (_, kind, from, name) => {
    if (from === undefined) return ` (export "_${short.get(name)}"`
    if (from !== module) throw new Error(`scripts/short-names.mjs: unexpected import from ${from}`)
    return ` (import "${build}" "${short.get(name)}"`
  })
  script = script
    .replace(/^( +)(\w+)(?=: function\()/gm, (line, indent, name) => (short.has(name) ? `${indent}"${short.get(name)}"` : line))
    .replace(/\bwasm\.(\w+)/g, (access, name) => (short.has(name) ? `wasm._${short.get(name)}` : access))
    .replace(`"${module}": import0`, `"${build}": import0`)
  return { text, script }
}
