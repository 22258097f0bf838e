import { memo, StrictMode, createElement as h } from 'react'
import { createRoot, hydrateRoot } from 'react-dom/client'
import { MessageBlocks, useAIStreamHandler, useMessage, useMessageIds, useStreamSlice } from 'ai-stream-handler/react'
import { BLOCKS, CONTAINERS, draw, register, seen, shown, start } from './page.js'

const Block = ({ children, kind, open }) => <p className="block" data-kind={kind} data-open={open}>{draw(children)}</p>

const Message = memo(function Message({ handler, id, inBlocks, container }) {
  const message = useMessage(handler, id)
  if (inBlocks) return <li>{message && <MessageBlocks message={message} render={Block} container={container} />}</li>
  return <li data-role={message?.role}>{seen(id, message)}</li>
})

export function Chat({ options, name }) {
  const { handler } = useAIStreamHandler(options)
  register(name, handler)
  const { status, activity, error, pause } = useStreamSlice(handler, (s) => ({ status: s.status, activity: s.retry?.message ?? s.activityStatus, error: s.error?.message, pause: s.pause?.message }))
  return <section><p className="status">{status}</p><p className="activity">{shown(activity)}</p><p className="error">{shown(error)}</p><p className="pause">{shown(pause)}</p>
    <ul>{useMessageIds(handler).map((id) => <Message key={id} handler={handler} id={id} inBlocks={name === BLOCKS || name === CONTAINERS} container={name === CONTAINERS ? 'section' : undefined} />)}</ul></section>
}

if (typeof document !== 'undefined') {
  const tree = (options, name) => <StrictMode><Chat options={options} name={name} /></StrictMode>
  start((element, options, name) => {
    const root = createRoot(element)
    root.render(tree(options, name))
    return () => root.unmount()
  }, (element, options, name) => {
    const root = hydrateRoot(element, tree(options, name), { onRecoverableError: (error) => console.error(String(error)) })
    return () => root.unmount()
  })
}
