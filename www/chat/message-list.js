/**
 * The conversation: all turns, oldest first.
 *
 * Scrolls along with new text only while the reader is at the end; once the reader has scrolled up, it stays put.
 */
import { el, keyedList, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'
import { createTurn } from './turn.js'

/** Pixels from the end that still count as being there. */
const NEAR_END = 48

/** `retryCard`: a node that is moved into the last turn. */
export function createMessageList(turnActions, welcome, retryCard) {
  const list = el('div', { class: 'turns' })
  const scroller = el('div', { class: 'chat', tabindex: '0', role: 'region', 'aria-label': 'Conversation' }, welcome, list)
  const jump = el('button', { type: 'button', class: 'jump', onclick: () => follow(), hidden: true }, icon('down'), 'Latest')
  const node = el('div', { class: 'chat-frame' }, scroller, jump)

  let views = new Map()
  let draw = newList()
  let turns
  let following = true
  let busy = false
  /** Set while the reader is to see the beginning of the next turn, not its end. */
  let pinned = false

  function newList() {
    views = new Map()
    list.replaceChildren()
    return keyedList(list, (turn) => {
      const view = createTurn(turnActions)
      views.set(turn.id, view)
      return view
    })
  }

  function follow() {
    pinned = false
    following = true
    scroller.scrollTop = scroller.scrollHeight
    show(jump, false)
  }

  scroller.addEventListener('scroll', () => {
    following = !pinned && scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END
    if (following) show(jump, false)
  }, { passive: true })

  // The banner above and the activity line below resize the list; the newest text stays in view.
  new ResizeObserver(() => following && turns?.length > 0 && follow()).observe(scroller)

  return {
    node,
    follow,
    /** Stays at the beginning of the next turn. */
    stayAtTop() {
      pinned = true
      following = false
    },
    focus: () => scroller.focus(),
    /** A new handler reuses turn ids, so nothing drawn for the old one may be reused. */
    reset() {
      turns = undefined
      draw = newList()
    },
    update(snapshot) {
      if (snapshot.turns === turns && snapshot.isStreaming === busy) return
      busy = snapshot.isStreaming
      const last = snapshot.turns.length - 1
      snapshot.turns.forEach(({ id }, at) => views.get(id)?.setPlace(busy, last - at))
      if (snapshot.turns === turns) return
      if (turns && snapshot.turns.length > turns.length) following = !pinned
      turns = snapshot.turns
      draw(turns)
      for (const [id, view] of views) view.markLast(id === turns.at(-1)?.id)
      views.get(turns.at(-1)?.id)?.attach(retryCard)
      show(welcome, turns.length === 0)
      if (!following) return show(jump, snapshot.isStreaming)
      scroller.scrollTop = turns.length === 0 ? 0 : scroller.scrollHeight
      // Show a pause's question from its start, even where Behind the Scenes below it fills the screen.
      if (snapshot.status === 'paused') list.lastElementChild.querySelector('.pause').scrollIntoView({ block: 'nearest' })
    },
  }
}
