// Builds pkg/dist: cargo → wasm-bindgen → wasm-opt → esbuild and tsc. `make package` calls it, with the tools on PATH.
//
// In: the crate, pkg/src, and the `exports` of pkg/package.json, which say what is to be built:
//   "import": ./dist/NAME.js    src/NAME.ts bundled as ESM
//   "require": ./dist/NAME.cjs  the same as CommonJS
// Out: those, their .d.ts (and .d.cts), and core.wasm. It must leave nothing else in dist, for npm packs all of it.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import { copyTypes } from '../scripts/copy-types.mjs'
import { shorten } from '../scripts/shorten.mjs'
import { brotli, gzip, sizeOfHook } from '../scripts/size.mjs'
import { OPTIMISED, bindgen, optimise } from '../scripts/wasm.mjs'
import { assembled, inlined } from './inline.mjs'

const root = join(import.meta.dirname, '..')
const pkg = join(root, 'pkg')
const dist = join(pkg, 'dist')
const generated = join(pkg, 'generated')
const manifest = JSON.parse(readFileSync(join(pkg, 'package.json'), 'utf8'))

/**
 * Between opt-level "s" and "z", which is a third slower: fewer copies of small functions than "s" makes, and texts
 * compared by calls instead of in line (there are some three hundred names to be told apart).
 */
const SMALLER = '-Cllvm-args=-inline-threshold=15 -max-loads-per-memcmp-opt-size=0'

rmSync(dist, { recursive: true, force: true })
mkdirSync(dist)

const wasm = buildWasm()
await bundle()
types()
await sizes()

function buildWasm() {
  step('cargo rustc --release (wasm32)')
  // The cdylib alone: beside an rlib, cargo leaves link-time optimisation out.
  run('cargo', ['rustc', '--release', '--lib', '--crate-type', 'cdylib', '--target', 'wasm32-unknown-unknown'], {
    // Not what happens to be in the environment: the module is the same whoever builds it. The target feature is
    // repeated from .cargo/config.toml, which RUSTFLAGS overrides.
    CARGO_ENCODED_RUSTFLAGS: ['-Ctarget-feature=+simd128', SMALLER, ...withoutMachinePaths()].join('\x1f'),
  })

  step('wasm-bindgen')
  rmSync(generated, { recursive: true, force: true })
  bindgen(root, 'ai_stream_handler.wasm', generated, 'core')

  step('wasm-opt')
  const optimised = join(generated, 'core_bg.opt.wasm')
  const shortened = join(generated, 'core_bg.wat')
  shorten(join(generated, 'core_bg.wasm'), join(generated, 'core.js'), shortened)
  optimise(OPTIMISED, shortened, optimised)
  cpSync(optimised, join(dist, 'core.wasm'))

  const bytes = readFileSync(optimised)
  if (bytes.includes(homedir() + '/')) fail(`core.wasm names ${homedir()}: a path of this machine got into the module`)
  return bytes
}

/** Panic messages carry file names: make them the same on every machine. */
function withoutMachinePaths() {
  const registry = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'registry/src')
  const sources = existsSync(registry) ? readdirSync(registry).map((name) => join(registry, name)) : []
  // Where the component rust-src is installed, rustc names the standard library's files by their path in the toolchain.
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
      platform: 'neutral',
      target: 'es2022',
      legalComments: 'none',
      // What wasm-bindgen's glue has for other callers: a warning about how the module is started, and `using`.
      pure: ['console.warn'],
      define: { 'Symbol.dispose': 'undefined' },
      logLevel: 'warning',
      // The glue's own loader has an import.meta; nobody calls it, so it is left out. Looked after below.
      logOverride: { 'empty-import-meta': 'silent' },
      external: ['react'],
      // What builds upon the handler shares it with the main entry, or a page would load the module twice.
      plugins: [{
        name: 'share-index',
        setup: ({ onResolve }) => onResolve({ filter: /^\.{1,2}\/index(\.[jt]s)?$/ }, () => ({ path: index, external: true })),
      }, {
        // A string: nothing is decoded before the first handler is made.
        name: 'inline-wasm',
        setup: ({ onLoad }) => {
          onLoad({ filter: /\.wasm$/ }, ({ path }) => ({ loader: 'text', contents: inlined(readFileSync(path)) }))
          onLoad({ filter: /\.wat$/ }, ({ path }) => ({ loader: 'text', contents: Buffer.from(assembled(readFileSync(path, 'utf8'))).toString('base64') }))
        },
      }],
    })
    const text = readFileSync(outfile, 'utf8')
    // `new URL(…, import.meta.url)` of the generated glue: fails in CommonJS, and in bundlers that look for the file.
    if (/import\.meta|import_meta/.test(text)) fail(`${basename(outfile)} contains import.meta`)
  }
}

/** [name of the source, format, output] of every entry in `exports`. */
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
  // A declaration of its own accord: tsc copies none.
  cpSync(join(pkg, 'src/core-wasm.d.ts'), join(generated, 'types/core-wasm.d.ts'))
  copyTypes({ from: join(generated, 'types'), to: dist, manifest })
}

async function sizes() {
  step('sizes')
  const kb = (size) => `${(size / 1024).toFixed(1).padStart(6)} KB`
  const line = (name, sizes) => console.log(`   ${name.padEnd(13)} ${kb(sizes.raw)}   gzip ${kb(sizes.gzip)}   brotli ${kb(sizes.brotli)}`)
  const of = (bytes) => ({ raw: bytes.length, gzip: gzip(bytes), brotli: brotli(bytes) })
  line('core.wasm', of(wasm))
  for (const name of readdirSync(dist).filter((name) => name.endsWith('.js'))) line(name, of(readFileSync(join(dist, name))))
  line('hook, whole', await sizeOfHook())
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
