// Builds the backend that runs inside the demo's page: examples/page_backend.rs → www/vendor/page_backend.js and its
// wasm. `make demo-files` calls it, with the tools on PATH. It is the demo's own: the package carries none of it.
import { execFileSync } from 'node:child_process'
import { renameSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const vendor = join(root, 'www/vendor')
const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target')
const run = (command, ...args) => execFileSync(command, args, { cwd: root, stdio: 'inherit' })

console.log('── cargo build (the backend inside the page)')
run('cargo', 'build', '--release', '--target', 'wasm32-unknown-unknown', '--example', 'page_backend', '--no-default-features', '--features', 'generator')
run('wasm-bindgen', '--target', 'web', '--no-typescript', '--out-dir', vendor, '--out-name', 'page_backend', join(target, 'wasm32-unknown-unknown/release/examples/page_backend.wasm'))
const wasm = join(vendor, 'page_backend_bg.wasm')
const features = ['simd', 'bulk-memory', 'bulk-memory-opt', 'nontrapping-float-to-int', 'sign-ext', 'mutable-globals', 'reference-types', 'multivalue']
run('wasm-opt', '-Os', '--strip-debug', '--strip-producers', ...features.map((feature) => `--enable-${feature}`), wasm, '-o', `${wasm}.opt`)
renameSync(`${wasm}.opt`, wasm)
