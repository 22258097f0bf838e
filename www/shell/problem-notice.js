/** Errors of this page that nothing else has caught, in one line with a button to close it. */
import { el, setText, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'

export function createProblemNotice() {
  const text = el('span', { testid: 'problem', dir: 'auto' })
  const node = el('div', { class: 'problem', role: 'alert', hidden: true }, icon('alert'), text,
    el('button', { type: 'button', class: 'quiet square', 'aria-label': 'Close', onclick: () => show(node, false) }, icon('close')))
  const say = (error) => {
    // A request that was replaced by another one is no problem.
    if (error?.name === 'AbortError') return
    setText(text, `That did not work: ${error?.message ?? error}`)
    show(node, true)
  }
  addEventListener('unhandledrejection', ({ reason }) => say(reason))
  addEventListener('error', ({ error, message }) => say(error ?? message))
  return { node, clear: () => show(node, false) }
}
