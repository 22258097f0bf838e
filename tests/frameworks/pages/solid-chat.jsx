// The chat in JSX, compiled for the server and for hydration.
import { For } from 'solid-js'
import { createAIStreamHandler } from 'ai-stream-handler/solid'
import { register, seen, shown } from './page.js'

export function Chat(props) {
  const stream = createAIStreamHandler(props.options)
  register(props.name, stream)
  return (
    <section>
      <p class="status">{stream.status}</p>
      <p class="activity">{shown(stream.retry?.message ?? stream.activityStatus)}</p>
      <p class="error">{shown(stream.error?.message)}</p>
      <p class="pause">{shown(stream.pause?.message)}</p>
      <ul><For each={stream.messageIds}>{(id) => {
        const message = stream.message(id)
        return <li>{seen(id, message())}</li>
      }}</For></ul>
    </section>
  )
}
