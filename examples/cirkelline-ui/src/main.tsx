import { StrictMode, useEffect } from 'react'
import { createRoot } from 'react-dom/client'
import { useQueryState } from 'nuqs'
import { NuqsAdapter } from 'nuqs/adapters/react'
import ChatInput from '@/components/ChatInput'
import Messages from '@/components/Messages'
import SideBar from '@/components/SideBar'
import { AuthProvider } from '@/contexts/AuthContext'

function Page() {
  const [team, setTeam] = useQueryState('team')
  useEffect(() => {
    if (!team) void setTeam('cirkelline')
  }, [team, setTeam])
  return (
    <>
      <SideBar />
      <main>
        <Messages />
        <ChatInput />
      </main>
    </>
  )
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <NuqsAdapter>
      <AuthProvider>
        <Page />
      </AuthProvider>
    </NuqsAdapter>
  </StrictMode>,
)
