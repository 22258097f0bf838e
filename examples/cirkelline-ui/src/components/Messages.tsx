// Groups messages into turns. A turn ends with the first text of the main team; every message before that is shown as work.
import { memo } from 'react'
import { useStore } from '@/store'
import type { ChatMessage } from '@/types'
import BehindTheScenes from './BehindTheScenes'

interface Turn { user: ChatMessage; work: ChatMessage[]; answer: ChatMessage | null }

function turnsOf(messages: ChatMessage[]): Turn[] {
  const turns: Turn[] = []
  let open: Turn | null = null
  for (const message of messages) {
    if (message.role === 'user') turns.push((open = { user: message, work: [], answer: null }))
    else if (message.role === 'agent' && message.teamName === 'Cirkelline' && message.content) {
      if (open) open.answer = message
      open = null
    } else open?.work.push(message)
  }
  return turns
}

export default function Messages() {
  const { messages, isStreaming, activityStatus } = useStore()
  const turns = turnsOf(messages)
  return turns.map((turn, at) => (
    <section key={`${turn.user.created_at}-${at}`} data-testid="turn">
      <p className="user">{turn.user.content}</p>
      <BehindTheScenes work={turn.work} answer={turn.answer} />
      {turn.answer && <Answer message={turn.answer} content={turn.answer.content} />}
      {at === turns.length - 1 && !turn.answer && isStreaming && activityStatus && <p data-testid="activity" role="status">{activityStatus}</p>}
    </section>
  ))
}

/** `content` is a prop of its own, because other code may change the message in place. */
const Answer = memo(({ message, content }: { message: ChatMessage; content: string }) => {
  const error = useStore((state) => state.streamingErrorMessage)
  if (message.streamingError) return <p data-testid="banner" role="alert">Something went wrong. {error}</p>
  return (
    <div data-testid="answer">
      {content.split('\n\n').map((part, at) => <p key={at}>{part}</p>)}
      {message.hitlPaused && <p data-testid="question">{message.hitlRequirements?.map((requirement) => requirement.tool_name).join(', ')}?</p>}
    </div>
  )
})
