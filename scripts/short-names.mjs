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
 *
 * What writes a number or a character for such words stays in the table of functions, so it is silenced too, unless
 * something else writes with it.
 */
function silencePanics(binary) {
  const silenced = trapIn(binary, PANICS)
  if (silenced < 10) throw new Error(`scripts/shorten.mjs: only ${silenced} panics were found; did their names change?`)
  binary.runPasses(['dce', 'remove-unused-module-elements'])
  const writers = callersOf(binary.emitText(), FORMATTING)
  if (writers.length === 0) trapIn(binary, FORMATTING)
  else console.log(`   core::fmt stays, for ${writers.join(', ')}`)
}

/** Makes the functions of such names trap; how many there were. */
function trapIn(binary, names) {
  let count = 0
  for (let at = 0; at < binary.getNumFunctions(); at++) {
    const pointer = binary.getFunctionByIndex(at)
    const { name, module } = binaryen.getFunctionInfo(pointer)
    if (module || !names.test(plain(name))) continue
    new binaryen.Function(pointer).body = binary.unreachable()
    count++
  }
  return count
}

/** The functions of other names that call one of such a name. */
function callersOf(text, names) {
  const callers = new Set()
  let caller = ''
  for (const [, what, quoted, bare] of text.matchAll(/\((func|call) \$(?:"([^"]+)"|([^\s()]+))/g)) {
    const name = plain(quoted ?? bare)
    if (what === 'func') caller = name
    else if (names.test(name) && !names.test(caller)) callers.add(caller)
  }
  return [...callers]
}

/** Without the hashes of crates. */
const plain = (name) => name.replace(/\[[0-9a-f]+\]/g, '')

/** What writes values into texts. */
const FORMATTING = /^(<?core::fmt::|<.* as core::fmt::\w+>::)/

/** The standard library's functions that do not return. Whatever writes the message is reached through them alone. */
const PANICS = new RegExp(
  '^(core::panicking::(panic|assert_failed|unreachable|const)|core::(option|result)::(expect|unwrap)_failed|' +
  'core::cell::panic_already|core::slice::index::slice_\\w+_fail|core::slice::copy_from_slice_impl::len_mismatch_fail|' +
  'core::str::slice_error_fail|alloc::(alloc::handle_alloc_error|raw_vec::(capacity_overflow|handle_error))|' +
  'std::panicking::(panic_with_hook|rust_panic|begin_panic)|std::alloc::rust_oom|__rustc::(rust_begin_unwind|rust_panic))',
)

/**
 * One or two letters for each import and export. The imports' module is named after the glue and the order of the
 * names, so that a glue and a module of two builds do not take each other's functions.
 */
function rename(text, script) {
  const border = /^ \((import "([^"]+)"|export) "([^"]+)"/gm
  const names = [...new Set(Array.from(text.matchAll(border), ([, , , name]) => name))]
  const short = new Map(names.map((name, at) => [name, at.toString(36)]))
  const build = createHash('sha256').update(script + names).digest('hex').slice(0, 6)
  const module = /"(\.\/\w+_bg\.js)": import0/.exec(script)[1]
  text = text.replace(border, (whole, what, from, name) => {
    if (from === undefined) return ` (export "_${short.get(name)}"`
    if (from !== module) throw new Error(`scripts/shorten.mjs: an import from ${from}`)
    return ` (import "${build}" "${short.get(name)}"`
  })
  script = script
    .replace(/^( +)(\w+)(?=: function\()/gm, (whole, indent, name) => (short.has(name) ? `${indent}"${short.get(name)}"` : whole))
    .replace(/\bwasm\.(\w+)/g, (whole, name) => (short.has(name) ? `wasm._${short.get(name)}` : whole))
    .replace(`"${module}": import0`, `"${build}": import0`)
  return { text, script }
}
