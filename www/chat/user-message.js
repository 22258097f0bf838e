/** What the user said, and a pencil to edit it: the new message is answered, and what came after the old one stays as a version. */
import { el, setText, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'

/** `edit(turn, text)` is the handler's. `canEdit()`: whether a backend takes edits. */
export function createUserMessage({ edit, canEdit }) {
  let turn
  const bubble = el('div', { class: 'user', dir: 'auto' })
  const pencil = el('button', { type: 'button', class: 'quiet square', 'aria-label': 'Edit this message', title: 'Edit this message', testid: 'edit', onclick: () => setEditing(true) }, icon('edit'))
  const input = el('textarea', { rows: '1', testid: 'edit-input', 'aria-label': 'The edited message', autocomplete: 'off' })
  const note = el('p', { class: 'edit-note' })
  const cancel = el('button', { type: 'button', class: 'small', testid: 'edit-cancel', onclick: () => setEditing(false) }, 'Cancel')
  const form = el('form', { class: 'edit-form', hidden: true }, input, note,
    el('div', { class: 'buttons' }, cancel, el('button', { class: 'small primary', testid: 'edit-send' }, icon('send'), 'Send')))
  const node = el('div', { class: 'asked' }, pencil, bubble, form)

  function setEditing(isEditing) {
    if (isEditing) input.value = turn.user.content
    show(form, isEditing)
    show(bubble, !isEditing)
    show(pencil, !isEditing)
    node.toggleAttribute('data-editing', isEditing)
    if (isEditing) input.focus()
    else pencil.focus()
  }

  function submit(event) {
    event.preventDefault()
    const text = input.value.trim()
    if (text === '' || pencil.disabled) return
    setEditing(false)
    edit(turn, text)
  }
  form.addEventListener('submit', submit)
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') setEditing(false)
    else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) submit(event)
  })

  return {
    node,
    /** `isBusy`: an answer is running in this conversation. `behind`: how many turns follow. */
    update(next, isBusy, behind) {
      turn = next
      setText(bubble, turn.user?.content ?? '')
      show(node, turn.user !== null)
      show(pencil, form.hidden && canEdit() && turn.outcome !== null)
      pencil.disabled = isBusy
      setText(note, behind > 0 ? 'The answer, and what came after it, stay as a version.' : 'The answer stays as a version.')
    },
  }
}
