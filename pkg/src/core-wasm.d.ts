/** The compiled module, as bundlers and edge runtimes import a .wasm file. Pass it to `init` of 'ai-stream-handler/slim'. */
declare const module: WebAssembly.Module
export default module
