import { useEffect } from 'react'
import { useAIStreamHandler } from 'ai-stream-handler/react'
import { address, earlier, List, show } from './parts.jsx'

function Chat() {
  const h = useAIStreamHandler({ url: address })
  useEffect(() => {
    if (earlier.length) h.load({ sessionId: null, messages: earlier })
    globalThis.start = () => void h.send('hello')
  }, [])
  return <List messages={h.messages} />
}

show(Chat)
