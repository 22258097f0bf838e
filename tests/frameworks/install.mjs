// The frameworks, pinned, in target/frameworks: what was installed is kept for the next run; the packed package is replaced.
import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { root } from '../package/support.mjs'
import { unpack } from '../packaging/projects.mjs'

const execute = promisify(execFile)
const angular = '20.3.32'
const dependencies = {
  vue: '3.5.45', svelte: '5.57.3', 'solid-js': '1.9.20', lit: '3.3.3', react: '19.3.1', 'react-dom': '19.3.1', rxjs: '7.8.2',
  '@angular/core': angular, '@angular/compiler': angular, '@angular/common': angular, '@angular/platform-browser': angular, '@angular/platform-server': angular,
  '@babel/core': '7.29.13', 'babel-preset-solid': '1.9.16',
  '@types/react': '19.2.2',
}

export const folder = join(root, 'target/frameworks')
const pages = join(folder, 'pages')

export async function installed() {
  mkdirSync(folder, { recursive: true })
  const wanted = JSON.stringify({ name: 'frameworks', private: true, type: 'module', dependencies }, null, 2)
  const mark = join(folder, 'installed.json')
  if (!existsSync(mark) || readFileSync(mark, 'utf8') !== wanted) {
    writeFileSync(join(folder, 'package.json'), wanted)
    await execute('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--legacy-peer-deps'], { cwd: folder, maxBuffer: 1 << 26 })
    writeFileSync(mark, wanted)
  }
  // Where an application's sources would be, so that there is one of each framework.
  cpSync(join(import.meta.dirname, 'pages'), pages, { recursive: true })
  await unpack(folder)
}

/** Bundles a page of pages/ as an application would. `generate`: Svelte's output, `client` or `server`. Returns the file. */
export async function bundlePage(source, { platform = 'browser', mode = 'development' } = {}) {
  const outfile = join(folder, 'site', `${source.replace(/\.\w+$/, '')}-${platform}-${mode}.${platform === 'node' ? 'mjs' : 'js'}`)
  const { compile } = createRequire(join(folder, 'package.json'))('svelte/compiler')
  await build({
    entryPoints: [join(pages, source)], outfile, bundle: true, format: 'esm', platform, jsx: 'automatic', minify: mode === 'production', logLevel: 'error',
    define: { 'process.env.NODE_ENV': JSON.stringify(mode), __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'true' },
    conditions: platform === 'browser' ? ['browser', mode] : ['node'], mainFields: platform === 'browser' ? ['browser', 'module', 'main'] : ['module', 'main'],
    nodePaths: [join(folder, 'node_modules')],
    banner: platform === 'node' ? { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)` } : {},
    plugins: [{
      name: 'solid',
      setup: ({ onLoad }) => onLoad({ filter: /\/solid-.*\.jsx$/ }, ({ path }) => ({ contents: solidCompiled(path, platform) })),
    }, {
      name: 'svelte',
      setup: ({ onLoad }) => onLoad({ filter: /\.svelte$/ }, ({ path }) => ({
        contents: compile(readFileSync(path, 'utf8'), { filename: path, generate: platform === 'node' ? 'server' : 'client', dev: mode === 'development' }).js.code,
      })),
    }],
  })
  return outfile
}

/** JSX as Solid's compiler makes it for a page that the server renders and the browser hydrates. */
function solidCompiled(path, platform) {
  const require = createRequire(join(folder, 'package.json'))
  const preset = [require('babel-preset-solid'), { generate: platform === 'node' ? 'ssr' : 'dom', hydratable: true }]
  return require('@babel/core').transformSync(readFileSync(path, 'utf8'), { filename: path, configFile: false, babelrc: false, presets: [preset] }).code
}
