/** Queued messages, above the composer. Each can be cancelled. */
import { el, keyedList, setText, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'

const REASONS = { run: 'waits for the answer to end', limit: 'waits for the rate limit to pass' }

export function createSendQueue({ cancel }) {
  const list = el('ol', { class: 'send-queue', 'aria-label': 'Waiting to be sent' })
  const draw = keyedList(list, (entry) => createEntry(entry, cancel))
  return {
    node: list,
    update({ queue, pacing }) {
      // A user's message that is held back for a rate limit is in the conversation already; Stop ends its wait.
      const waiting = pacing && queue[0]?.waitsFor === 'limit' && queue[0].priority === 'user' ? queue.slice(1) : queue
      draw(waiting)
      show(list, waiting.length > 0)
    },
  }
}

function createEntry(entry, cancel) {
  const text = el('span', { class: 'send-queue-text', dir: 'auto' }, entry.text)
  const reason = el('span', { class: 'send-queue-reason' })
  const button = el('button', { type: 'button', class: 'quiet square', 'aria-label': `Do not send “${entry.text}”`, onclick: () => cancel(entry.id) }, icon('close'))
  return {
    node: el('li', { testid: 'waiting', 'data-priority': entry.priority }, text, reason, button),
    update({ priority, waitsFor }) {
      setText(reason, `${priority === 'background' ? 'background, ' : ''}${REASONS[waitsFor]}`)
    },
  }
}
