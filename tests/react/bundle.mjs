// Pages and programs of the tests with React, bundled against the installed tarball: with React 18 or 19, for development or
// production.
import { cpSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import { root } from '../package/support.mjs'

/** What an application's node_modules would hold. */
const versions = {
  18: { react: 'react18', 'react-dom': 'react-dom18' },
  19: { react: 'react', 'react-dom': 'react-dom' },
}

/**
 * Bundles `source` (a file of tests/react) as an application in `scratch` would; returns the path of the bundle. `splitting`: what
 * `import()` loads is a chunk of its own.
 */
export async function bundle(scratch, source, { react = 19, mode = 'development', platform = 'browser', splitting = false } = {}) {
  const app = join(scratch, 'app')
  cpSync(import.meta.dirname, app, { recursive: true, filter: (path) => !path.endsWith('.mjs') })
  const outfile = join(scratch, 'site', `${source.replace(/\.\w+$/, '')}-${react}-${mode}.${platform === 'node' ? 'mjs' : 'js'}`)
  const folder = (name) => join(root, 'node_modules', versions[react][name])
  await build({
    entryPoints: [join(app, source)],
    ...(splitting ? { splitting, outdir: join(scratch, 'site'), entryNames: basename(outfile, '.js'), chunkNames: 'chunk-[hash]' } : { outfile }),
    bundle: true,
    format: 'esm',
    platform,
    jsx: 'automatic',
    minify: mode === 'production',
    define: { 'process.env.NODE_ENV': JSON.stringify(mode) },
    alias: { react: folder('react'), 'react-dom': folder('react-dom') },
    nodePaths: [join(root, 'node_modules')],
    // react-dom/server is CommonJS and asks for Node's own modules by require.
    banner: platform === 'node' ? { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)` } : {},
    logLevel: 'warning',
  })
  return outfile
}

/** A page that runs `script` of the same folder. */
export function pageFor(scratch, script, body = '<div id="root"></div>') {
  const name = script.replace(/\.js$/, '.html')
  writeFileSync(join(scratch, 'site', name), `<!doctype html><meta charset="utf-8"><title>${script}</title><link rel="icon" href="data:,">
    ${body}<script type="module" src="./${script}"></script>`)
  return name
}
