import { useState } from 'react'
import useAIStreamHandler from '@/hooks/useAIStreamHandler'
import { useCancelRun } from '@/hooks/useCancelRun'
import { useStore } from '@/store'

export default function ChatInput() {
  const { handleStreamResponse } = useAIStreamHandler()
  const stop = useCancelRun()
  const { isStreaming, chatInputRef } = useStore()
  const [text, setText] = useState('')
  const send = () => {
    if (!text.trim() || isStreaming) return
    setText('')
    void handleStreamResponse(text)
  }
  return (
    <footer>
      <textarea
        aria-label="Message" ref={chatInputRef} value={text} placeholder="Ask anything"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey) return
          event.preventDefault()
          send()
        }}
      />
      {isStreaming ? <button onClick={stop}>Stop</button> : <button onClick={send}>Send</button>}
    </footer>
  )
}
