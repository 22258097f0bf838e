/** A labeled block of preformatted text, such as a tool's arguments or result. Not a form field. */
import { el } from './dom.js'

/** Characters shown at first: a tool may return megabytes, which would freeze the page. */
const INITIAL_LENGTH = 20_000

/** A labeled block of preformatted text; a long one has a button to show the rest. */
export function field(label, text) {
  const pre = el('pre', { tabindex: '0', dir: 'auto' }, text.slice(0, INITIAL_LENGTH))
  const more =
    text.length > INITIAL_LENGTH &&
    el('button', { type: 'button', class: 'link', onclick: (event) => {
      pre.textContent = text
      event.target.remove()
    } }, `Show all ${text.length.toLocaleString()} characters`)
  return el('div', { class: 'field' }, el('div', { class: 'field-label' }, label), pre, more)
}
