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

/** `connect(options, target)`: options for `createStreamHandler`, and what url-state.js writes to the URL. `backend`: the demo's own. */
export function createConnectForm({ connect, disconnect, backend }) {
  const endpoint = el('input', { type: 'url', testid: 'connect-endpoint', required: true, placeholder: 'http://localhost:7777', autocomplete: 'url' })
  const token = el('input', { type: 'password', testid: 'connect-token', autocomplete: 'off' })
  const background = el('input', { type: 'checkbox', testid: 'connect-background' })
  const listButton = el('button', { class: 'primary', testid: 'connect-look' }, icon('plug'), 'List agents and teams')
  const disconnectButton = el('button', { type: 'button', testid: 'disconnect-button', onclick: disconnect, hidden: true }, 'Back to the recordings')
  const ownButton = el('button', { type: 'button', class: 'link', testid: 'connect-own', onclick: () => {
    endpoint.value = backend.options.endpoint
    form.requestSubmit()
  } }, 'Or use this demo’s own')
  const state = el('p', { class: 'group-note', role: 'status', testid: 'connect-state' })
  const components = createComponentList(({ kind, id, name }) => connectTo(kind, id, name))
  const form = el('form', { class: 'connect' }, labelled('Endpoint', endpoint), labelled('Token (if required)', token),
    el('label', { class: 'check' }, background, el('span', {}, 'Background runs: they survive a dropped connection and a page refresh')),
    el('div', { class: 'buttons' }, listButton, disconnectButton, ownButton), state)

  const kind = el('select', { testid: 'connect-kind' }, ...KINDS.map(([value, label]) => el('option', { value }, label)))
  const idLabel = el('span', {}, 'ID')
  const id = el('input', { testid: 'connect-id', required: true, placeholder: 'cirkelline', autocomplete: 'off', spellcheck: 'false' })
  const byIdForm = el('form', { class: 'connect' },
    el('div', { class: 'pair' }, labelled('Kind', kind), el('label', { class: 'labelled' }, idLabel, id)),
    el('div', { class: 'buttons' }, el('button', { testid: 'connect-button' }, 'Connect')))
  const byId = el('details', { class: 'by-name' }, el('summary', { testid: 'connect-by-name' }, icon('chevron'), 'Connect by ID, or to a custom route'), byIdForm)
  const node = el('details', { class: 'connect-box', id: 'connect' },
    el('summary', { class: 'side-link', testid: 'to-connect' }, icon('plug'), 'Connect to your AgentOS', icon('chevron')),
    el('div', { class: 'connect-body' }, form, components.node, byId))

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

  /** The demo's own backend may be inside this page, where no request can reach it. */
  function connection() {
    const address = endpoint.value.trim().replace(/\/+$/, '')
    const own = address === backend.options.endpoint ? backend.options : {}
    return { ...own, endpoint: address, headers: token.value ? { Authorization: `Bearer ${token.value}` } : {} }
  }

  async function list() {
    listButton.disabled = true
    setText(state, 'Loading…')
    try {
      const { endpoint, headers, fetch } = connection()
      const found = await listComponents({ endpoint, headers, fetch })
      components.show(found)
      setText(state, found.length > 0 ? 'Choose one to talk to.' : 'This AgentOS has no agents, teams or workflows.')
    } catch (error) {
      components.show([])
      setText(state, error.message)
    }
    listButton.disabled = false
  }

  function connectTo(kind, id, name = id) {
    const { endpoint, headers, ...own } = connection()
    connect({ ...own, endpoint, headers, [kind]: id, background: background.checked, ...(kind === 'url' ? {} : { name }) },
      { endpoint, kind, id, name, background: background.checked, secret: token.value !== '' })
  }

  return {
    node,
    focus: () => endpoint.focus({ preventScroll: true }),
    /** Restores what the URL names: connects at once, or asks for the token again if there was one. */
    restore(target) {
      node.open = true
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
      setText(state, target === null ? CORS : `You are connected to ${target.name}.`)
    },
  }
}

function labelled(text, control) {
  return el('label', { class: 'labelled' }, el('span', {}, text), control)
}
