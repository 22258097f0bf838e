/** Sessions this page has seen and those its backend stores; a click opens one as stored. A failed run marks its session and never removes it. */
import { timeOrDate } from '../ui/clock.js'
import { el, keyedList, setText, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'

/** `open(id)` resolves once the session is shown, or rejects with the reason. `startNew()` starts a new chat. `canOpen()`: whether a backend stores sessions. */
export function createSessionList({ open, startNew, canOpen }) {
  const list = el('ul', { class: 'sessions', testid: 'stored' })
  const note = el('p', { class: 'group-note', role: 'status', testid: 'sessions-note' })
  const newChat = el('button', { type: 'button', class: 'small', testid: 'new-chat', onclick: startNew }, icon('text'), 'New chat')
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
      setText(outcome, ended || timeOrDate(session.updated_at ?? session.created_at))
    },
  }
}
