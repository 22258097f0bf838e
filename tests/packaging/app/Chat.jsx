'use client'
import { useEffect } from 'react'
import { useAIStreamHandler, useStreamSlice } from 'ai-stream-handler/react'
import { feed } from './feed.js'

/** The five-minute start, fed with a recording in place of a server. */
export function Chat() {
  const h = useAIStreamHandler({ agent: 'assistant' })
  const status = useStreamSlice(h, (s) => s.status)
  useEffect(() => void feed(h), [])
  return (
    <section>
      <p id="status">{status}</p>
      <p id="answer">{h.messages.at(-1)?.content ?? ''}</p>
    </section>
  )
}
