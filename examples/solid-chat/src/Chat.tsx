// A whole chat page: messages, tools, activity with a countdown, banner, timeline, sessions, pause form, attachments, try again.
// The session's id is in the address.
import { createEffect, createSignal, For, Match, onCleanup, onMount, Show, Switch } from 'solid-js'
import type { ChatMessage, PauseRequirement } from 'ai-stream-handler'
import { createAIStreamHandler, type SolidStream } from 'ai-stream-handler/solid'
import { answersIn, asksForPermission, countDown, optionsInAddress, putSessionInAddress, sessionInAddress } from './chat'

interface Props { h: SolidStream }

export function Chat() {
  const h = createAIStreamHandler(optionsInAddress())
  return (
    <>
      <Sessions h={h} />
      <main>
        {/* By id: a growing message would recreate its row otherwise. */}
        <For each={h.messageIds}>{(id) => <Message message={h.message(id)()} />}</For>
        <Pause h={h} />
        <Banner h={h} />
        <Activity h={h} />
        <Composer h={h} />
        <details class="timeline">
          <summary>Behind the scenes ({h.timeline.length})</summary>
          <ol><For each={h.timeline}>{(entry) => <li style={{ 'margin-left': `${entry.depth}em` }}>{entry.description} ({entry.status})</li>}</For></ol>
        </details>
      </main>
    </>
  )
}

function Message(props: { message: ChatMessage | undefined }) {
  return (
    <Switch>
      <Match when={props.message?.role === 'delegation'}>
        <p class="delegation">{props.message?.delegatedBy} asks {props.message?.delegatedTo}: {props.message?.content}</p>
      </Match>
      <Match when={props.message}>
        <article class={props.message?.role}>
          <b>{props.message?.role === 'user' ? 'You' : props.message?.name || 'Agent'}</b>
          <For each={props.message?.tool_calls}>{(tool) => (
            <details>
              <summary>{tool.tool_name}: {tool.status}</summary>
              <pre>{JSON.stringify(tool.tool_args)}</pre>
              <pre>{tool.content}</pre>
            </details>
          )}</For>
          <p>{props.message?.content}</p>
          <Show when={props.message?.filesSent}>{(files) => <small>Attached: {files().join(', ')}</small>}</Show>
          <Show when={props.message?.cancelled}><small>Stopped.</small></Show>
        </article>
      </Match>
    </Switch>
  )
}

function Pause(props: Props) {
  const answer = async (event: SubmitEvent) => {
    event.preventDefault()
    if (props.h.pause) await props.h.continueRun(await answersIn(event, props.h.pause.requirements))
  }
  return (
    <Show when={props.h.pause}>{(pause) => (
      <form class="pause" onSubmit={answer}>
        <p>{pause().message}</p>
        <For each={pause().requirements}>{(asked, at) => <Requirement asked={asked} at={at()} />}</For>
        <button name="answer" value="yes">{asksForPermission(pause().requirements) ? 'Allow' : 'Answer'}</button>
        <Show when={asksForPermission(pause().requirements)}><button name="answer" value="no" formnovalidate>Decline</button></Show>
      </form>
    )}</Show>
  )
}

function Requirement(props: { asked: PauseRequirement; at: number }) {
  return (
    <Switch fallback={<p><code>{props.asked.toolName} {JSON.stringify(props.asked.toolArgs)}</code></p>}>
      <Match when={props.asked.kind === 'input'}>
        <For each={props.asked.fields}>{({ name, description }) => <label>{description ?? name} <input name={`${props.at}.${name}`} required /></label>}</For>
      </Match>
      <Match when={props.asked.kind === 'external'}>
        <label>Result of {props.asked.toolName} <input name={`${props.at}.result`} required /></label>
      </Match>
    </Switch>
  )
}

function Banner(props: Props) {
  const lastQuestion = () => props.h.turns.at(-1)?.user?.content
  const tryAgain = () => props.h.resumable ? props.h.resume() : props.h.regenerate().catch(() => props.h.send(lastQuestion() ?? ''))
  return (
    <Show when={props.h.error}>{(error) => (
      <div class="banner" role="alert">
        {error().message} {error().hint}
        <Show when={error().retryable && lastQuestion()}><button onClick={tryAgain}>Try again</button></Show>
        <button onClick={() => props.h.dismissError()}>Close</button>
      </div>
    )}</Show>
  )
}

function Activity(props: Props) {
  const wait = () => props.h.retry ?? props.h.pacing
  const [seconds, setSeconds] = createSignal(0)
  createEffect(() => onCleanup(countDown(wait(), setSeconds)))
  return (
    <Show when={wait()} fallback={<p class="activity" role="status">{props.h.activityStatus}</p>}>{(now) => (
      <p class="activity" role="status">
        {now().message} <span aria-hidden="true">{seconds()} s</span> <button onClick={() => props.h.retryNow()}>Retry now</button>
      </p>
    )}</Show>
  )
}

function Composer(props: Props) {
  const submit = (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault()
    void props.h.send(new FormData(event.currentTarget))
    event.currentTarget.reset()
  }
  return (
    <form class="composer" onSubmit={submit}>
      <For each={props.h.queue}>{({ id, text }) => <p>Queued: {text} <button type="button" onClick={() => props.h.cancelQueued(id)}>Remove</button></p>}</For>
      <input name="message" aria-label="Message" autocomplete="off" required />
      <input name="files" type="file" aria-label="Attachments" multiple />
      <Show when={props.h.isStreaming} fallback={<button>Send</button>}><button type="button" onClick={() => props.h.cancel()}>Stop</button></Show>
    </form>
  )
}

function Sessions(props: Props) {
  const [why, setWhy] = createSignal('')
  const explain = (problem: Error) => setWhy(problem.message)
  onMount(() => {
    props.h.loadSessions().catch(explain)
    const asked = sessionInAddress()
    if (asked) props.h.openSession(asked).catch(explain)
  })
  createEffect(() => props.h.sessionId && putSessionInAddress(props.h.sessionId))
  const startNewChat = () => {
    props.h.clear()
    putSessionInAddress(null)
  }
  return (
    <nav>
      <button onClick={startNewChat}>New chat</button>
      <Show when={why()}><p>{why()}</p></Show>
      <ul>
        <For each={props.h.sessions}>{({ session_id, session_name }) => (
          <li><button aria-current={session_id === props.h.sessionId} onClick={() => props.h.openSession(session_id).catch(explain)}>{session_name || session_id}</button></li>
        )}</For>
      </ul>
    </nav>
  )
}
