// The build inlines the module as a text (pkg/inline.mjs).
declare module '*.wasm' {
  const text: string
  export default text
}
