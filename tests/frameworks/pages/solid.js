import { createComponent, createEffect, createRoot, mapArray } from 'solid-js'
import { insert } from 'solid-js/web'
import { createAIStreamHandler, MessageBlocks } from 'ai-stream-handler/solid'
import { BLOCKS, draw, register, seen, shown, start } from './page.js'

// Elements by hand: what Solid's compiler makes of JSX.
const element = (tag, text, attributes = {}) => {
  const made = Object.assign(document.createElement(tag), attributes)
  createEffect(() => (made.textContent = text()))
  return made
}

function Block(props) {
  const block = element('p', () => draw(props.children), { className: 'block' })
  createEffect(() => Object.assign(block.dataset, { kind: props.kind, open: props.open }))
  return block
}

function Message({ stream, id, inBlocks }) {
  const message = stream.message(id)
  if (inBlocks) {
    const item = document.createElement('li')
    insert(item, createComponent(MessageBlocks, { get message() { return message() }, render: Block }))
    return item
  }
  const item = element('li', () => seen(id, message()))
  createEffect(() => (item.dataset.role = message()?.role))
  return item
}

function Chat({ options, name }) {
  const stream = createAIStreamHandler(options)
  register(name, stream)
  const list = document.createElement('ul')
  const items = mapArray(() => stream.messageIds, (id) => Message({ stream, id, inBlocks: name === BLOCKS }))
  createEffect(() => list.replaceChildren(...items()))
  const section = document.createElement('section')
  section.append(
    element('p', () => stream.status, { className: 'status' }), element('p', () => shown(stream.retry?.message ?? stream.activityStatus), { className: 'activity' }),
    element('p', () => shown(stream.error?.message), { className: 'error' }), element('p', () => shown(stream.pause?.message), { className: 'pause' }), list,
  )
  return section
}

start((target, options, name) => createRoot((dispose) => {
  target.append(Chat({ options, name }))
  return () => (dispose(), target.replaceChildren())
}))
