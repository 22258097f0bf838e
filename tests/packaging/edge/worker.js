// A worker of an edge runtime that compiles no code at run time: the module comes compiled.
import { createStreamHandler as inlined } from 'ai-stream-handler'
import { createStreamHandler, init } from 'ai-stream-handler/slim'
import module from 'ai-stream-handler/core.wasm'
import { small } from './feed.js'

export default {
  async fetch(request) {
    if (new URL(request.url).pathname === '/inlined') {
      try {
        return new Response(small(inlined({ notify: 'sync' }), 'compiled at run time'))
      } catch (error) {
        return new Response(error.message, { status: 500 })
      }
    }
    await init(module)
    const handler = createStreamHandler({ notify: 'sync' })
    const text = small(handler, 'from the edge')
    handler.dispose()
    return new Response(text)
  },
}
