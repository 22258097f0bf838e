/** "Connect to my AgentOS": where it is, whom to ask, and the token. Nothing typed here is stored. */
import { el, setText, show } from './dom.js'
import { icon } from './icons.js'

const KINDS = [
  ['team', 'Team'],
  ['agent', 'Agent'],
  ['workflow', 'Workflow'],
  ['url', 'Route of my own'],
]

/** `connect(options, target)`: options for `createStreamHandler`, and the same in the user's terms. */
export function createConnect({ connect, disconnect }) {
  const endpoint = el('input', { type: 'url', testid: 'connect-endpoint', required: true, placeholder: 'http://localhost:7777', autocomplete: 'url' })
  const kind = el('select', { testid: 'connect-kind' }, ...KINDS.map(([value, label]) => el('option', { value }, label)))
  const idLabel = el('span', {}, 'Id')
  const id = el('input', { testid: 'connect-id', required: true, placeholder: 'cirkelline', autocomplete: 'off', spellcheck: 'false' })
  const token = el('input', { type: 'password', testid: 'connect-token', autocomplete: 'off' })
  const background = el('input', { type: 'checkbox', testid: 'connect-background' })
  const connectLabel = el('span')
  const connectButton = el('button', { class: 'primary', testid: 'connect-button' }, icon('plug'), connectLabel)
  const disconnectButton = el('button', { type: 'button', testid: 'disconnect-button', onclick: disconnect, hidden: true }, 'Back to the recordings')
  const state = el('p', { class: 'group-note', role: 'status' })
  const form = el('form', { class: 'connect' },
    labelled('Endpoint', endpoint), el('div', { class: 'pair' }, labelled('Kind', kind), el('label', { class: 'labelled' }, idLabel, id)),
    labelled('Token (if it asks for one)', token),
    el('label', { class: 'check' }, background, el('span', {}, 'Background run: survives a dropped connection')),
    el('div', { class: 'buttons' }, connectButton, disconnectButton), state)
  const node = el('section', { 'aria-labelledby': 'connect-title', id: 'connect' }, el('h2', { id: 'connect-title' }, 'Connect to my AgentOS'), form)

  kind.addEventListener('change', () => {
    const isRoute = kind.value === 'url'
    setText(idLabel, isRoute ? 'Path' : 'Id')
    id.placeholder = isRoute ? '/api/teams/cirkelline/runs' : 'cirkelline'
  })
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const target = { endpoint: endpoint.value.replace(/\/+$/, ''), kind: kind.value, id: id.value.trim() }
    const secret = token.value
    connect({
      endpoint: target.endpoint,
      [target.kind]: target.id,
      headers: secret ? { Authorization: `Bearer ${secret}` } : {},
      background: background.checked,
    }, target)
  })

  return {
    node,
    update(target) {
      show(disconnectButton, target !== null)
      setText(connectLabel, target === null ? 'Connect' : 'Reconnect')
      setText(state, target === null
        ? 'Messages go straight from this page to your server, which has to allow this origin (CORS).'
        : `Messages now go to ${target.id} at ${target.endpoint}.`)
    },
  }
}

function labelled(text, control) {
  return el('label', { class: 'labelled' }, el('span', {}, text), control)
}
