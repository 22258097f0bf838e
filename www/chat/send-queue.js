/**
 * Messages that wait to be sent, above the composer: each can be moved, edited, sent now, or removed. Stop pauses the queue; then a
 * button here resumes it.
 */
import { el, keyedList, setText, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'

const REASONS = { run: 'waits for the answer to end', limit: 'waits for the rate limit to pass', resume: 'waits until you resume' }

/** `actions`: `cancel(id)`, `edit(id, text)`, `move(id, index)`, `sendNow(id)`, `resume()`. */
export function createSendQueue(actions) {
  const list = el('ol', { class: 'send-queue', 'aria-label': 'Waiting to be sent' })
  const title = el('span', { testid: 'queue-title' })
  const resume = el('button', { type: 'button', class: 'small', testid: 'queue-resume', onclick: () => actions.resume() }, icon('run'), 'Resume')
  const node = el('section', { class: 'queue-box', 'aria-label': 'Queue', hidden: true }, el('div', { class: 'queue-head' }, title, resume), list)
  const draw = keyedList(list, (entry) => createEntry(entry, actions))
  let drawn
  return {
    node,
    update({ queue, pacing, queuePaused }) {
      if (drawn?.queue === queue && drawn.pacing === pacing && drawn.queuePaused === queuePaused) return
      drawn = { queue, pacing, queuePaused }
      // A user's message that is held back for a rate limit is in the conversation already; Stop ends its wait.
      const held = pacing && queue[0]?.waitsFor === 'limit' && queue[0].priority === 'user' ? 1 : 0
      const waiting = queue.slice(held).map((entry, index) => ({ ...entry, index: index + held, isFirst: index === 0, isLast: index === queue.length - held - 1 }))
      draw(waiting)
      setText(title, `${waiting.length} waiting${queuePaused ? ', paused by Stop' : ''}`)
      show(resume, Boolean(queuePaused))
      show(node, waiting.length > 0)
    },
  }
}

function createEntry({ id, priority }, { cancel, edit, move, sendNow }) {
  let entry
  const text = el('span', { class: 'send-queue-text', dir: 'auto' })
  const reason = el('span', { class: 'send-queue-reason' })
  const button = (testid, symbol, label, run) => {
    const node = el('button', { type: 'button', class: 'quiet square', testid, onclick: run }, icon(symbol))
    return { node, name: (text) => (node.title = node.ariaLabel = label(`“${text}”`)) }
  }
  const up = button('queue-up', 'up', (it) => `Send ${it} earlier`, () => move(id, entry.index - 1))
  const down = button('queue-down', 'down', (it) => `Send ${it} later`, () => move(id, entry.index + 1))
  const pencil = button('queue-edit', 'edit', (it) => `Edit ${it}`, () => setEditing(true))
  const now = button('queue-now', 'run', (it) => `Stop the answer and send ${it} now`, () => sendNow(id))
  const remove = button('queue-remove', 'close', (it) => `Do not send ${it}`, () => cancel(id))
  const buttons = [up, down, pencil, now, remove]
  const input = el('input', { type: 'text', class: 'send-queue-input', testid: 'queue-input', 'aria-label': 'The message', autocomplete: 'off', hidden: true })
  const node = el('li', { testid: 'waiting', 'data-priority': priority }, text, input, reason, el('span', { class: 'send-queue-tools' }, ...buttons.map((one) => one.node)))

  function setEditing(isEditing) {
    if (isEditing) input.value = entry.text
    show(input, isEditing)
    show(text, !isEditing)
    show(reason, !isEditing)
    if (isEditing) input.focus()
    else pencil.node.focus()
  }
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') return setEditing(false)
    if (event.key !== 'Enter' || event.isComposing) return
    event.preventDefault()
    if (input.value.trim() !== '') edit(id, input.value.trim())
    setEditing(false)
  })
  input.addEventListener('blur', () => !input.hidden && setEditing(false))

  return {
    node,
    update(next) {
      entry = next
      setText(text, next.text)
      setText(reason, `${next.priority === 'background' ? 'background, ' : ''}${REASONS[next.waitsFor]}`)
      for (const one of buttons) one.name(next.text)
      up.node.disabled = next.isFirst
      down.node.disabled = next.isLast
    },
  }
}
