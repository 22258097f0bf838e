/**
 * The current activity, in a line of fixed height above the composer; a longer text is cut.
 *
 * retry-card.js shows a wait with its countdown; a number here would stand still. So screen readers hear the package's sentence as it
 * is, and the line says without a number what the page waits for.
 */
import { el, setText } from '../ui/dom.js'

export function createActivityStatus() {
  const announced = el('span', { class: 'visually-hidden', testid: 'activity', role: 'status', 'aria-live': 'polite', dir: 'auto' })
  const line = el('span', { class: 'activity-line', testid: 'activity-line', 'aria-hidden': 'true', dir: 'auto' })
  const pulse = el('span', { class: 'pulse', 'aria-hidden': 'true' }, el('i'), el('i'), el('i'))
  const node = el('div', { class: 'activity' }, pulse, line, announced)
  return {
    node,
    update({ activityStatus, retry, pacing, status }) {
      const text = activityStatus ?? ''
      const shown = retry ? 'Waiting to retry…' : pacing ? 'Waiting to send…' : text
      setText(announced, text)
      setText(line, shown)
      line.title = shown
      node.dataset.busy = activityStatus !== null
      node.dataset.status = retry || pacing ? 'waiting' : status
    },
  }
}
