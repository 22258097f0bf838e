// What no caller sees of the module, before wasm-opt: the names of its border, and the words of its panics.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import binaryen from 'binaryen'

/** `module` and `glue`: what wasm-bindgen wrote; both are written anew, the module as the text `to`. */
export function shorten(module, glue, to) {
  const binary = binaryen.readBinary(readFileSync(module))
  binary.setFeatures(binaryen.Features.All)
  silencePanics(binary)
  const { text, script } = rename(binary.emitText(), readFileSync(glue, 'utf8'))
  binary.dispose()
  writeFileSync(to, text)
  writeFileSync(glue, script)
}

/**
 * A panic ends in a trap either way: nobody hears its words, for there is no standard error. Where it begins the trap
 * is put in its place, and wasm-opt drops what wrote the words.
 */
function silencePanics(binary) {
  let silenced = 0
  for (let at = 0; at < binary.getNumFunctions(); at++) {
    const pointer = binary.getFunctionByIndex(at)
    const { name, module } = binaryen.getFunctionInfo(pointer)
    if (module || !PANICS.test(name.replace(/\[[0-9a-f]+\]/g, ''))) continue
    new binaryen.Function(pointer).body = binary.unreachable()
    silenced++
  }
  if (silenced < 10) throw new Error(`scripts/shorten.mjs: only ${silenced} panics were found; did their names change?`)
}

/** The standard library's functions that do not return. Whatever writes the message is reached through them alone. */
const PANICS = new RegExp(
  '^(core::panicking::(panic|assert_failed|unreachable|const)|core::(option|result)::(expect|unwrap)_failed$|' +
  'core::cell::panic_already|core::slice::index::slice_\\w+_fail|core::slice::copy_from_slice_impl::len_mismatch_fail|' +
  'core::str::slice_error_fail|alloc::(alloc::handle_alloc_error|raw_vec::(capacity_overflow|handle_error))|' +
  'std::panicking::(panic_with_hook|rust_panic|begin_panic)|std::alloc::rust_oom|__rustc::(rust_begin_unwind|rust_panic))',
)

/**
 * One or two letters for each import and export. The imports' module is named after the whole glue, so that a glue
 * and a module of two builds do not take each other's functions.
 */
function rename(text, script) {
  const build = createHash('sha256').update(script).digest('hex').slice(0, 6)
  const module = /"(\.\/\w+_bg\.js)": import0/.exec(script)[1]
  const taken = new Map()
  const short = (name) => taken.get(name) ?? taken.set(name, taken.size.toString(36)).get(name)
  const known = new Set()
  text = text.replace(/^ \((import "([^"]+)"|export) "([^"]+)"/gm, (whole, what, from, name) => {
    known.add(name)
    if (from === undefined) return ` (export "_${short(name)}"`
    if (from !== module) throw new Error(`scripts/shorten.mjs: an import from ${from}`)
    return ` (import "${build}" "${short(name)}"`
  })
  script = script
    .replace(/^( +)(\w+)(?=: function\()/gm, (whole, indent, name) => (known.has(name) ? `${indent}${JSON.stringify(short(name))}` : whole))
    .replace(/\bwasm\.(\w+)/g, (whole, name) => (known.has(name) ? `wasm._${short(name)}` : whole))
    .replace(`"${module}": import0`, `"${build}": import0`)
  return { text, script }
}
