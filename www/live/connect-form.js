/**
 * "Connect to your AgentOS": endpoint, token, and a list of its agents, teams and workflows. Nothing typed here is stored; the URL
 * holds the endpoint and the component, never the token.
 */
import { listComponents } from '../vendor/ai-stream-handler.js'
import { el, setText, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'
import { createComponentList } from './component-list.js'

const KINDS = [
  ['team', 'Team'],
  ['agent', 'Agent'],
  ['workflow', 'Workflow'],
  ['url', 'Custom route'],
]
const CORS = 'Messages go straight from this page to your server, which must allow this origin (CORS).'

/** `connect(options, target)`: options for `createStreamHandler`, and what url-state.js writes to the URL. */
export function createConnectForm({ connect, disconnect }) {
  const endpoint = el('input', { type: 'url', testid: 'connect-endpoint', required: true, placeholder: 'http://localhost:7777', autocomplete: 'url' })
  const token = el('input', { type: 'password', testid: 'connect-token', autocomplete: 'off' })
  const background = el('input', { type: 'checkbox', testid: 'connect-background' })
  const listButton = el('button', { class: 'primary', testid: 'connect-look' }, icon('plug'), 'List agents and teams')
  const disconnectButton = el('button', { type: 'button', testid: 'disconnect-button', onclick: disconnect, hidden: true }, 'Back to the recordings')
  const state = el('p', { class: 'group-note', role: 'status', testid: 'connect-state' })
  const components = createComponentList(({ kind, id, name }) => connectTo(kind, id, name))
  const form = el('form', { class: 'connect' }, labelled('Endpoint', endpoint), labelled('Token (if required)', token),
    el('label', { class: 'check' }, background, el('span', {}, 'Background runs: they survive a dropped connection and a page refresh')),
    el('div', { class: 'buttons' }, listButton, disconnectButton), state)

  const kind = el('select', { testid: 'connect-kind' }, ...KINDS.map(([value, label]) => el('option', { value }, label)))
  const idLabel = el('span', {}, 'ID')
  const id = el('input', { testid: 'connect-id', required: true, placeholder: 'cirkelline', autocomplete: 'off', spellcheck: 'false' })
  const byIdForm = el('form', { class: 'connect' },
    el('div', { class: 'pair' }, labelled('Kind', kind), el('label', { class: 'labelled' }, idLabel, id)),
    el('div', { class: 'buttons' }, el('button', { testid: 'connect-button' }, 'Connect')))
  const byId = el('details', { class: 'by-name' }, el('summary', { testid: 'connect-by-name' }, icon('chevron'), 'Connect by ID, or to a custom route'), byIdForm)
  const node = el('section', { 'aria-labelledby': 'connect-title', id: 'connect' }, el('h2', { id: 'connect-title' }, 'Connect to your AgentOS'), form, components.node, byId)

  kind.addEventListener('change', () => {
    const isRoute = kind.value === 'url'
    setText(idLabel, isRoute ? 'Path' : 'ID')
    id.placeholder = isRoute ? '/api/teams/cirkelline/runs' : 'cirkelline'
  })
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    // The list is below the form, which may fill the side bar.
    list().then(() => components.node.scrollIntoView({ block: 'nearest' }))
  })
  byIdForm.addEventListener('submit', (event) => {
    event.preventDefault()
    if (form.reportValidity()) connectTo(kind.value, id.value.trim())
  })

  const connection = () => ({ endpoint: endpoint.value.replace(/\/+$/, ''), headers: token.value ? { Authorization: `Bearer ${token.value}` } : {} })

  async function list() {
    listButton.disabled = true
    setText(state, 'Loading…')
    try {
      const found = await listComponents(connection())
      components.show(found)
      setText(state, found.length > 0 ? 'Choose one to talk to.' : 'This AgentOS has no agents, teams or workflows.')
    } catch (error) {
      components.show([])
      setText(state, error.message)
    }
    listButton.disabled = false
  }

  function connectTo(kind, id, name = id) {
    const { endpoint, headers } = connection()
    connect({ endpoint, headers, [kind]: id, background: background.checked, ...(kind === 'url' ? {} : { name }) },
      { endpoint, kind, id, name, background: background.checked, secret: token.value !== '' })
  }

  return {
    node,
    focus: () => endpoint.focus(),
    /** Restores what the URL names: connects at once, or asks for the token again if there was one. */
    restore(target) {
      endpoint.value = target.endpoint
      background.checked = target.background
      if (!target.secret) {
        connectTo(target.kind, target.id, target.name)
        list()
        return
      }
      kind.value = target.kind
      id.value = target.id
      setText(state, 'Enter the token again: it is never stored.')
    },
    update(target) {
      show(disconnectButton, target !== null)
      components.mark(target)
      setText(state, target === null ? CORS : `Messages now go to ${target.name} at ${target.endpoint}.`)
    },
  }
}

function labelled(text, control) {
  return el('label', { class: 'labelled' }, el('span', {}, text), control)
}
