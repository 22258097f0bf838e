// The two tools behind `cargo build`, for the package's module and for the demo's own: wasm-bindgen, wasm-opt.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** What the modules are built for: any browser with WebAssembly SIMD. */
const FEATURES = ['simd', 'bulk-memory', 'bulk-memory-opt', 'nontrapping-float-to-int', 'sign-ext', 'mutable-globals', 'reference-types', 'multivalue']

/** Writes the glue for `module` (below the target folder) as `name` into `folder`. */
export function bindgen(root, module, folder, name, ...more) {
  const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target')
  const from = join(target, 'wasm32-unknown-unknown/release', module)
  execFileSync('wasm-bindgen', ['--target', 'web', '--out-dir', folder, '--out-name', name, ...more, from], { cwd: root, stdio: 'inherit' })
}

/**
 * What makes the package's module smallest without making it slower. Functions of a single caller stay apart (-ocimfs): they are
 * compiled when they are needed, and the first event needs few of them.
 */
export const OPTIMISED = ['-ocimfs', '300', '-Os', '--flatten', '--rereloop', '-Os', '--converge']

/** `passes`: `-O3`, `-Os`, and others by name, in their order. `strip`: what is left out of the module. */
export function optimise(passes, from, to, strip = ['--strip-debug', '--strip-producers']) {
  const features = FEATURES.map((feature) => `--enable-${feature}`)
  execFileSync('wasm-opt', [...passes, ...strip, ...features, from, '-o', to], { stdio: 'inherit' })
}
