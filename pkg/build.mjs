// Builds pkg/dist: cargo → wasm-bindgen → wasm-opt → esbuild and tsc. `make package` calls it, with the tools on PATH.
//
// In: the crate, pkg/src, and the `exports` of pkg/package.json, which list what to build:
//   "import": ./dist/NAME.js    src/NAME.ts bundled as ESM
//   "require": ./dist/NAME.cjs  the same as CommonJS
// Out: those, their .d.ts and .d.cts, and core.wasm. It must leave nothing else in dist, because npm packs the whole folder.
//
// docs/architecture.md, "How the module is built", explains the choices with numbers.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import { copyTypes } from '../scripts/copy-types.mjs'
import { shortenNames } from '../scripts/short-names.mjs'
import { brotli, gzip, sizeOfHook } from '../scripts/size.mjs'
import { trimGlue } from '../scripts/trim-glue.mjs'
import { OPTIMIZED, bindgen, optimize } from '../scripts/wasm.mjs'
import { inlined } from './inline.mjs'
import { orderFunctions } from './similar-order.mjs'

const root = join(import.meta.dirname, '..')
const pkg = join(root, 'pkg')
const dist = join(pkg, 'dist')
const generated = join(pkg, 'generated')
const manifest = JSON.parse(readFileSync(join(pkg, 'package.json'), 'utf8'))

/**
 * Less inlining, and strings compared by calls to memcmp rather than inline code: there are about three hundred names to match.
 */
const SMALLER = '-Cllvm-args=-inline-threshold=15 -max-loads-per-memcmp-opt-size=0'

/** Optimizes the functions marked `hot` for speed, by an unstable attribute. The others are optimized for size (Cargo.toml). */
const HOT = '--cfg=hot'

/**
 * A panic traps without formatting its message, which nobody could read: the module has no standard error. The standard
 * library has to be compiled with the same setting, hence the component rust-src. Saves 4.2 KB brotli.
 */
const IMMEDIATE_ABORT = ['-Zunstable-options', '-Cpanic=immediate-abort']
const STD_FROM_SOURCE = ['-Zbuild-std=std,panic_abort', '-Zbuild-std-features=']

rmSync(dist, { recursive: true, force: true })
mkdirSync(dist)

const wasm = buildWasm()
await bundle()
types()
await sizes()

function buildWasm() {
  step('cargo rustc --release (wasm32)')
  // Only the cdylib: cargo skips link-time optimization if an rlib is built along with it.
  run('cargo', ['rustc', '--release', '--lib', '--crate-type', 'cdylib', '--target', 'wasm32-unknown-unknown', ...STD_FROM_SOURCE], {
    // Overrides RUSTFLAGS of the environment, for a reproducible module, and those of .cargo/config.toml, hence simd128.
    CARGO_ENCODED_RUSTFLAGS: [HOT, '-Ctarget-feature=+simd128', SMALLER, ...IMMEDIATE_ABORT, ...withoutMachinePaths()].join('\x1f'),
    // Allows what is unstable of the constants above in a stable compiler.
    RUSTC_BOOTSTRAP: '1',
  })

  step('wasm-bindgen')
  rmSync(generated, { recursive: true, force: true })
  bindgen(root, 'ai_stream_handler.wasm', generated, 'core')

  step('wasm-opt')
  const optimized = join(generated, 'core_bg.opt.wasm')
  const renamed = join(generated, 'core_bg.wat')
  shortenNames(join(generated, 'core_bg.wasm'), join(generated, 'core.js'), renamed)
  trimGlue(join(generated, 'core.js'))
  optimize(OPTIMIZED, renamed, optimized)
  orderFunctions(optimized, join(generated, 'core_bg.opt.wat'), optimized)
  cpSync(optimized, join(dist, 'core.wasm'))

  const bytes = readFileSync(optimized)
  if (bytes.includes(homedir() + '/')) fail(`core.wasm contains ${homedir()}: a path of this machine`)
  return bytes
}

/** File names in the module must be the same on every machine. */
function withoutMachinePaths() {
  const registry = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'registry/src')
  const sources = existsSync(registry) ? readdirSync(registry).map((name) => join(registry, name)) : []
  // The standard library is compiled from the toolchain's own sources.
  const sysroot = execFileSync('rustc', ['--print', 'sysroot'], { encoding: 'utf8' }).trim()
  return [...sources, root, join(sysroot, 'lib/rustlib/src/rust')].map((path) => `--remap-path-prefix=${path}=`)
}

async function bundle() {
  for (const [name, format, outfile] of bundles()) {
    step(basename(outfile))
    const index = format === 'cjs' ? './index.cjs' : './index.js'
    await build({
      entryPoints: [join(pkg, `src/${name}.ts`)],
      outfile,
      format,
      bundle: true,
      minify: true,
      // An uncaught error prints its line in Node: a short one, and not the whole bundle.
      lineLimit: 120,
      platform: 'neutral',
      target: 'es2022',
      legalComments: 'none',
      // What wasm-bindgen's glue has for other callers: a warning about how the module is started, and `using`.
      pure: name === 'index' || name === 'slim' ? ['console.warn'] : [],
      define: { 'Symbol.dispose': 'undefined' },
      logLevel: 'warning',
      // wasm-bindgen's own loader uses import.meta. Nothing calls it, so it is dropped; checked below.
      logOverride: { 'empty-import-meta': 'silent' },
      external: Object.keys(manifest.peerDependencies).flatMap((name) => [name, `${name}/*`]),
      // In CommonJS, `import()` becomes `require()` in a promise: not every host of CommonJS can import (Jest cannot).
      supported: { 'dynamic-import': format === 'esm' },
      // The other entries import the main one; bundling it again would load the module twice.
      plugins: [{
        name: 'share-index',
        setup: ({ onResolve }) => onResolve({ filter: /^\.{1,2}\/index(\.[jt]s)?$/ }, () => ({ path: index, external: true })),
      }, {
        // A string: importing the package decodes nothing.
        name: 'inline-wasm',
        setup: ({ onLoad }) => {
          onLoad({ filter: /\.wasm$/ }, ({ path }) => ({ loader: 'text', contents: inlined(readFileSync(path)) }))
          onLoad({ filter: /\.wat$/ }, ({ path }) => ({ loader: 'base64', contents: assembled(path) }))
        },
      }],
    })
    // lineLimit breaks strings, too; the module's would be 6 KB larger (brotli).
    const text = readFileSync(outfile, 'utf8').replaceAll('\\\n', '')
    writeFileSync(outfile, text)
    // `new URL(…, import.meta.url)` of the glue fails in CommonJS, and in bundlers that look for the file.
    if (/import\.meta|import_meta/.test(text)) fail(`${basename(outfile)} contains import.meta`)
  }
}

/** A module written as text, as bytes. */
function assembled(path) {
  const binary = join(generated, `${basename(path, '.wat')}.wasm`)
  optimize(['-O3'], path, binary)
  return readFileSync(binary)
}

/** [entry name, format, output file] of every bundle in `exports`. */
function* bundles() {
  for (const entry of Object.values(manifest.exports)) {
    for (const file of [entry?.import?.default, entry?.require?.default, entry?.default]) {
      const match = /^\.\/dist\/([\w-]+)\.(c?)js$/.exec(file ?? '')
      if (match) yield [match[1], match[2] ? 'cjs' : 'esm', join(pkg, file)]
    }
  }
}

function types() {
  step('types')
  run('tsc', ['-p', join(pkg, 'tsconfig.types.json')])
  // Hand-written: tsc emits declarations only for .ts files.
  for (const name of ['core-wasm.d.ts', 'MessageBlocks.svelte.d.ts']) cpSync(join(pkg, 'src', name), join(generated, 'types', name))
  copyTypes({ from: join(generated, 'types'), to: dist, manifest })
  // Its user's bundler compiles it, with the version of Svelte that the application has.
  cpSync(join(pkg, 'src/MessageBlocks.svelte'), join(dist, 'MessageBlocks.svelte'))
}

async function sizes() {
  step('sizes')
  const kb = (size) => `${(size / 1024).toFixed(1).padStart(6)} KB`
  const line = (name, sizes) => console.log(`   ${name.padEnd(13)} ${kb(sizes.raw)}   gzip ${kb(sizes.gzip)}   brotli ${kb(sizes.brotli)}`)
  const of = (bytes) => ({ raw: bytes.length, gzip: gzip(bytes), brotli: brotli(bytes) })
  line('core.wasm', of(wasm))
  for (const name of readdirSync(dist).filter((name) => name.endsWith('.js'))) line(name, of(readFileSync(join(dist, name))))
  const { first, whole } = await sizeOfHook()
  line('hook, first', first)
  line('hook, whole', whole)
}

function run(program, args, env = {}) {
  try {
    execFileSync(program, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } })
  } catch (error) {
    fail(error.code === 'ENOENT' ? `${program} is not on PATH: use make` : `${program} failed`)
  }
}

function step(text) {
  console.log(`── ${text}`)
}

function fail(text) {
  console.error(`pkg/build.mjs: ${text}`)
  process.exit(1)
}
