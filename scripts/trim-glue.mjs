// Removes from wasm-bindgen's glue what never runs here: 0.3 KB (brotli).
import { readFileSync, writeFileSync } from 'node:fs'

/** Code, and what stays of it. */
const TRIMS = [
  // A polyfill: every browser that has WebAssembly with SIMD has encodeInto.
  [/^if \(!\('encodeInto' in cachedTextEncoder\)\) \{\n[^]*?^\}\n/gm, ''],
  // Frees a call's arguments if a later one cannot be encoded. The package checks their types before it calls.
  [/^( +)try \{\n((?:\1 .*\n)*?)\1\} catch \(e\) \{\n(?:\1    if \(ptr\d+\) \{.*\n)+\1    throw e;\n\1\}\n/gm, '$2'],
]

/** Rewrites the file. Throws if there is nothing to remove: a newer wasm-bindgen writes it otherwise. */
export function trimGlue(path) {
  const glue = readFileSync(path, 'utf8')
  writeFileSync(path, TRIMS.reduce((text, [pattern, rest]) => {
    const trimmed = text.replace(pattern, rest)
    if (trimmed === text) throw new Error(`scripts/trim-glue.mjs: not in the glue: ${pattern}`)
    return trimmed
  }, glue))
}
