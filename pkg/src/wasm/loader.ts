// Starts the WebAssembly module, once per page, and explains why if it cannot.

import { Blocks, Core, initSync } from '../../generated/core'

export type CoreClass = typeof Core

/** Where the module comes from: inlined (inlined-wasm.ts) or hosted by the page (handler/create-hosted.ts). */
export interface ModuleSource {
  /** Throws if the module is not available or nothing can be compiled here. Cheap. */
  check(): void
  module(): BufferSource | WebAssembly.Module
}

let isStarted = false
/** Of the last handler: for what belongs to none. */
let lastSource: ModuleSource | undefined
let compiled: WebAssembly.Module | undefined
let memory: WebAssembly.Memory
let view = new Uint8Array()

/** The module's memory. Do not keep it: growing the memory detaches it. */
export function moduleMemory(): Uint8Array {
  if (view.length === 0) view = new Uint8Array(memory.buffer)
  return view
}

/** `count` numbers of the module's memory from `address` on. Do not keep them. */
export function moduleNumbers(address: number, count: number): Float64Array {
  return new Float64Array(memory.buffer, address, count)
}

/** Throws if the module cannot be started, without starting it. */
export function assertModuleUsable(source: ModuleSource): void {
  lastSource = source
  if (isStarted) return
  assertWebAssembly()
  try {
    source.check()
  } catch (error) {
    throw explainCompileError(error)
  }
}

/** Compiles the module off the main thread. Whoever needs it meanwhile does not wait for this, but compiles it synchronously. */
export async function compileInBackground(source: ModuleSource): Promise<void> {
  const given = isStarted ? undefined : source.module()
  // Hosted modules are compiled already.
  if (!given || given instanceof WebAssembly.Module) return
  const ready = await WebAssembly.compile(given)
  if (!isStarted) compiled = ready
}

/** Starts the module if it is not running yet. Throws if it cannot be started. */
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

/** What splits Markdown into blocks. Starts the module, if a handler was created. */
export function splitterClass(): typeof Blocks {
  if (!isStarted) startModule(lastSource!)
  return Blocks
}

/** Throws if there is no WebAssembly. */
export function assertWebAssembly(): void {
  if (typeof WebAssembly !== 'object') {
    throw new Error('ai-stream-handler needs WebAssembly, which this browser does not have or has switched off.')
  }
}

/** If a policy forbids compiling, an error that says how to allow it; otherwise `error` itself. */
export function explainCompileError(error: unknown): unknown {
  const isForbidden = error instanceof Error && /content security policy|unsafe-eval|wasm code generation/i.test(error.message)
  if (!isForbidden) return error
  const isPage = 'document' in globalThis || 'importScripts' in globalThis
  return new Error(isPage
    ? "ai-stream-handler: the page's Content-Security-Policy forbids WebAssembly. Add 'wasm-unsafe-eval' to its script-src."
    : "ai-stream-handler: this runtime compiles no code. Take 'ai-stream-handler/slim', and give the module of 'ai-stream-handler/core.wasm' to its init().",
    { cause: error },
  )
}
