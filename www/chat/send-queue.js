/** The sends that wait their turn, above the composer; each can be dropped. */
import { el, keyedList, setText, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'

const REASONS = { run: 'waits for the answer to end', limit: 'waits for the rate limit to pass' }

export function createWaiting({ drop }) {
  const list = el('ol', { class: 'waiting', 'aria-label': 'Waiting to be sent' })
  const draw = keyedList(list, (entry) => createEntry(entry, drop))
  return {
    node: list,
    update({ queue, pacing }) {
      // The user's own message that is held back is in the conversation already; Stop ends its wait.
      const behind = pacing && queue[0]?.waitsFor === 'limit' && queue[0].priority === 'user' ? queue.slice(1) : queue
      draw(behind)
      show(list, behind.length > 0)
    },
  }
}

function createEntry(entry, drop) {
  const text = el('span', { class: 'waiting-text', dir: 'auto' }, entry.text)
  const reason = el('span', { class: 'waiting-reason' })
  const button = el('button', { type: 'button', class: 'quiet square', 'aria-label': `Do not send “${entry.text}”`, onclick: () => drop(entry.id) }, icon('close'))
  return {
    node: el('li', { testid: 'waiting', 'data-priority': entry.priority }, text, reason, button),
    update({ priority, waitsFor }) {
      setText(reason, `${priority === 'background' ? 'background, ' : ''}${REASONS[waitsFor]}`)
    },
  }
}
