// A page that draws an answer's Markdown, in one of several ways (?renderer=). `globalThis.blocks` counts the texts that a Markdown
// pipeline was given, `globalThis.commits` how often the answer's elements have changed.
import { memo, useEffect, useLayoutEffect } from 'react'
import Markdown from 'react-markdown'
import remarkGfm from 'remark-gfm'
import { Streamdown } from 'streamdown'
import { MessageBlocks, useAIStreamHandler } from 'ai-stream-handler/react'
import { address, show } from './parts.jsx'

const query = new URLSearchParams(location.search)
globalThis.blocks = 0
const gfm = [remarkGfm]
const Plain = ({ children }) => { globalThis.blocks++; return <Markdown remarkPlugins={gfm}>{children}</Markdown> }

const renderers = {
  // What receiving costs.
  nothing: () => null,
  plain: ({ message }) => <Plain>{message.content}</Plain>,
  blocks: ({ message }) => <MessageBlocks message={message} render={Plain} />,
  // With the style that docs/markdown.md gives.
  containers: ({ message }) => <MessageBlocks message={message} render={Plain} container="section" />,
  streamdown: ({ message }) => <Streamdown>{message.content}</Streamdown>,
  'streamdown-blocks': ({ message }) => <Streamdown parseIncompleteMarkdown={false} parseMarkdownIntoBlocksFn={() => message.blocks.map(({ text }) => text)}>{message.content}</Streamdown>,
}

const Answer = renderers[query.get('renderer')]
/** The server sends more when it hears that the text is drawn. */
const inStep = query.get('rate') === 'step' ? new WebSocket(location.origin.replace('http', 'ws')) : undefined

/** What is new of the message is not drawn yet. Streamdown draws it in a later commit, and some of it changes nothing to see. */
let isDue = false
let fallback
function isDrawn() {
  if (!isDue) return
  isDue = false
  clearTimeout(fallback)
  requestAnimationFrame(() => inStep.send(''))
}

const Message = memo(({ message }) => {
  useLayoutEffect(() => {
    globalThis.drawnLength = message.content.length
    if (!inStep) return
    isDue = true
    clearTimeout(fallback)
    fallback = setTimeout(isDrawn, 100)
  }, [message])
  return <Answer message={message} />
})

show(function Chat() {
  const h = useAIStreamHandler({ url: address, notify: query.has('notify') ? Number(query.get('notify')) : 'frame' })
  useEffect(() => { globalThis.start = () => void h.send('hello') }, [])
  useEffect(() => { globalThis.status = h.status })
  return h.messages.filter(({ role }) => role === 'agent').map((message) => <article key={message.id}><Message message={message} /></article>)
})

new MutationObserver(() => {
  globalThis.commits++
  globalThis.changedAt = performance.now()
  // As a chat does.
  scrollTo(0, 1e7)
  if (inStep) isDrawn()
}).observe(document.getElementById('root'), { subtree: true, childList: true, characterData: true })
