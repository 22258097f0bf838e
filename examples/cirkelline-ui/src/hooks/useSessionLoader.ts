// Loads stored runs and replaces the store's messages with them.
import { useStore } from '@/store'
import type { ChatMessage } from '@/types'

interface StoredRun { parent_run_id?: string; run_input?: string; content?: unknown; created_at: string | number; run_id?: string }

const get = async (path: string) => {
  const { selectedEndpoint } = useStore.getState()
  const response = await fetch(`${selectedEndpoint}${path}`)
  return response.ok ? response.json() : null
}

const seconds = (time: string | number) => (typeof time === 'number' ? time : Date.parse(time) / 1000)

export async function loadSessions(): Promise<void> {
  const { setSessionsData, setIsSessionsLoading } = useStore.getState()
  setSessionsData([])
  setIsSessionsLoading(true)
  setSessionsData((await get('/sessions?type=team&component_id=cirkelline'))?.data ?? [])
  setIsSessionsLoading(false)
}

export async function loadSession(id: string): Promise<void> {
  const runs = (await get(`/sessions/${id}/runs?type=team`)) as StoredRun[] | null
  if (!Array.isArray(runs)) return
  const messages = runs.filter((run) => !run.parent_run_id).flatMap((run): ChatMessage[] => [
    { role: 'user', content: run.run_input ?? '', created_at: seconds(run.created_at) },
    { role: 'agent', teamName: 'Cirkelline', content: String(run.content ?? ''), created_at: seconds(run.created_at) },
  ])
  useStore.getState().setMessages(messages)
}
