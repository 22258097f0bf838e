// The usual way, written for this comparison: braces are counted from the start of the buffer at each chunk, and each token is put
// into a copy of all messages and drawn at once.
import { useEffect, useState } from 'react'
import { flushSync } from 'react-dom'
import { address, earlier, List, show } from './parts.jsx'

/** Every complete object at the front of `buffer` goes to `found`; what is left. */
function objectsOf(buffer, found) {
  for (;;) {
    const start = buffer.indexOf('{')
    if (start < 0) return buffer
    let depth = 0, quoted = false, end = -1
    for (let at = start; at < buffer.length; at++) {
      const letter = buffer[at]
      if (quoted && letter === '\\') at++
      else if (letter === '"') quoted = !quoted
      else if (!quoted && letter === '{') depth++
      else if (!quoted && letter === '}' && --depth === 0) {
        end = at
        break
      }
    }
    if (end < 0) return buffer
    found(JSON.parse(buffer.slice(start, end + 1)))
    buffer = buffer.slice(end + 1)
  }
}

function Chat() {
  const [messages, setMessages] = useState(earlier)
  useEffect(() => {
    globalThis.start = async () => {
      setMessages((before) => [...before, { id: 'user', role: 'user', content: 'hello' }, { id: 'answer', role: 'agent', content: '' }])
      const form = new FormData()
      form.set('message', 'hello')
      const reader = (await fetch(address, { method: 'POST', body: form })).body.getReader()
      const decoder = new TextDecoder()
      let buffer = ''
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return
        buffer = objectsOf(buffer + decoder.decode(value, { stream: true }), ({ event, content }) => {
          if (event !== 'RunContent') return
          flushSync(() => setMessages((before) => {
            const copy = [...before]
            const last = copy.at(-1)
            copy[copy.length - 1] = { ...last, content: last.content + content }
            return copy
          }))
        })
      }
    }
  }, [])
  return <List messages={messages} />
}

show(Chat)
