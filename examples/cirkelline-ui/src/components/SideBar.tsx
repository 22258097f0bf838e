// The list of sessions. Loads a session whenever the address names another one, even during an answer: a new session is put
// into the address with its first event.
import { useEffect } from 'react'
import { useQueryState } from 'nuqs'
import useChatActions from '@/hooks/useChatActions'
import { loadSession, loadSessions } from '@/hooks/useSessionLoader'
import { useStore } from '@/store'

export default function SideBar() {
  const sessions = useStore((state) => state.sessionsData)
  const [session, setSession] = useQueryState('session')
  const { clearChat, focusChatInput } = useChatActions()

  useEffect(() => void loadSessions(), [])
  useEffect(() => {
    if (session) void loadSession(session)
  }, [session])

  const open = async (id: string) => {
    await loadSession(id)
    void setSession(id)
  }

  return (
    <nav aria-label="Sessions">
      <button onClick={() => { clearChat(); focusChatInput() }}>New chat</button>
      <ul>
        {sessions?.map(({ session_id, session_name }) => (
          <li key={session_id}>
            <button aria-current={session_id === session} data-session={session_id} onClick={() => void open(session_id)}>{session_name}</button>
          </li>
        ))}
      </ul>
    </nav>
  )
}
