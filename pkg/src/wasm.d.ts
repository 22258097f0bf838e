// The build inlines the module as base64 (pkg/build.mjs).
declare module '*.wasm' {
  const base64: string
  export default base64
}
