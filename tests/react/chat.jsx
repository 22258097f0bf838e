// What is rendered on a server, and then hydrated.
import { useAIStreamHandler, useStreamSlice } from 'ai-stream-handler/react'

export function Chat() {
  const h = useAIStreamHandler({ agent: 'a' })
  const status = useStreamSlice(h, (s) => s.status)
  return <main>{status} {h.messages.length} {typeof h.send}</main>
}
