// Builds the demo's in-page backend: examples/page_backend.rs → www/vendor/page_backend.js and its .wasm file. Called by
// `make demo-files`, with the tools on PATH. Not part of the package.
import { execFileSync } from 'node:child_process'
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { bindgen, optimize } from './wasm.mjs'

const root = join(import.meta.dirname, '..')
const vendor = join(root, 'www/vendor')
const wasm = join(vendor, 'page_backend_bg.wasm')

console.log('── cargo build (the in-page backend)')
const build = ['build', '--release', '--target', 'wasm32-unknown-unknown', '--example', 'page_backend', '--no-default-features', '--features', 'generator']
execFileSync('cargo', build, { cwd: root, stdio: 'inherit' })
bindgen(root, 'examples/page_backend.wasm', vendor, 'page_backend', '--no-typescript')
optimize(['-Os'], wasm, `${wasm}.opt`)
renameSync(`${wasm}.opt`, wasm)
