/** The sessions this page has seen, and those that its backend keeps. A failed run marks its session; it never removes it. */
import { el, keyedList, setText, show } from './dom.js'

export function createSessions() {
  const list = el('ul', { class: 'sessions', testid: 'stored' })
  const node = el('section', { 'aria-labelledby': 'sessions-title', hidden: true }, el('h2', { id: 'sessions-title' }, 'Sessions'), list)
  const draw = keyedList(list, createSession, (session) => session.session_id)
  return {
    node,
    update({ sessions, sessionId }) {
      draw(sessions)
      show(node, sessions.length > 0)
      for (const row of list.children) row.toggleAttribute('data-current', row.dataset.id === sessionId)
    },
  }
}

function createSession() {
  const name = el('span', { class: 'session-name', dir: 'auto' })
  const outcome = el('span', { class: 'session-outcome' })
  const node = el('li', {}, name, outcome)
  return {
    node,
    update(session) {
      node.dataset.id = session.session_id
      node.dataset.outcome = session.failed ? 'failed' : (session.lastOutcome ?? '')
      setText(name, session.session_name || 'Untitled')
      setText(outcome, session.failed ? 'failed' : (session.lastOutcome ?? ''))
    },
  }
}
