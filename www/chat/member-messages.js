/**
 * The members' part of a turn: delegated tasks, and one message for each member or sub-team, in the order in which they began.
 *
 * A running member with rows below it would push them down as it writes, so its message then scrolls in a box of fixed height.
 */
import { el, keyedList, setText } from '../ui/dom.js'
import { icon } from '../ui/icons.js'
import { createMessage } from './message.js'

const STATE = { started: 'working', completed: 'done', error: 'failed', paused: 'waiting', cancelled: 'stopped' }

/** Deeper levels share the last indent; a narrow screen has no room for more. */
const DEEPEST_INDENT = 4
/** Pixels from the end of a box that still count as being there. */
const NEAR_END = 24

export function createMemberMessages() {
  const node = el('div', { class: 'members' })
  const members = []
  const draw = keyedList(node, (message) => {
    const running = members.filter((member) => member.isRunning())
    for (const member of running) member.box()
    if (message.role === 'delegation') return createDelegation()
    const member = createMember()
    if (running.some(({ depth }) => depth() === message.depth)) member.box()
    members.push(member)
    return member
  })
  return { node, update: (messages) => draw(messages) }
}

function createDelegation() {
  const from = el('span', { class: 'who' })
  const to = el('span', { class: 'who' })
  const task = el('span', { class: 'task', dir: 'auto' })
  const node = el('div', { class: 'delegation' }, icon('delegate'), el('span', {}, from, ' asked ', to, ': ', task))
  return {
    node,
    update(message) {
      indent(node, message)
      setText(from, message.delegatedBy ?? 'The team')
      setText(to, message.delegatedTo ?? message.delegatedToId ?? 'a member')
      setText(task, message.content)
    },
  }
}

let created = 0

function createMember() {
  const name = el('span', { class: 'who', id: `member-${++created}` })
  const state = el('span', { class: 'state' })
  const body = createMessage()
  const node = el('details', { class: 'member', open: true },
    el('summary', {}, icon('chevron'), el('span', { class: 'avatar' }, icon('agent')), name, state), body.node)
  let message
  let boxed = false
  let following = true
  body.node.addEventListener('scroll', () => {
    following = body.node.scrollHeight - body.node.scrollTop - body.node.clientHeight < NEAR_END
  }, { passive: true })
  return {
    node,
    depth: () => message.depth,
    isRunning: () => node.isConnected && message.status === 'started',
    box() {
      boxed = node.dataset.boxed = true
      // What scrolls must be reachable by keyboard, and then needs a name.
      for (const [attribute, value] of [['tabindex', '0'], ['role', 'region'], ['aria-labelledby', name.id]]) body.node.setAttribute(attribute, value)
    },
    update(next) {
      message = next
      indent(node, message)
      node.dataset.status = message.status ?? 'completed'
      setText(name, message.agentName ?? message.teamName ?? 'Member')
      setText(state, STATE[message.status] ?? '')
      body.update(message)
      if (boxed && following) body.node.scrollTop = body.node.scrollHeight
    },
  }
}

function indent(node, message) {
  node.style.setProperty('--depth', Math.min(DEEPEST_INDENT, Math.max(0, (message.depth ?? 1) - 1)))
}
