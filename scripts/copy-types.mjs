// Copies to dist the declarations that the package's entries reach, and no others.
//
// tsc writes one .d.ts per source file, with the source's import specifiers. The packed ones need file extensions
// (TypeScript's node16 resolution), a .d.cts twin next to each .cjs, and no import from generated/, which is not packed.
// tsc alone could do it with `.js` in all imports and a second run into dist/cjs; it would also pack all private ones.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

const specifier = /((?:from|import)\s*\(?\s*)(['"])(\.{1,2}\/[^'"]+)\2/g

/** `manifest`: the parsed pkg/package.json. Throws if a declaration imports from outside the package. */
export function copyTypes({ from, to, manifest }) {
  for (const entry of Object.values(manifest.exports)) {
    for (const file of [entry?.import?.types, entry?.require?.types, entry?.types]) {
      const match = /^\.\/dist\/([\w.-]+)\.d\.(c?)ts$/.exec(file ?? '')
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
      if (next.startsWith('..')) throw new Error(`${name}.d.ts imports ${path}, which is not packed`)
      copy(next, commonJs, seen)
      return `${before}${quote}${bare}.${commonJs}js${quote}`
    }))
  }
}
