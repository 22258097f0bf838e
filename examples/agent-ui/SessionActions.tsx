// Beside a session in the side bar: copy the one that is open, rename, delete. <SessionActions ui={ui} sessionId={session_id} />
import { useQueryState } from 'nuqs'
import type { AgentUI } from 'ai-stream-handler/agent-ui'

import { useStore } from '@/store'

const SessionActions = ({ ui, sessionId }: { ui: AgentUI; sessionId: string }) => {
  const [current, setCurrent] = useQueryState('session')
  const fail = (error: Error) => useStore.getState().setStreamingErrorMessage(error.message)
  const rename = () => {
    const name = prompt('Name of the session')?.trim()
    if (name) ui.renameSession(sessionId, name).catch(fail)
  }

  return (
    <span className="flex gap-2 text-xs">
      {sessionId === current && <button onClick={() => ui.forkSession().then(setCurrent).catch(fail)}>Copy</button>}
      <button onClick={rename}>Rename</button>
      <button onClick={() => ui.deleteSession(sessionId).catch(fail)}>Delete</button>
    </span>
  )
}

export default SessionActions
