// A server component: the package runs on the server too, at each request.
import { createStreamHandler } from 'ai-stream-handler'
import { Chat } from './Chat.jsx'
import { small } from './feed.js'

export const dynamic = 'force-dynamic'

export default function Page() {
  const handler = createStreamHandler({ notify: 'sync' })
  const answer = small(handler, 'from the server')
  handler.dispose()
  return <main><p id="server">{answer}</p><Chat /></main>
}
