// Removes from wasm-bindgen's glue what never runs here: 0.3 KB (brotli).
import { readFileSync, writeFileSync } from 'node:fs'

/** Patterns of code, and what replaces it. */
const TRIMS = [
  // A polyfill. Every browser that has WebAssembly with SIMD has encodeInto, and pkg/src/wasm/inlined-wasm.ts needs it, too.
  [/^if \(!\('encodeInto' in cachedTextEncoder\)\) \{\n[^]*?^\}\n/gm, ''],
  // The same object by older names, asked for if there is no `globalThis`.
  [/^ +const ret = typeof (?:global|self|window) === .*\n.*\n/gm, ''],
  // No text is passed without `realloc`.
  [/^( +)if \(realloc === undefined\) \{\n(?:\1 .*\n)+\1\}\n/gm, ''],
  // Frees the arguments of a call if a later one cannot be encoded. Only values of the wrong type cannot (any text can, lone
  // surrogates included), and the package checks the types before it calls.
  [/^( +)try \{\n((?:\1 .*\n)*?)\1\} catch \(e\) \{\n(?:\1    if \(ptr\d+\) \{.*\n)+\1    throw e;\n\1\}\n/gm, '$2'],
]

/** Rewrites the file. Throws if a pattern is not found: another version of wasm-bindgen writes other code. */
export function trimGlue(path) {
  const glue = readFileSync(path, 'utf8')
  writeFileSync(path, TRIMS.reduce((text, [pattern, rest]) => {
    const trimmed = text.replace(pattern, rest)
    if (trimmed === text) throw new Error(`scripts/trim-glue.mjs: not in the glue: ${pattern}`)
    return trimmed
  }, glue))
}
