// For those who host the module themselves.
import { createStreamHandler, init } from 'ai-stream-handler/slim'
import address from 'ai-stream-handler/core.wasm?url'
import { feed } from './feed.js'

await init(address)
const handler = createStreamHandler({ notify: 'sync' })
await feed(handler)
document.getElementById('slim').textContent = handler.getSnapshot().messages.at(-1).content
