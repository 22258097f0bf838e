// Copies the declarations that the package's entries reach, and no others, into dist.
//
// tsc writes one .d.ts per source file, with the import specifiers of the source. What is packed must name the
// extension (node16 resolution wants it), must exist as .d.cts next to a .cjs, and must not reach into generated/,
// which is not packed.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

const specifier = /((?:from|import)\s*\(?\s*)(['"])(\.{1,2}\/[^'"]+)\2/g

/** `manifest`: pkg/package.json. Throws where a declaration leaves the package. */
export function copyTypes({ from, to, manifest }) {
  for (const entry of Object.values(manifest.exports)) {
    for (const file of [entry?.import?.types, entry?.require?.types, entry?.types]) {
      const match = /^\.\/dist\/([\w-]+)\.d\.(c?)ts$/.exec(file ?? '')
      if (match) copy(match[1], match[2], new Set())
    }
  }

  function copy(name, commonJs, seen) {
    if (seen.has(name)) return
    seen.add(name)
    const text = readFileSync(join(from, `${name}.d.ts`), 'utf8')
    mkdirSync(dirname(join(to, name)), { recursive: true })
    writeFileSync(join(to, `${name}.d.${commonJs}ts`), text.replace(specifier, (_, before, quote, path) => {
      const bare = path.replace(/\.[cm]?[jt]sx?$/, '')
      const next = normalize(join(dirname(name), bare))
      if (next.startsWith('..')) throw new Error(`${name}.d.ts imports ${path}, which is not part of the package`)
      copy(next, commonJs, seen)
      return `${before}${quote}${bare}.${commonJs}js${quote}`
    }))
  }
}
