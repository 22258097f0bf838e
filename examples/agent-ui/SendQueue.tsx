// Messages that wait for the answer, above the input: <SendQueue ui={ui} />. agent-ui disables its input while an answer streams;
// without that, what is sent meanwhile is listed here.
import { useEffect, useState } from 'react'
import type { AgentUI } from 'ai-stream-handler/agent-ui'

import { useStore } from '@/store'

const SendQueue = ({ ui }: { ui: AgentUI }) => {
  const isStreaming = useStore((state) => state.isStreaming)
  const { handler } = ui
  const [, redraw] = useState({})
  useEffect(() => handler?.subscribe(() => redraw({})), [handler, isStreaming])
  const { queue, queuePaused } = handler?.getSnapshot() ?? { queue: [], queuePaused: false }

  return (
    <ol className="text-xs">
      {queue.map(({ id, text }, at) => (
        <li key={id} className="flex gap-2">
          <input value={text} onChange={(event) => ui.editQueued(id, event.target.value)} aria-label="Waiting message" />
          <button disabled={at === 0} onClick={() => ui.moveQueued(id, at - 1)}>Up</button>
          <button onClick={() => ui.sendQueuedNow(id)}>Send now</button>
          <button onClick={() => ui.cancelQueued(id)}>Remove</button>
        </li>
      ))}
      {queuePaused && <button onClick={() => ui.resumeQueue()}>Send what waits</button>}
    </ol>
  )
}

export default SendQueue
