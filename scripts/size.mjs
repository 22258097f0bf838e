// The size of the React hook as an application bundles it: minified, with the module inlined, without React. `make package`
// prints it; tests compare it with the budget and the README.
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')

export const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length
export const gzip = (bytes) => gzipSync(bytes, { level: 9 }).length

/** In bytes: `{ raw, gzip, brotli }`. */
export async function sizeOfHook() {
  const { outputFiles } = await build({
    stdin: { contents: `export { useAIStreamHandler } from './dist/react.js'`, resolveDir: join(root, 'pkg') },
    bundle: true, minify: true, format: 'esm', write: false, external: ['react'], charset: 'utf8', logLevel: 'warning',
  })
  const { contents } = outputFiles[0]
  return { raw: contents.length, gzip: gzip(contents), brotli: brotli(contents) }
}
