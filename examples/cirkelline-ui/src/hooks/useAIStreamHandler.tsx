// Replaces src/hooks/useAIStreamHandler.tsx of the Cirkelline UI; useAIResponseStream.tsx beside it is no longer needed.
import { useCallback, useEffect } from 'react'
import { useQueryState } from 'nuqs'
import { connectAgentUI } from 'ai-stream-handler/agent-ui'

import { useAuth } from '@/contexts/AuthContext'
import useChatActions from '@/hooks/useChatActions'
import { getAuthHeaders } from '@/lib/auth-headers'
import { constructEndpointUrl } from '@/lib/constructEndpointUrl'
import { useStore } from '../store'

let userId = () => ''
export const ui = connectAgentUI({
  store: useStore,
  endpoint: () => constructEndpointUrl(useStore.getState().selectedEndpoint),
  headers: getAuthHeaders,
  fields: () => ({ user_id: userId(), timezone: Intl.DateTimeFormat().resolvedOptions().timeZone }),
  members: true,
  answerTeamName: 'Cirkelline',
})

const useAIChatStreamHandler = () => {
  const { focusChatInput } = useChatActions()
  const { getUserId } = useAuth()
  const [agent] = useQueryState('agent')
  const [team] = useQueryState('team')
  const [sessionId, setSessionId] = useQueryState('session')

  useEffect(() => {
    userId = getUserId
    ui.update({ agent, team, sessionId, setSessionId })
  })

  const handleStreamResponse = useCallback((input: string | FormData) => ui.send(input).then(() => focusChatInput()), [focusChatInput])
  return { handleStreamResponse }
}

export default useAIChatStreamHandler
