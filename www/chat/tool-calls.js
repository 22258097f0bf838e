/** Tool calls as chips: name, state, time; arguments and result on demand. */
import { el, keyedList, setText } from '../ui/dom.js'
import { icon } from '../ui/icons.js'

/** A tool may return megabytes; laying out that much text at once would freeze the page. */
const SHOWN_AT_ONCE = 20_000

const STATE = { started: 'running', completed: 'done', error: 'failed', paused: 'waiting', rejected: 'not allowed', cancelled: 'stopped' }

export function createTools() {
  const node = el('div', { class: 'tools' })
  const draw = keyedList(node, createTool, (tool) => tool.tool_call_id)
  return { node, update: (tools) => draw(tools) }
}

function createTool() {
  const name = el('span', { class: 'tool-name' })
  const state = el('span', { class: 'tool-state' })
  const body = el('div', { class: 'tool-body' })
  const node = el('details', { class: 'tool' }, el('summary', {}, icon('tool'), name, state), body)
  let tool

  // Arguments are parsed by the package when first read, so they are not read before someone looks.
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

/** A duration for people: 4 ms, 1.2 s, 35 s. */
export function seconds(value) {
  if (value < 0.001) return '< 1 ms'
  if (value < 1) return `${Math.round(value * 1000)} ms`
  return `${value < 10 ? Math.round(value * 10) / 10 : Math.round(value)} s`
}
