/** The sessions that the backend keeps, as `GET /sessions` lists them. */
import { el, show } from './dom.js'

const KEEPS = {
  server: 'Kept by the server: they are there after a refresh.',
  page: 'Kept for as long as this page lives.',
}

export function createStored() {
  const list = el('ul', { class: 'sessions', testid: 'stored' })
  const note = el('p', { class: 'group-note' })
  const node = el('section', { 'aria-labelledby': 'stored-title', hidden: true }, el('h2', { id: 'stored-title' }, 'Stored sessions'), note, list)
  return {
    node,
    /** Asks `backend` again; `null`: there is none. */
    async update(backend) {
      const sessions = backend === null ? [] : (await (await backend.fetch('/sessions?limit=8')).json()).data
      show(node, sessions.length > 0)
      note.textContent = KEEPS[backend?.where] ?? ''
      list.replaceChildren(...sessions.map(row))
    },
  }
}

function row({ session_id: id, session_name: name, updated_at: at }) {
  return el('li', { 'data-id': id }, el('span', { class: 'session-name', dir: 'auto' }, name || 'Untitled'),
    el('time', { class: 'session-outcome', datetime: at }, new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })))
}
