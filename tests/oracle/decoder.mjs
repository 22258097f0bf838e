// Our decoder alone (examples/decoder.rs), built for a page or for Node.
import { execFileSync } from 'node:child_process'
import { bindgen } from '../../scripts/wasm.mjs'
import { root } from '../package/support.mjs'

/** Writes `decoder.js` and its module into `folder`. */
export function buildDecoder(folder) {
  execFileSync('cargo', ['build', '--release', '--quiet', '--target', 'wasm32-unknown-unknown', '--example', 'decoder'], { cwd: root, stdio: 'inherit' })
  bindgen(root, 'examples/decoder.wasm', folder, 'decoder', '--no-typescript')
}
