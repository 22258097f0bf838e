/** Sessions this page has seen and those its backend stores; a click opens one as stored. A failed run marks its session and never removes it. */
import { el, keyedList, setText, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'

/** `open(id)` resolves once the session is shown, or rejects with the reason. `startNew()` starts a new chat. `canOpen()`: whether a backend stores sessions. */
export function createSessionList({ open, startNew, canOpen }) {
  const list = el('ul', { class: 'sessions', testid: 'stored' })
  const note = el('p', { class: 'group-note', role: 'status', testid: 'sessions-note' })
  const newChat = el('button', { type: 'button', class: 'quiet', testid: 'new-chat', onclick: startNew }, icon('text'), 'New chat')
  const node = el('section', { 'aria-labelledby': 'sessions-title', hidden: true },
    el('div', { class: 'side-head' }, el('h2', { id: 'sessions-title' }, 'Sessions'), newChat), list, note)
  const draw = keyedList(list, () => createSession(choose), (session) => session.session_id)

  async function choose(id) {
    setText(note, 'Opening…')
    try {
      await open(id)
      setText(note, '')
    } catch (error) {
      setText(note, error.message)
    }
  }

  return {
    node,
    /** Why the list could not be loaded, or ''. */
    setNote: (text) => setText(note, text),
    update({ sessions, sessionId }) {
      draw(sessions)
      show(node, sessions.length > 0 || canOpen())
      show(newChat, canOpen())
      for (const row of list.children) {
        const button = row.firstChild
        row.toggleAttribute('data-current', row.dataset.id === sessionId)
        button.disabled = !canOpen()
        if (row.dataset.id === sessionId) button.setAttribute('aria-current', 'true')
        else button.removeAttribute('aria-current')
      }
    },
  }
}

function createSession(choose) {
  const name = el('span', { class: 'session-name', dir: 'auto' })
  const outcome = el('span', { class: 'session-outcome' })
  const button = el('button', { type: 'button', class: 'session', onclick: () => choose(node.dataset.id) }, name, outcome)
  const node = el('li', {}, button)
  return {
    node,
    update(session) {
      const ended = session.failed ? 'failed' : (session.lastOutcome ?? '')
      node.dataset.id = session.session_id
      node.dataset.outcome = ended
      setText(name, session.session_name || 'Untitled')
      setText(outcome, ended || ago(session.updated_at ?? session.created_at))
    },
  }
}

function ago(time) {
  const minutes = time > 0 ? Math.floor((Date.now() / 1000 - time) / 60) : NaN
  if (!(minutes >= 0)) return ''
  if (minutes < 1) return 'now'
  if (minutes < 60) return `${minutes} min`
  return minutes < 1440 ? `${Math.floor(minutes / 60)} h` : new Date(time * 1000).toLocaleDateString([], { day: 'numeric', month: 'short' })
}
