/** Below an answer: its versions, and “Try again”. They appear when the answer has ended, so they move nothing. */
import { el, setText, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'

/** `regenerate(turn)` and `showVersion(turn, index)` are the handler's. `canRegenerate()`: whether a backend answers again. */
export function createAnswerTools({ regenerate, showVersion, canRegenerate }) {
  let turn
  const step = (label, symbol, testid, by) => el('button', { type: 'button', class: 'quiet square', 'aria-label': label, title: label, testid, onclick: () => showVersion(turn, turn.versions.index + by) }, icon(symbol))
  const before = step('Earlier answer', 'previous', 'version-before', -1)
  const after = step('Later answer', 'chevron', 'version-after', 1)
  const count = el('span', { class: 'version-count', testid: 'version', 'aria-live': 'polite' })
  const versions = el('div', { class: 'versions', role: 'group', 'aria-label': 'Answers to this message', hidden: true }, before, count, after)
  const again = el('button', { type: 'button', class: 'quiet small', testid: 'again', onclick: () => regenerate(turn) }, icon('retry'), 'Try again')
  const node = el('div', { class: 'answer-tools', hidden: true }, versions, again)
  return {
    node,
    /** `isBusy`: an answer is running in this conversation. */
    update(next, isBusy) {
      turn = next
      const { index, count: total } = turn.versions
      setText(count, `${index + 1}/${total}`)
      count.ariaLabel = `Answer ${index + 1} of ${total}`
      before.disabled = index === 0
      after.disabled = index === total - 1
      show(versions, total > 1)
      show(again, canRegenerate() && turn.outcome !== null)
      again.disabled = isBusy
      show(node, !versions.hidden || !again.hidden)
    },
  }
}
