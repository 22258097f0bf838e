// What a page in production renders, where React does not freeze props: run by recipes.test.mjs with NODE_ENV=production. Prints, for a
// renderer that takes only the text and for one that reads `open`, how often each token had it called, and what is open in the end.
import { frame } from '../package/support.mjs'

const folder = process.argv[2]
const load = async (name) => import(`${folder}/load-${name.replaceAll('/', '-')}.mjs`)
const { JSDOM } = await load('jsdom')
const dom = new JSDOM('<!doctype html><main></main>', { pretendToBeVisual: true })
Object.assign(globalThis, { window: dom.window, document: dom.window.document })
const React = (await load('react')).default
const { createRoot } = await load('react-dom/client')
const { flushSync } = await load('react-dom')
const { createStreamHandler } = await load('ai-stream-handler')
const { MessageBlocks } = await load('ai-stream-handler/react')

const ids = { run_id: 'r', session_id: 's', agent_id: 'a', agent_name: 'Agent' }
const tokens = ['# A', ' head', '\n\n', 'A ', '**paragraph', '** that\n', 'goes on', '\n\nnext', '\n\n- a', '\n- b', '\n\n```js\n', 'let a\n', '```\n\n', 'end']

/** `reads`: takes `open` from a block's props when the page is done, or when it renders. */
function run(reads) {
  let count = 0
  const seen = new Map()
  const Block = reads === 'later'
    ? (props) => (count++, seen.set(props.children, () => props.open), props.children)
    : reads ? ({ children, open }) => (count++, seen.set(children, () => open), children) : ({ children }) => (count++, children)
  const handler = createStreamHandler({ notify: 'sync' })
  const root = createRoot(document.querySelector('main'))
  const draw = () => {
    count = 0
    flushSync(() => root.render(React.createElement(MessageBlocks, { message: handler.getSnapshot().messages.at(-1), render: Block })))
    return count
  }
  handler.begin('hello')
  handler.feed(frame('RunStarted', ids))
  const counts = tokens.map((content) => (handler.feed(frame('RunContent', { ...ids, content })), draw()))
  handler.feed(frame('RunCompleted', { ...ids, content: tokens.join('') }))
  handler.end()
  counts.push(draw())
  const { blocks } = handler.getSnapshot().messages.at(-1)
  const open = blocks.map(({ text }) => seen.get(text.trimEnd())?.())
  flushSync(() => root.unmount())
  handler.dispose()
  return { counts, open }
}

console.log(JSON.stringify({ text: run(false), open: run(true), later: run('later') }))
process.exit(0)
