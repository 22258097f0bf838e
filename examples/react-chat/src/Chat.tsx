// A whole chat page: messages, tools, activity with a countdown, banner, timeline, sessions, pause form, attachments, try again.
// The session's id is in the address.
import { memo, useEffect, useState, type FormEvent } from 'react'
import type { HandlerOptions, PauseRequirement, Resolution } from 'ai-stream-handler'
import { StreamProvider, useCountdown, useMessage, useMessageIds, useStream } from 'ai-stream-handler/react'

export function Chat(options: HandlerOptions) {
  return (
    <StreamProvider {...options}>
      <Sessions />
      <main>
        <Messages />
        <Pause />
        <Banner />
        <Activity />
        <Composer />
        <Timeline />
      </main>
    </StreamProvider>
  )
}

function Messages() {
  const { handler } = useStream()
  return <>{useMessageIds(handler).map((id) => <Message key={id} id={id} />)}</>
}

/** Renders only when its own message changes. */
const Message = memo(function Message({ id }: { id: string }) {
  const message = useMessage(useStream().handler, id)
  if (!message) return null
  const { role, name, content, tool_calls = [], filesSent = [], cancelled } = message
  if (role === 'delegation') return <p className="delegation">{message.delegatedBy} asks {message.delegatedTo}: {content}</p>
  return (
    <article className={role}>
      <b>{role === 'user' ? 'You' : name || 'Agent'}</b>
      {tool_calls.map((tool) => (
        <details key={tool.tool_call_id}>
          <summary>{tool.tool_name}: {tool.status}</summary>
          <pre>{JSON.stringify(tool.tool_args)}</pre>
          <pre>{tool.content}</pre>
        </details>
      ))}
      <p>{content}</p>
      {filesSent.length > 0 && <small>Attached: {filesSent.join(', ')}</small>}
      {cancelled && <small>Stopped.</small>}
    </article>
  )
})

function Activity() {
  const h = useStream()
  const wait = h.retry ?? h.pacing
  const seconds = useCountdown(wait)
  if (!wait) return <p className="activity" role="status">{h.activityStatus}</p>
  return (
    <p className="activity" role="status">
      {wait.message} <span aria-hidden="true">{seconds} s</span> <button onClick={h.retryNow}>Retry now</button>
    </p>
  )
}

function Banner() {
  const h = useStream()
  if (!h.error) return null
  const last = h.turns.at(-1)?.user?.content
  return (
    <div className="banner" role="alert">
      {h.error.message} {h.error.hint}
      {h.error.retryable && last && <button onClick={() => h.resumable ? h.resume() : h.regenerate().catch(() => h.send(last))}>Try again</button>}
      <button onClick={h.dismissError}>Close</button>
    </div>
  )
}

function Pause() {
  const h = useStream()
  if (!h.pause) return null
  const { message, requirements } = h.pause
  const answer = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const { nativeEvent, currentTarget } = event
    // With the button that was pressed.
    const data = new FormData(currentTarget, (nativeEvent as SubmitEvent).submitter)
    void answersIn(data, requirements).then(h.continueRun)
  }
  return (
    <form className="pause" onSubmit={answer}>
      <p>{message}</p>
      {requirements.map((asked, at) => <Requirement key={at} asked={asked} at={at} />)}
      <button name="answer" value="yes">{requirements.some(({ kind }) => kind === 'confirmation') ? 'Allow' : 'Answer'}</button>
      {requirements.some(({ kind }) => kind === 'confirmation') && <button name="answer" value="no" formNoValidate>Decline</button>}
    </form>
  )
}

function Requirement({ asked, at }: { asked: PauseRequirement; at: number }) {
  if (asked.kind === 'input') return asked.fields.map(({ name, description }) => <label key={name}>{description ?? name} <input name={`${at}.${name}`} required /></label>)
  if (asked.kind === 'external') return <label>Result of {asked.toolName} <input name={`${at}.result`} required /></label>
  return <p><code>{asked.toolName} {JSON.stringify(asked.toolArgs)}</code></p>
}

async function answersIn(data: FormData, requirements: readonly PauseRequirement[]): Promise<Resolution[]> {
  // The core, which is there by now; a static import would load it with the page.
  const { confirm, fill, giveResult, reject } = await import('ai-stream-handler')
  return requirements.map((asked, at) => {
    if (asked.kind === 'input') return fill(asked, Object.fromEntries(asked.fields.map(({ name }) => [name, String(data.get(`${at}.${name}`) ?? '')])))
    if (asked.kind === 'external') return giveResult(asked, String(data.get(`${at}.result`) ?? ''))
    return data.get('answer') === 'yes' ? confirm(asked) : reject(asked)
  })
}

function Composer() {
  const { send, cancel, isStreaming, queue, cancelQueued } = useStream()
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    void send(new FormData(event.currentTarget))
    event.currentTarget.reset()
  }
  return (
    <form className="composer" onSubmit={submit}>
      {queue.map(({ id, text }) => <p key={id}>Queued: {text} <button type="button" onClick={() => cancelQueued(id)}>Remove</button></p>)}
      <input name="message" aria-label="Message" autoComplete="off" required />
      <input name="files" type="file" aria-label="Attachments" multiple />
      {isStreaming ? <button type="button" onClick={() => cancel()}>Stop</button> : <button>Send</button>}
    </form>
  )
}

function Timeline() {
  const { timeline } = useStream()
  return <details className="timeline"><summary>Behind the scenes ({timeline.length})</summary><ol>{timeline.map(({ id, depth, description, status }) => <li key={id} style={{ marginLeft: `${depth}em` }}>{description} ({status})</li>)}</ol></details>
}

function Sessions() {
  const { sessions, sessionId, loadSessions, openSession, clear } = useStream()
  const [why, setWhy] = useState('')
  useEffect(() => {
    loadSessions().then(() => setWhy(''), (error: Error) => setWhy(error.message))
    const asked = new URL(location.href).searchParams.get('session')
    if (asked) openSession(asked).catch((error: Error) => setWhy(error.message))
  }, [loadSessions, openSession])
  useEffect(() => {
    if (sessionId) putInAddress(sessionId)
  }, [sessionId])
  const startNewChat = () => {
    clear()
    putInAddress(null)
  }
  return (
    <nav>
      <button onClick={startNewChat}>New chat</button>
      {why && <p>{why}</p>}
      <ul>{sessions.map(({ session_id, session_name }) => <li key={session_id}><button onClick={() => openSession(session_id).catch((error: Error) => setWhy(error.message))} aria-current={session_id === sessionId}>{session_name || session_id}</button></li>)}</ul>
    </nav>
  )
}

/** A refresh opens this session again; `null`: a new chat. */
function putInAddress(session: string | null) {
  const url = new URL(location.href)
  if (session) url.searchParams.set('session', session)
  else url.searchParams.delete('session')
  history.replaceState(null, '', url)
}
