// Starts the module, once, and says plainly why it cannot.

import { Core, initSync } from '../../generated/core'

export type CoreClass = typeof Core

/** Where the module is to be had. */
export interface ModuleSource {
  /** Throws where nothing can be compiled. */
  check(): void
  module(): BufferSource | WebAssembly.Module
}

let isStarted = false
let compiled: WebAssembly.Module | undefined
let memory: WebAssembly.Memory
let view = new Uint8Array()

/** The module's memory as it is now: it moves when it grows. */
export function moduleMemory(): Uint8Array {
  if (view.length === 0) view = new Uint8Array(memory.buffer)
  return view
}

/** Throws where the module could not be started, and does not start it. */
export function assertModuleUsable(source: ModuleSource): void {
  if (isStarted) return
  assertWebAssembly()
  try {
    source.check()
  } catch (error) {
    throw explainCompileError(error)
  }
}

/** Compiles the module beside the page's own thread; what it is needed for meanwhile does not wait for it. */
export async function compileInBackground(source: ModuleSource): Promise<void> {
  const given = isStarted ? undefined : source.module()
  // What was compiled by those who host it is there already.
  if (!given || given instanceof WebAssembly.Module) return
  const ready = await WebAssembly.compile(given)
  // Who was started meanwhile has compiled for themselves.
  if (!isStarted) compiled = ready
}

/** Starts the module, if nobody has. */
export function startModule(source: ModuleSource): CoreClass {
  if (!isStarted) {
    assertModuleUsable(source)
    try {
      const exported = Object.values(initSync({ module: compiled ?? source.module() }) as object)
      memory = exported.find((value) => value instanceof WebAssembly.Memory) as WebAssembly.Memory
    } catch (error) {
      throw explainCompileError(error)
    }
    isStarted = true
    compiled = undefined
  }
  return Core
}

/** Throws where there is none. */
export function assertWebAssembly(): void {
  if (typeof WebAssembly !== 'object') {
    throw new Error('ai-stream-handler needs WebAssembly, which this browser does not have or has switched off.')
  }
}

/** What kept the module from being compiled, in words that say what to do. */
export function explainCompileError(error: unknown): unknown {
  const refused = error instanceof Error && /content security policy|unsafe-eval|wasm code generation/i.test(error.message)
  if (!refused) return error
  const isPage = 'document' in globalThis || 'importScripts' in globalThis
  return new Error(isPage
    ? "ai-stream-handler: the page's Content-Security-Policy forbids WebAssembly. Add 'wasm-unsafe-eval' to its script-src."
    : "ai-stream-handler: this runtime compiles no code. Take 'ai-stream-handler/slim', and give the module of 'ai-stream-handler/core.wasm' to its init().",
    { cause: error },
  )
}
