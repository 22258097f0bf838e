// A page that draws an answer's Markdown, in one of several ways (?renderer=). `globalThis.blocks` counts the texts that a Markdown
// pipeline was given.
import { memo, useEffect } from 'react'
import Markdown from 'react-markdown'
import remarkGfm from 'remark-gfm'
import { Streamdown } from 'streamdown'
import { MessageBlocks, useAIStreamHandler } from 'ai-stream-handler/react'
import { address, show } from './parts.jsx'

globalThis.blocks = 0
const gfm = [remarkGfm]
const Plain = ({ children }) => { globalThis.blocks++; return <Markdown remarkPlugins={gfm}>{children}</Markdown> }

const renderers = {
  plain: ({ message }) => <Plain>{message.content}</Plain>,
  blocks: ({ message }) => <MessageBlocks message={message} render={Plain} />,
  streamdown: ({ message }) => <Streamdown>{message.content}</Streamdown>,
}

const renderer = renderers[new URLSearchParams(location.search).get('renderer')]
/** The server sends more when it hears that the text is drawn. */
const inStep = new URLSearchParams(location.search).get('rate') === 'step' ? new WebSocket(location.origin.replace('http', 'ws')) : undefined
// React's profiling build would count commits, too, but writes to the trace for each component.
const Message = memo(({ message }) => {
  useEffect(() => {
    globalThis.commits++
    globalThis.drawnLength = message.content.length
    if (inStep) requestAnimationFrame(() => inStep.send(''))
  }, [message])
  return renderer({ message })
})

show(function Chat() {
  const h = useAIStreamHandler({ url: address })
  useEffect(() => { globalThis.start = () => void h.send('hello') }, [])
  useEffect(() => { globalThis.status = h.status })
  return h.messages.filter(({ role }) => role === 'agent').map((message) => <article key={message.id}><Message message={message} /></article>)
})
