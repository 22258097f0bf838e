// What the pages have in common: earlier messages, how a message is drawn, and how often React commits.
import { memo, Profiler } from 'react'
import { createRoot } from 'react-dom/client'

const query = new URLSearchParams(location.search)
export const address = `/${query.get('protocol')}?${query}`

/** So many earlier messages of two thousand characters. */
export const earlier = Array.from({ length: Number(query.get('earlier')) }, (_, at) => ({
  id: `old-${at}`, role: at % 2 ? 'agent' : 'user', content: `Message ${at}. `.repeat(150).slice(0, 2000),
}))

export const Message = memo(({ content, role }) => <article data-role={role}>{content}</article>)

export const List = ({ messages }) => messages.map(({ id, role, content }) => <Message key={id} role={role} content={content} />)

/** Shows the page; `globalThis.start` begins the answer, `globalThis.commits` counts. */
export function show(Chat) {
  globalThis.commits = 0
  createRoot(document.getElementById('root')).render(<Profiler id="page" onRender={() => globalThis.commits++}><Chat /></Profiler>)
}
