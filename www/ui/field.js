import { el } from './dom.js'

/** A tool may return megabytes; laying out that much text at once would freeze the page. */
const SHOWN_AT_ONCE = 20_000

/** A labelled block of preformatted text, cut where it is very long. */
export function field(label, text) {
  const pre = el('pre', { tabindex: '0', dir: 'auto' }, text.slice(0, SHOWN_AT_ONCE))
  const more =
    text.length > SHOWN_AT_ONCE &&
    el('button', { type: 'button', class: 'link', onclick: (event) => {
      pre.textContent = text
      event.target.remove()
    } }, `Show all ${text.length.toLocaleString()} characters`)
  return el('div', { class: 'field' }, el('div', { class: 'field-label' }, label), pre, more)
}
