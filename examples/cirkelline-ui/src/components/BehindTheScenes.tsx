import type { ChatMessage } from '@/types'

const time = (seconds: number) => new Date(seconds * 1000).toLocaleTimeString()

export default function BehindTheScenes({ work, answer }: { work: ChatMessage[]; answer: ChatMessage | null }) {
  const events = [answer, ...work].flatMap((message) => message?.behindTheScenes ?? [])
  if (!work.length && !events.length) return null
  return (
    <details data-testid="behind">
      <summary>Behind the scenes: {events.length} events</summary>
      <ol>
        {events.map((event) => (
          <li key={event.id} style={{ marginLeft: event.depth * 16 }} data-status={event.status}>
            <time>{time(event.timestamp)}</time> {event.description}
          </li>
        ))}
      </ol>
      {work.map((message, at) => (
        <p key={at} data-role={message.role}><b>{message.agentName ?? message.teamName ?? ''}</b> {message.content}</p>
      ))}
    </details>
  )
}
