import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createStreamHandler, init } from 'ai-stream-handler/slim'
import address from 'ai-stream-handler/core.wasm?url'
import { Chat } from './Chat.jsx'
import { feed } from './feed.js'

createRoot(document.getElementById('root')).render(<StrictMode><Chat /></StrictMode>)

const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
worker.onmessage = ({ data }) => (document.getElementById('worker').textContent = data)

await init(address)
const handler = createStreamHandler({ notify: 'sync' })
await feed(handler)
document.getElementById('slim').textContent = handler.getSnapshot().messages.at(-1).content
