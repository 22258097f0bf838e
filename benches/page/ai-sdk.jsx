import { useEffect } from 'react'
import { useChat } from '@ai-sdk/react'
import { DefaultChatTransport } from 'ai'
import { address, earlier, List, show } from './parts.jsx'

const before = earlier.map(({ id, role, content }) => ({ id, role: role === 'user' ? 'user' : 'assistant', parts: [{ type: 'text', text: content }] }))

function Chat() {
  const { messages, sendMessage } = useChat({ messages: before, transport: new DefaultChatTransport({ api: address }) })
  useEffect(() => { globalThis.start = () => void sendMessage({ text: 'hello' }) }, [])
  return <List messages={messages.map(({ id, role, parts }) => ({ id, role, content: parts.map((part) => (part.type === 'text' ? part.text : '')).join('') }))} />
}

show(Chat)
