import { StrictMode } from 'react'
import { renderToString } from 'react-dom/server'
import { Chat } from './chat.jsx'

// Whoever asks for WebAssembly while a page is rendered has made something that nobody will dispose of.
globalThis.WebAssembly = new Proxy(WebAssembly, { get: (_, key) => { throw new Error(`rendering asked for WebAssembly.${String(key)}`) } })
console.log(JSON.stringify(renderToString(<StrictMode><Chat /></StrictMode>)))
