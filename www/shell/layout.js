/** The page: header, side bar (a drawer on narrow screens), main column. */
import { el, setText } from '../ui/dom.js'
import { icon } from '../ui/icons.js'

const narrow = matchMedia('(max-width: 860px)')

/** `skip()` moves the focus to the conversation. */
export function createLayout({ side, main, foot, theme, skip }) {
  const status = el('span', { class: 'status', testid: 'status' })
  const menu = el('button', { type: 'button', class: 'quiet square menu', 'aria-label': 'Scenarios and connection', 'aria-expanded': 'false', 'aria-controls': 'side', onclick: () => setOpen(true) }, icon('menu'))
  const close = el('button', { type: 'button', class: 'quiet square close', 'aria-label': 'Close', onclick: () => setOpen(false) }, icon('close'))
  const logo = el('img', { src: './icon.svg', alt: '', width: '24', height: '24' })
  const header = el('header', { class: 'top' }, menu, logo, el('span', { class: 'brand' }, 'ai-stream-handler'), el('span', { class: 'grow' }), status, theme)
  const aside = el('aside', { class: 'side', id: 'side', 'aria-label': 'Scenarios and connection' }, close, ...side)
  const veil = el('div', { class: 'veil', onclick: () => setOpen(false) })
  const column = el('main', {}, ...main, el('div', { class: 'foot' }, ...foot))
  const skipLink = el('a', { class: 'skip', href: '#conversation', testid: 'skip', onclick: (event) => {
    // The URL's hash holds the page's state; it must not become #conversation.
    event.preventDefault()
    skip()
  } }, 'Skip to the conversation')
  // index.html has a static header, shown until this code runs.
  document.getElementById('early').replaceWith(header)
  header.before(skipLink)
  document.body.append(aside, veil, column)

  function setOpen(open) {
    const covered = open && narrow.matches
    document.body.classList.toggle('drawer-open', covered)
    menu.setAttribute('aria-expanded', String(covered))
    // What an open drawer covers must be out of reach of keyboard and screen reader, too.
    header.inert = column.inert = skipLink.inert = covered
    if (covered) close.focus()
    else if (narrow.matches) menu.focus()
  }
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && document.body.classList.contains('drawer-open')) setOpen(false)
  })
  narrow.addEventListener('change', () => setOpen(false))

  return {
    /** Scrolls a part of the side bar into view, opening the drawer if needed, then calls `focus()`. */
    reveal(part, focus) {
      if (narrow.matches) setOpen(true)
      part.scrollIntoView({ block: 'start' })
      focus()
    },
    closeDrawer() {
      if (document.body.classList.contains('drawer-open')) setOpen(false)
    },
    /** While connected to an AgentOS, the connection and its sessions are above the scenarios, else below. */
    arrange(list, connected) {
      if ((aside.lastChild === list) === connected) return
      const focused = document.activeElement
      if (connected) aside.append(list)
      else close.after(list)
      aside.scrollTop = 0
      focused?.focus({ preventScroll: !list.contains(focused) })
    },
    update(snapshot) {
      setText(status, snapshot.status)
      status.dataset.status = snapshot.status
    },
  }
}
