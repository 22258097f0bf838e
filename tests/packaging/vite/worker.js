import { createStreamHandler } from 'ai-stream-handler'
import { feed } from './feed.js'

const handler = createStreamHandler({ notify: 'sync' })
void feed(handler).then(() => postMessage(handler.getSnapshot().messages.at(-1).content))
