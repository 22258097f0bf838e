// What the code blocks of the documentation take for granted: the reader's own page around them.
import type { createStreamHandler as create, Snapshot, Turn } from 'ai-stream-handler'
import type { AgentUIStore } from 'ai-stream-handler/agent-ui'
import type { StreamHook } from 'ai-stream-handler/react'

declare global {
  const h: StreamHook
  const createStreamHandler: typeof create
  const useEffect: (effect: () => void | (() => void), dependencies?: unknown[]) => void
  function token(): string
  function draw(...parts: [Snapshot['messages'], Snapshot['activityStatus'], Snapshot['error'], Snapshot['timeline']]): void
  const id: number
  const allowed: boolean
  const text: string
  const composer: HTMLInputElement
  const turn: Turn
  const bytes: Uint8Array
  // Of agent-ui's hook.
  const useStore: AgentUIStore
  const agent: string | null
  const team: string | null
  const sessionId: string | null
  const setSessionId: (id: string | null) => void
  const inputOrFormData: string | FormData
}
