// A page that draws an answer's Markdown, in one of several ways (?renderer=). `globalThis.blocks` counts the texts that a Markdown
// pipeline was given.
import { memo, useEffect } from 'react'
import Markdown from 'react-markdown'
import rehypeRaw from 'rehype-raw'
import rehypeSanitize from 'rehype-sanitize'
import remarkGfm from 'remark-gfm'
import { Streamdown } from 'streamdown'
import { MessageBlocks, useAIStreamHandler } from 'ai-stream-handler/react'
import { address, show } from './parts.jsx'

globalThis.blocks = 0
const gfm = [remarkGfm]
const agentUI = { remarkPlugins: gfm, rehypePlugins: [rehypeRaw, rehypeSanitize] }
const Plain = ({ children }) => { globalThis.blocks++; return <Markdown remarkPlugins={gfm}>{children}</Markdown> }
const AgentUIBlock = ({ children }) => { globalThis.blocks++; return <Markdown {...agentUI}>{children}</Markdown> }

const renderers = {
  plain: ({ message }) => <Plain>{message.content}</Plain>,
  blocks: ({ message }) => <MessageBlocks message={message} render={Plain} />,
  streamdown: ({ message }) => <Streamdown>{message.content}</Streamdown>,
  // As agent-ui's MarkdownRenderer: everything anew in each render.
  'agent-ui': ({ message }) => { globalThis.blocks++; return <Markdown remarkPlugins={[remarkGfm]} rehypePlugins={[rehypeRaw, rehypeSanitize]} components={{}}>{message.content}</Markdown> },
  'agent-ui-blocks': ({ message }) => <MessageBlocks message={message.content} render={AgentUIBlock} />,
}
const Message = memo(renderers[new URLSearchParams(location.search).get('renderer')])

show(function Chat() {
  const h = useAIStreamHandler({ url: address })
  useEffect(() => { globalThis.start = () => void h.send('hello') }, [])
  useEffect(() => { globalThis.status = h.status })
  return h.messages.filter(({ role }) => role === 'agent').map((message) => <article key={message.id}><Message message={message} /></article>)
})
