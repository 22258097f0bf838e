/** The module, as bundlers and edge runtimes import it: for `init` of `ai-stream-handler/slim`. */
declare const module: WebAssembly.Module
export default module
