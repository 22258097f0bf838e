// Components that a user writes in the first hour. The tests call what hangs on `globalThis.page`.
import * as React from 'react'
import { createRoot } from 'react-dom/client'
import { StreamProvider, useAIStreamHandler, useCountdown, useMember, useMessage, useMessageIds, useStream } from 'ai-stream-handler/react'

const renders = {}
const count = (name) => (renders[name] = (renders[name] ?? 0) + 1)
const finished = []
const hooks = {}
const encoder = new TextEncoder()

/** What ESLint's exhaustive-deps makes of an effect that calls a method. */
function Sessions({ options }) {
  const h = (hooks.main = useAIStreamHandler(options))
  React.useEffect(() => { h.loadSessions().catch(() => {}) }, [h])
  return <ul id="sessions">{h.sessions.map((s) => <li key={s.session_id}>{s.session_name}</li>)}<li>{h.messages.at(-1)?.content}</li></ul>
}

function List({ options }) {
  const h = (hooks.main = useAIStreamHandler({ notify: 'sync', ...options }))
  return <Ids h={h.handler} />
}
const Ids = React.memo(({ h }) => {
  count('Ids')
  return <>{useMessageIds(h).map((id) => <Item key={id} h={h} id={id} />)}<Member h={h} /></>
})
const Item = React.memo(({ h, id }) => {
  count(`Item ${id}`)
  return <article id={id}>{useMessage(h, id)?.content}</article>
})
const Member = React.memo(({ h }) => {
  count('Member')
  return <aside id="member">{useMember(h, 'Weather').map(({ content }) => content).join('|')}</aside>
})

function Provided({ options }) {
  return <StreamProvider notify="sync" {...options} onFinish={(answer) => finished.push(['provider', answer.outcome, answer.message.content])}><Texts /><Status /></StreamProvider>
}
const Texts = React.memo(() => {
  const h = (hooks.main = useStream())
  count('Texts')
  return <p id="texts">{h.messages.map(({ content }) => content).join('|')}</p>
})
const Status = React.memo(() => {
  const h = (hooks.other = useStream())
  count('Status')
  return <p id="status">{h.error?.message ?? 'no error'}</p>
})

function Shared({ options }) {
  return <><One options={options} />{!options.alone && <Two options={options} />}</>
}
function One({ options: { alone, ...options } }) {
  const h = (hooks.main = useAIStreamHandler({ id: 'chat', notify: 'sync', ...options, onFinish: ({ outcome, message, turn }) => finished.push([outcome, message.content, turn.id]) }))
  return <p id="one">{h.messages.map(({ content }) => content).join('|')}</p>
}
function Two({ options: { alone, ...options } }) {
  const h = (hooks.other = useAIStreamHandler({ id: 'chat', notify: 'sync', ...options }))
  return <p id="two">{h.messages.map(({ content }) => content).join('|')}</p>
}

function Joined({ options }) {
  return <><One options={options} /><ById key="by id" /></>
}
function ById() {
  const h = (hooks.other = useAIStreamHandler({ id: 'chat' }))
  return <p id="joined">{h.messages.map(({ content }) => content).join('|')}</p>
}

function Nothing() {
  useAIStreamHandler(null)
  return <p id="nothing">nothing</p>
}
function Unfinished() {
  useAIStreamHandler({ onFinish: 'later' })
  return <p id="nothing">nothing</p>
}

function Countdown({ options }) {
  count('Countdown')
  return <p id="countdown">{String(useCountdown(options.wait))}</p>
}

function Outside() {
  return useStream().status
}

class Boundary extends React.Component {
  state = { message: null }
  static getDerivedStateFromError({ message }) { return { message } }
  render() { return this.state.message === null ? this.props.children : <p id="thrown">{this.state.message}</p> }
}

const components = { Sessions, List, Provided, Shared, Joined, Nothing, Unfinished, Countdown, Outside, Wrong: ({ options }) => <Shared options={options} /> }
let root
globalThis.page = {
  renders, finished, hooks,
  version: React.version,
  show(name, options = {}) {
    const Component = components[name]
    root ??= createRoot(document.getElementById('root'))
    root.render(<React.StrictMode><Boundary key={name}><Component options={options} /></Boundary></React.StrictMode>)
  },
  hide() { root.unmount(); root = undefined },
  frame: (event, data = {}, h = hooks.main) => h.feed(encoder.encode(`data: ${JSON.stringify({ event, run_id: 'r', session_id: 's', agent_name: 'Ann', created_at: 1795452000, ...data })}\n\n`)),
  forget() { for (const name of Object.keys(renders)) delete renders[name] },
}
