/** The members' part of a turn: delegated tasks, and one message for each member or sub-team. */
import { el, keyedList, setText } from '../ui/dom.js'
import { icon } from '../ui/icons.js'
import { createMessage } from './message.js'

const STATE = { started: 'working', completed: 'done', error: 'failed', paused: 'waiting', cancelled: 'stopped' }

/** Deeper levels share the last indent; a narrow screen has no room for more. */
const DEEPEST_INDENT = 4

export function createMemberMessages() {
  const node = el('div', { class: 'members' })
  const draw = keyedList(node, (message) => (message.role === 'delegation' ? createDelegation() : createMember()))
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

function createMember() {
  const name = el('span', { class: 'who' })
  const state = el('span', { class: 'state' })
  const body = createMessage()
  const node = el('details', { class: 'member', open: true },
    el('summary', {}, icon('chevron'), el('span', { class: 'avatar' }, icon('agent')), name, state), body.node)
  return {
    node,
    update(message) {
      indent(node, message)
      node.dataset.status = message.status ?? 'completed'
      setText(name, message.agentName ?? message.teamName ?? 'Member')
      setText(state, STATE[message.status] ?? '')
      body.update(message)
    },
  }
}

function indent(node, message) {
  node.style.setProperty('--depth', Math.min(DEEPEST_INDENT, Math.max(0, (message.depth ?? 1) - 1)))
}
