/**
 * The conversation: all turns, oldest first.
 *
 * It follows the newest text only while the reader is at the end; whoever scrolled up to read is left alone.
 */
import { el, keyedList, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'
import { createTurn } from './turn.js'

const NEAR_END = 48

/** `guest`: a node that stands in the last turn. */
export function createChat(actions, welcome, guest) {
  const list = el('div', { class: 'turns' })
  const scroller = el('div', { class: 'chat', tabindex: '0', role: 'region', 'aria-label': 'Conversation' }, welcome, list)
  const jump = el('button', { type: 'button', class: 'jump', onclick: () => follow(), hidden: true }, icon('down'), 'Latest')
  const node = el('div', { class: 'chat-frame' }, scroller, jump)

  let views = new Map()
  let draw = newList()
  let turns
  let following = true

  function newList() {
    views = new Map()
    list.replaceChildren()
    return keyedList(list, (turn) => {
      const view = createTurn(actions)
      views.set(turn.id, view)
      return view
    })
  }

  function follow() {
    following = true
    scroller.scrollTop = scroller.scrollHeight
    show(jump, false)
  }

  scroller.addEventListener('scroll', () => {
    following = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END
    if (following) show(jump, false)
  }, { passive: true })

  // The banner and the activity line come and go below and above; the newest text stays in sight all the same.
  new ResizeObserver(() => following && turns?.length > 0 && follow()).observe(scroller)

  return {
    node,
    follow,
    focus: () => scroller.focus(),
    /** Another handler numbers its turns anew: nothing drawn for the old one may be taken for the new one's. */
    reset() {
      turns = undefined
      draw = newList()
    },
    update(snapshot) {
      if (snapshot.turns === turns) return
      if (turns && snapshot.turns.length > turns.length) following = true
      turns = snapshot.turns
      draw(turns)
      for (const [id, view] of views) view.markLast(id === turns.at(-1)?.id)
      views.get(turns.at(-1)?.id)?.host(guest)
      show(welcome, turns.length === 0)
      if (!following) return show(jump, snapshot.isStreaming)
      scroller.scrollTop = turns.length === 0 ? 0 : scroller.scrollHeight
      // A question is read from its beginning, also where Behind the Scenes below it fills the screen.
      if (snapshot.status === 'paused') list.lastElementChild.querySelector('.pause').scrollIntoView({ block: 'nearest' })
    },
  }
}
