// What pkg/build.mjs makes of these imports: core.wasm as text (pkg/inline.mjs), the unpacker in base64.
declare module '*.wasm' {
  const text: string
  export default text
}
declare module '*.wat' {
  const base64: string
  export default base64
}
