// Starts the module at first use, and says plainly why it cannot.

import { Core, initSync } from '../generated/core'
import type { CoreClass } from './handler'

let started = false

/** Compiles `bytes` the first time. */
export function startWith(bytes: () => BufferSource | WebAssembly.Module): CoreClass {
  if (!started) {
    if (typeof WebAssembly !== 'object') {
      throw new Error('ai-stream-handler needs WebAssembly, which this browser does not have or has switched off.')
    }
    try {
      initSync({ module: bytes() })
    } catch (error) {
      throw explain(error)
    }
    started = true
  }
  return Core
}

function explain(error: unknown): unknown {
  const refused = error instanceof Error && /content security policy|unsafe-eval|wasm code generation/i.test(error.message)
  if (!refused) return error
  return new Error(
    "ai-stream-handler: the page's Content-Security-Policy forbids WebAssembly. Add 'wasm-unsafe-eval' to its script-src.",
    { cause: error },
  )
}
