// What an application's bundler makes of an entry: minified, with the module inlined, without React. `first` is what a page loads
// with the entry, `whole` that and everything behind `import()`. `make package` prints it; tests compare it with budgets and
// texts.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')

export const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length
export const gzip = (bytes) => gzipSync(bytes, { level: 9 }).length

/** What a chunk contains is hashed into its name, so every build of the core would change the compressed size of what imports it. */
const HASH = /-[A-Z0-9]{8}(?=\.js")/g
const SAME_HASH = '-K7QZ3XWM'

/**
 * `{ first, whole, chunks }` of a page that imports `names` from `entry` (`react`, …). In bytes: `{ raw, gzip, brotli }` each.
 */
export async function sizeOfEntry(entry, names) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: `export { ${names} } from './dist/${entry}.js'`, resolveDir: join(root, 'pkg') },
    bundle: true, splitting: true, minify: true, format: 'esm', write: false, outdir: root, metafile: true, external: ['react', 'vue', 'svelte', 'svelte/*', 'solid-js', '@angular/core'], charset: 'utf8', logLevel: 'warning',
  })
  const files = outputFiles.map(({ path, text }) => ({ name: path.slice(root.length + 1), contents: Buffer.from(text.replace(HASH, SAME_HASH)) }))
  const first = new Set([files.find(({ name }) => metafile.outputs[name].entryPoint === '<stdin>').name])
  // Grows while it is read: what a static import imports is loaded, too.
  for (const name of first) for (const { path, kind, external } of metafile.outputs[name].imports) if (kind === 'import-statement' && !external) first.add(path)
  const sum = (some) => some.map(({ contents }) => ({ raw: contents.length, gzip: gzip(contents), brotli: brotli(contents) }))
    .reduce((total, one) => ({ raw: total.raw + one.raw, gzip: total.gzip + one.gzip, brotli: total.brotli + one.brotli }), { raw: 0, gzip: 0, brotli: 0 })
  return { first: sum(files.filter(({ name }) => first.has(name))), whole: sum(files), chunks: files.length - first.size }
}

/** Of the React hook. */
export const sizeOfHook = () => sizeOfEntry('react', 'useAIStreamHandler')

/** Brotli bytes of the module that only `message.blocks` needs: what is gone with the calls of the class that splits a text. */
export async function sizeOfBlocks() {
  // Large, and nobody else needs it.
  const { default: binaryen } = await import('binaryen')
  const glue = readFileSync(join(root, 'pkg/generated/core.js'), 'utf8')
  const [blocks] = /^export class Blocks \{[^]*?^\}/m.exec(glue)
  const others = glue.replace(blocks, '').replace(/^const BlocksFinalization[^]*?;$/m, '')
  const callsOf = (text) => new Set([...text.matchAll(/\bwasm\.(\w+)/g)].map(([, name]) => name))
  const own = [...callsOf(blocks)].filter((name) => !callsOf(others).has(name))
  const module = binaryen.readBinary(readFileSync(join(root, 'pkg/dist/core.wasm')))
  module.setFeatures(binaryen.Features.All)
  const sizes = [[], own].map((gone) => {
    for (const name of gone) module.removeExport(name)
    module.runPasses(['remove-unused-module-elements'])
    return brotli(module.emitBinary())
  })
  module.dispose()
  return sizes[0] - sizes[1]
}
