/** Tool calls as chips: name, state and duration; arguments and result when opened. */
import { el, keyedList, setText } from '../ui/dom.js'
import { seconds } from '../ui/duration.js'
import { field } from '../ui/field.js'
import { icon } from '../ui/icons.js'

const STATE = { started: 'running', completed: 'done', error: 'failed', paused: 'waiting', rejected: 'not allowed', cancelled: 'stopped' }

export function createToolCalls() {
  const node = el('div', { class: 'tools' })
  const draw = keyedList(node, createToolCall, (tool) => tool.tool_call_id)
  return { node, update: (tools) => draw(tools) }
}

function createToolCall() {
  const name = el('span', { class: 'tool-name' })
  const state = el('span', { class: 'tool-state' })
  const body = el('div', { class: 'tool-body' })
  const node = el('details', { class: 'tool' }, el('summary', {}, icon('tool'), name, state), body)
  let tool

  // The package parses arguments when they are first read, so they are read only when the chip is opened.
  const fill = () => {
    if (!node.open) return
    body.replaceChildren(
      field('Arguments', JSON.stringify(tool.tool_args, null, 2)),
      ...(tool.error && tool.error !== tool.result ? [field('Error', tool.error)] : []),
      ...(tool.result === null ? [] : [field(tool.tool_call_error ? 'Error' : 'Result', tool.result)]),
    )
  }
  node.addEventListener('toggle', fill)

  return {
    node,
    update(next) {
      tool = next
      node.dataset.status = tool.status
      setText(name, tool.tool_name)
      const time = tool.metrics && tool.status !== 'started' ? ` · ${seconds(tool.metrics.duration)}` : ''
      setText(state, STATE[tool.status] + time)
      fill()
    },
  }
}
