/** The message box. Enter sends, Shift+Enter adds a line. */
import { el, setText, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'

export function createComposer({ send, stop }) {
  const input = el('textarea', { id: 'composer', rows: '1', testid: 'composer', 'aria-describedby': 'composer-note', autocomplete: 'off' })
  const sendButton = el('button', { class: 'send primary square', 'aria-label': 'Send', testid: 'send' }, icon('send'))
  const stopButton = el('button', { type: 'button', class: 'stop square', 'aria-label': 'Stop', testid: 'stop', onclick: stop, hidden: true }, icon('stop'))
  const note = el('p', { class: 'note', id: 'composer-note' })
  const node = el('form', { class: 'composer' },
    el('label', { for: 'composer', class: 'visually-hidden' }, 'Your message'),
    el('div', { class: 'composer-box' }, input, stopButton, sendButton), note)
  let canQueue = false

  const submit = (event) => {
    event?.preventDefault()
    const text = input.value.trim()
    if (text === '' || sendButton.disabled) return
    input.value = ''
    send(text)
  }
  node.addEventListener('submit', submit)
  input.addEventListener('keydown', (event) => {
    // In an input method (Japanese, Chinese), Enter confirms a word; it must not send.
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) submit(event)
  })

  return {
    node,
    /** `queues`: whether a message can be sent while another is being answered. */
    setMode({ placeholder, hint, queues }) {
      input.placeholder = placeholder
      setText(note, hint)
      canQueue = queues
    },
    /** Puts a text into the box if it is empty. */
    offer(text) {
      if (input.value.trim() === '') input.value = text
    },
    update(snapshot) {
      show(stopButton, snapshot.isStreaming)
      sendButton.disabled = snapshot.isStreaming && !canQueue
    },
  }
}
