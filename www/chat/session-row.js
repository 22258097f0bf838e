/** A row of the session list: opens the session; behind “⋯” it can be renamed, copied if it is the one shown, and deleted. */
import { timeOrDate } from '../ui/clock.js'
import { el, setText, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'

/** `actions`: `choose(id)`, `rename(id, name)`, `copy()`, `remove(id)`; `canChange()`: whether the backend stores sessions; `canCopy()`. */
export function createSessionRow(actions) {
  let session = {}
  const name = el('span', { class: 'session-name', dir: 'auto' })
  const outcome = el('span', { class: 'session-outcome' })
  const button = el('button', { type: 'button', class: 'session', onclick: () => actions.choose(session.session_id) }, name, outcome)
  const input = el('input', { type: 'text', class: 'session-input', testid: 'session-input', 'aria-label': 'Name of the session', autocomplete: 'off', hidden: true })
  const more = el('button', { type: 'button', class: 'quiet square', testid: 'session-more', 'aria-expanded': 'false', onclick: () => open(tools.hidden) }, icon('more'))
  const tool = (testid, symbol, text, onclick) => el('button', { type: 'button', class: 'small', testid, onclick }, symbol && icon(symbol), text)
  const rename = tool('session-rename', 'edit', 'Rename', () => setEditing(true))
  const copy = tool('session-copy', 'copy', 'Copy', () => act(actions.copy()))
  const remove = tool('session-delete', 'trash', 'Delete', () => ask(true))
  const really = tool('session-really', null, 'Delete for good', () => act(actions.remove(session.session_id)))
  const keep = tool('session-keep', null, 'Keep it', () => ask(false))
  const choices = el('div', { class: 'buttons' }, rename, copy, remove)
  const question = el('div', { class: 'buttons', hidden: true }, really, keep)
  const tools = el('div', { class: 'session-tools', role: 'group', hidden: true }, choices, question)
  const node = el('li', {}, el('div', { class: 'session-line' }, button, input, more), tools)

  function open(isOpen) {
    show(tools, isOpen)
    more.setAttribute('aria-expanded', String(isOpen))
    show(copy, node.hasAttribute('data-current') && actions.canCopy())
    show(choices, true)
    show(question, false)
    if (!isOpen) return
    rename.focus()
    tools.scrollIntoView({ block: 'nearest' })
  }

  function ask(isAsked) {
    show(question, isAsked)
    show(choices, !isAsked)
    if (isAsked) keep.focus()
    else remove.focus()
  }

  function act(done) {
    open(false)
    if (node.isConnected) more.focus()
    return done
  }

  function setEditing(isEditing) {
    if (isEditing) input.value = session.session_name
    show(input, isEditing)
    show(button, !isEditing)
    open(false)
    if (isEditing) input.select()
    else more.focus()
  }
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') return setEditing(false)
    if (event.key !== 'Enter' || event.isComposing) return
    // The focus moves to the button behind; the same Enter must not press it.
    event.preventDefault()
    const text = input.value.trim()
    setEditing(false)
    if (text !== '' && text !== session.session_name) actions.rename(session.session_id, text)
  })
  input.addEventListener('blur', () => !input.hidden && setEditing(false))

  return {
    node,
    /** `current`: the id of the session shown. */
    mark(current) {
      const isCurrent = session.session_id === current
      node.toggleAttribute('data-current', isCurrent)
      button.disabled = !actions.canChange()
      show(more, actions.canChange())
      if (!actions.canChange()) open(false)
      if (isCurrent) button.setAttribute('aria-current', 'true')
      else button.removeAttribute('aria-current')
    },
    update(next) {
      session = next
      const ended = session.failed ? 'failed' : (session.lastOutcome ?? '')
      const shown = session.session_name || 'Untitled'
      node.dataset.id = session.session_id
      node.dataset.outcome = ended
      setText(name, shown)
      setText(outcome, ended || timeOrDate(session.updated_at ?? session.created_at))
      more.ariaLabel = more.title = `Rename, copy or delete “${shown}”`
      tools.ariaLabel = `What to do with “${shown}”`
    },
  }
}
