/** The current activity, in a line of fixed height above the composer; a longer text is cut. retry-card.js shows a wait in full. */
import { el, setText } from '../ui/dom.js'

export function createActivityStatus() {
  const text = el('span', { testid: 'activity', role: 'status', 'aria-live': 'polite', dir: 'auto' })
  const pulse = el('span', { class: 'pulse', 'aria-hidden': 'true' }, el('i'), el('i'), el('i'))
  const node = el('div', { class: 'activity' }, pulse, text)
  return {
    node,
    update(snapshot) {
      setText(text, snapshot.activityStatus ?? '')
      text.title = snapshot.activityStatus ?? ''
      node.dataset.busy = snapshot.activityStatus !== null
      node.dataset.status = snapshot.retry || snapshot.pacing ? 'retrying' : snapshot.status
    },
  }
}
