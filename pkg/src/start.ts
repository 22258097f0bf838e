// Starts the module at first use, and says plainly why it cannot.

import { Core, initSync } from '../generated/core'
import type { CoreClass } from './handler'

let started = false
let memory: WebAssembly.Memory
let view = new Uint8Array()

/** The module's memory as it is now: it moves when it grows. */
export function memoryOfModule(): Uint8Array {
  if (view.length === 0) view = new Uint8Array(memory.buffer)
  return view
}

/** Compiles `bytes` the first time. */
export function startWith(bytes: () => BufferSource | WebAssembly.Module): CoreClass {
  if (!started) {
    needWebAssembly()
    try {
      const exported = Object.values(initSync({ module: bytes() }) as object)
      memory = exported.find((value) => value instanceof WebAssembly.Memory) as WebAssembly.Memory
    } catch (error) {
      throw explained(error)
    }
    started = true
  }
  return Core
}

/** Throws where there is none. */
export function needWebAssembly(): void {
  if (typeof WebAssembly !== 'object') {
    throw new Error('ai-stream-handler needs WebAssembly, which this browser does not have or has switched off.')
  }
}

/** What kept the module from being compiled, in words that say what to do. */
export function explained(error: unknown): unknown {
  const refused = error instanceof Error && /content security policy|unsafe-eval|wasm code generation/i.test(error.message)
  if (!refused) return error
  const isPage = 'document' in globalThis || 'importScripts' in globalThis
  return new Error(isPage
    ? "ai-stream-handler: the page's Content-Security-Policy forbids WebAssembly. Add 'wasm-unsafe-eval' to its script-src."
    : "ai-stream-handler: this runtime compiles no code. Take 'ai-stream-handler/slim', and give the module of 'ai-stream-handler/core.wasm' to its init().",
    { cause: error },
  )
}
