// The text that pkg/inline.mjs makes of the module → its bytes.

import unpacker from './unpack.wat'

export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const module = new WebAssembly.Module(Uint8Array.from(atob(unpacker), (letter) => letter.charCodeAt(0)))
  const { memory, unpack } = new WebAssembly.Instance(module).exports as { memory: WebAssembly.Memory; unpack(length: number): number }
  const bytes = new Uint8Array(memory.buffer as ArrayBuffer)
  const { written } = new TextEncoder().encodeInto(text, bytes)
  return bytes.subarray(0, unpack(written))
}
