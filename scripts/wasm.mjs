// The tools that follow `cargo build`, for the package's module and for the demo's backend: wasm-bindgen and Binaryen.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** The WebAssembly features that the modules use; browsers have all of them since 2023. */
const FEATURES = ['simd', 'bulk-memory', 'bulk-memory-opt', 'nontrapping-float-to-int', 'sign-ext', 'mutable-globals', 'reference-types', 'multivalue'].map((name) => `--enable-${name}`)

/** Writes the JavaScript glue for `module`, a path below target/wasm32-unknown-unknown/release, to `folder` as `name`.js. */
export function bindgen(root, module, folder, name, ...more) {
  const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target')
  const from = join(target, 'wasm32-unknown-unknown/release', module)
  execFileSync('wasm-bindgen', ['--target', 'web', '--out-dir', folder, '--out-name', name, ...more, from], { cwd: root, stdio: 'inherit' })
}

/**
 * The passes that make the package's module smallest without making it slower. Functions with a single caller are not inlined
 * (-ocimfs): engines compile functions when they are first called, and the first event calls few of them. The first 1,024 bytes of
 * memory are the far end of the stack (-lmu): nothing is there.
 */
export const OPTIMIZED = ['-lmu', '-ocimfs', '300', '-Os', '--flatten', '--rereloop', '-Os', '--converge']

/** Runs wasm-opt. `passes`: its optimization flags, in order. `strip`: the flags for what is not written. */
export function optimize(passes, from, to, strip = ['--strip-debug', '--strip-producers']) {
  execFileSync('wasm-opt', [...passes, ...strip, ...FEATURES, from, '-o', to], { stdio: 'inherit' })
}

/** Writes the module `from` as text, with the names of its functions. */
export function disassemble(from, to) {
  execFileSync('wasm-dis', [...FEATURES, from, '-o', to], { stdio: 'inherit' })
}
