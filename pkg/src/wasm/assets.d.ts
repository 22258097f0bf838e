// The build inlines the module as a text (pkg/inline.mjs), and what unpacks it in base64.
declare module '*.wasm' {
  const text: string
  export default text
}
declare module '*.wat' {
  const base64: string
  export default base64
}
