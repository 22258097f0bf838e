// The part of a Response that the core reads: src/wasm/transport.rs. Internal: not exported from the package.

export interface ReadableResponse {
  status: number
  headers: Headers
  body: { getReader(): ByteReader } | null
}

export interface ByteReader {
  read(): Promise<{ done: boolean; value?: Uint8Array }>
  cancel(): Promise<unknown>
}
