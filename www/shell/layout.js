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
  const header = el('header', { class: 'top' }, menu, logo, el('span', { class: 'brand' }, 'ai-stream-handler'), status, el('span', { class: 'grow' }), theme)
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
    /** Opens a disclosure of the side bar, and the drawer if needed, then calls `focus()`. */
    reveal(part, focus) {
      if (narrow.matches) setOpen(true)
      part.open = true
      part.scrollIntoView({ block: 'nearest' })
      focus()
    },
    closeDrawer() {
      if (document.body.classList.contains('drawer-open')) setOpen(false)
    },
    /**
     * Where the sessions are: above the demo's scenarios when connected to an AgentOS, below the live scenarios when one of them is
     * shown, else at the end.
     */
    arrange(sessions, list, live) {
      const [before, isThere] = !live ? [list, list.nextSibling === sessions]
        : live.scenario ? [list.querySelector('[data-live]'), sessions.parentNode === list]
        : [list.previousSibling, sessions.nextSibling === list]
      if (isThere) return
      const focused = document.activeElement
      before.after(sessions)
      if (live && !live.scenario) aside.scrollTop = 0
      focused?.focus({ preventScroll: true })
    },
    update(snapshot) {
      // A message that is held back is not on its way to the server yet.
      const shown = snapshot.pacing && snapshot.status === 'connecting' ? 'waiting' : snapshot.status
      setText(status, shown)
      status.dataset.status = shown
    },
  }
}
