/**
 * Sessions this page has seen and those its backend stores; a click opens one as stored. A failed run marks its session and never
 * removes it.
 */
import { el, keyedList, setText, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'
import { createSessionRow } from './session-row.js'

/**
 * `open(id)` resolves once the session is shown, or rejects with the reason; `copy()`, `rename(id, name)` and `remove(id)` likewise.
 * `startNew()` starts a new chat. `canOpen()`: whether a backend stores sessions. `canCopy()`: whether it copies them.
 */
export function createSessionList({ open, startNew, canOpen, canCopy, copy, rename, remove }) {
  const list = el('ul', { class: 'sessions', testid: 'stored' })
  const note = el('p', { class: 'group-note', role: 'status', testid: 'sessions-note' })
  const newChat = el('button', { type: 'button', class: 'small', testid: 'new-chat', onclick: startNew }, icon('text'), 'New chat')
  const node = el('section', { 'aria-labelledby': 'sessions-title', hidden: true },
    el('div', { class: 'side-head' }, el('h2', { id: 'sessions-title' }, 'Sessions'), newChat), list, note)
  const actions = {
    canChange: canOpen, canCopy,
    choose: (id) => say('Opening…', open(id), ''),
    copy: () => say('Copying…', copy(), 'This is the copy.'),
    rename: (id, name) => say('', rename(id, name), ''),
    remove: (id) => say('', remove(id), 'Deleted.'),
  }
  let rows = []
  let problem = ''
  const draw = keyedList(list, () => {
    const row = createSessionRow(actions)
    rows.push(row)
    return row
  }, (session) => session.session_id)

  async function say(meanwhile, work, afterwards) {
    setText(note, meanwhile)
    try {
      await work
      setText(note, afterwards)
    } catch (error) {
      setText(note, error.message)
    }
  }

  return {
    node,
    /** Why the list could not be loaded; '': it has been. */
    setProblem(text) {
      if (text || problem) setText(note, text)
      problem = text
    },
    update({ sessions, sessionId }) {
      draw(sessions)
      show(node, sessions.length > 0 || canOpen())
      show(newChat, canOpen())
      rows = rows.filter((row) => row.node.isConnected)
      for (const row of rows) row.mark(sessionId)
    },
  }
}
