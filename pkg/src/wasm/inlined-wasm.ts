// The module inlined as text (pkg/inline.mjs) → its bytes. Nothing is decoded before the module is needed.

import unpacker from './unpack.wat'
import type { ModuleSource } from './loader'

// Where unpack.wat has the text and the module.
const TEXT = 32 << 10, MODULE = 512 << 10

/** A source that unpacks `text`. */
export function inlinedSource(text: string): ModuleSource {
  let compiled: WebAssembly.Module | undefined
  // The unpacker is small enough to be compiled at once, and tells whether anything can be compiled here.
  const check = () => (compiled ??= new WebAssembly.Module(Uint8Array.from(atob(unpacker), (char) => char.charCodeAt(0))))
  return {
    check,
    module() {
      const { memory, unpack } = new WebAssembly.Instance(check()).exports as { memory: WebAssembly.Memory; unpack(length: number): number }
      const bytes = new Uint8Array(memory.buffer as ArrayBuffer)
      const { written } = new TextEncoder().encodeInto(text, bytes.subarray(TEXT))
      return bytes.subarray(MODULE, MODULE + unpack(written))
    },
  }
}
