'use client'
import { useEffect } from 'react'
import { useAIStreamHandler, useStreamSlice } from 'ai-stream-handler/react'
import { feed, recorded } from './feed.js'

/** The five-minute start. Fed with a recording in place of a server; with `?send` in the address it waits for the button. */
export function Chat() {
  const h = useAIStreamHandler({ agent: 'assistant', fetch: recorded })
  const status = useStreamSlice(h, (s) => s.status)
  useEffect(() => {
    if (location.search !== '?send') void feed(h)
  }, [])
  return (
    <section>
      <p id="status">{status}</p>
      <p id="answer">{h.messages.at(-1)?.content ?? ''}</p>
      <button id="send" onClick={() => h.send('hello')}>Send</button>
    </section>
  )
}
