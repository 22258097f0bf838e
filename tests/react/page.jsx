// A page that counts what renders. The tests call what hangs on `globalThis.page`.
import * as React from 'react'
import { createRoot } from 'react-dom/client'
import { announce } from 'ai-stream-handler/a11y'
import { useAIStreamHandler, useStreamSlice } from 'ai-stream-handler/react'

const renders = {}
const count = (name) => (renders[name] = (renders[name] ?? 0) + 1)
const encoder = new TextEncoder()

/** Handlers that listen to other tabs are alive: they are told apart by the channels that they open and close. */
let channels = 0
globalThis.BroadcastChannel = class extends BroadcastChannel {
  constructor(name) { super(name); channels++ }
  close() { super.close(); channels-- }
}

const seen = { send: new Set(), hook: new Set(), handler: new Set() }
const said = []
const finished = []
let h

function App({ options }) {
  h = useAIStreamHandler({ notify: 'sync', onFinish: ({ outcome, turn, message }) => finished.push([outcome, turn.user.content, message.content]), ...options })
  seen.send.add(h.send)
  seen.hook.add(h)
  count('App')
  return <>
    <Status h={h} />
    <ByEqual h={h} />
    <Parts h={h} />
    <Messages h={h} />
  </>
}

/** Reads what it needs of the hook of its own. */
const Status = React.memo(({ h }) => {
  count('Status')
  return <p id="status">{useStreamSlice(h, (s) => s.activityStatus) ?? ''}</p>
})

/** Its selector is another one at each render, and makes a new object each time. */
const Parts = React.memo(({ h }) => {
  count('Parts')
  const { status, last } = useStreamSlice(h, (s) => ({ status: s.status, last: s.error?.message ?? null }))
  return <p id="parts">{status} {last}</p>
})

const ByEqual = React.memo(({ h }) => {
  count('ByEqual')
  return <p id="long">{useStreamSlice(h, (s) => s.messages.length, (a, b) => a === b)}</p>
})

const Messages = React.memo(({ h }) => {
  count('Messages')
  return useStreamSlice(h, (s) => s.messages).map((message) => <Message key={message.id} message={message} />)
})

const Message = React.memo(({ message }) => {
  count('Message')
  return <article data-role={message.role}>{message.content}</article>
})

/** A component that reads of the hook itself, and only one thing. */
function OnlyStatus({ options }) {
  h = useAIStreamHandler({ notify: 'sync', ...options })
  count('OnlyStatus')
  return <p id="status">{h.status}</p>
}

/** Draws each token, and has it announced by the sentence. */
function Announced({ options }) {
  h = useAIStreamHandler({ notify: 'sync', ...options })
  const { handler } = h
  React.useEffect(() => announce(handler, { interval: 0.05, say: (text) => said.push(text) }), [handler])
  seen.handler.add(handler)
  return <p id="announced">{h.messages.at(-1)?.content ?? ''}</p>
}

/** The whole hook, as the five-minute start has it. */
function Whole({ options, show = true }) {
  const { messages, isStreaming, send, ...rest } = useAIStreamHandler({ notify: 'sync', ...options })
  h = { ...rest, send }
  count('Whole')
  return show && <p id="whole">{isStreaming ? '…' : ''}{messages.map((m) => m.content).join('|')}</p>
}

function Hideable({ hidden, children }) {
  const { Activity } = React
  return <Activity mode={hidden ? 'hidden' : 'visible'}>{children}</Activity>
}

let root
const components = { App, OnlyStatus, Whole, Announced }

globalThis.page = {
  renders, seen, said, finished,
  version: React.version,
  hasActivity: Boolean(React.Activity),
  channels: () => channels,
  handler: () => h,
  show(name, options = {}, { strict = true, hidden } = {}) {
    const Component = components[name]
    root ??= createRoot(document.getElementById('root'))
    const shown = hidden === undefined ? <Component options={options} /> : <Hideable hidden={hidden}><Component options={options} /></Hideable>
    root.render(strict ? <React.StrictMode>{shown}</React.StrictMode> : shown)
  },
  hide() {
    root.unmount()
    root = undefined
  },
  frame: (event, data = {}) => h.feed(encoder.encode(`event: ${event}\ndata: ${JSON.stringify({ event, run_id: 'r', session_id: 's', agent_name: 'Ann', created_at: 1795452000, ...data })}\n\n`)),
  forget() { for (const name of Object.keys(renders)) delete renders[name] },
}
