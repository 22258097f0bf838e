// The text that pkg/inline.mjs makes of the module → its bytes.

import unpacker from './unpack.wat'
import type { ModuleSource } from './loader'

export function inlinedSource(text: string): ModuleSource {
  let compiled: WebAssembly.Module | undefined
  const check = () => (compiled ??= new WebAssembly.Module(Uint8Array.from(atob(unpacker), (letter) => letter.charCodeAt(0))))
  return {
    check,
    module() {
      const { memory, unpack } = new WebAssembly.Instance(check()).exports as { memory: WebAssembly.Memory; unpack(length: number): number }
      const bytes = new Uint8Array(memory.buffer as ArrayBuffer)
      const { written } = new TextEncoder().encodeInto(text, bytes)
      return bytes.subarray(0, unpack(written))
    },
  }
}
