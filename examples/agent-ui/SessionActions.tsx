// Beside a session in the side bar: copy the one that is open, rename, delete. <SessionActions ui={ui} sessionId={session_id} />
import { useQueryState } from 'nuqs'
import type { AgentUI } from 'ai-stream-handler/agent-ui'

import { useStore } from '@/store'

const SessionActions = ({ ui, sessionId }: { ui: AgentUI; sessionId: string }) => {
  const [current, setCurrent] = useQueryState('session')
  const sessions = useStore((state) => state.sessionsData)
  const setSessions = useStore((state) => state.setSessionsData)
  const fail = (error: Error) => useStore.getState().setStreamingErrorMessage(error.message)
  const rename = async (name: string | null) => {
    if (!name) return
    await ui.renameSession(sessionId, name)
    setSessions((sessions ?? []).map((entry) => (entry.session_id === sessionId ? { ...entry, session_name: name } : entry)))
  }
  const remove = async () => {
    await ui.deleteSession(sessionId)
    setSessions((sessions ?? []).filter((entry) => entry.session_id !== sessionId))
  }

  return (
    <span className="flex gap-2 text-xs">
      {sessionId === current && <button onClick={() => ui.forkSession().then(setCurrent).catch(fail)}>Copy</button>}
      <button onClick={() => rename(prompt('Name of the session')).catch(fail)}>Rename</button>
      <button onClick={() => remove().catch(fail)}>Delete</button>
    </span>
  )
}

export default SessionActions
