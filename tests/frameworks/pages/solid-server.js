import { renderToString } from 'solid-js/web'
import { createAIStreamHandler } from 'ai-stream-handler/solid'

console.log(renderToString(() => createAIStreamHandler({ agent: 'a' }).status))
