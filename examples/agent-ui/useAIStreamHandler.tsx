// Replaces src/hooks/useAIStreamHandler.tsx of agno-agi/agent-ui; useAIResponseStream.tsx beside it is no longer needed.
import { useCallback, useEffect } from 'react'
import { useQueryState } from 'nuqs'
import { connectAgentUI } from 'ai-stream-handler/agent-ui'

import useChatActions from '@/hooks/useChatActions'
import { constructEndpointUrl } from '@/lib/constructEndpointUrl'
import { useStore } from '../store'

// Exported for the components beside it.
export const ui = connectAgentUI({
  store: useStore,
  endpoint: () => constructEndpointUrl(useStore.getState().selectedEndpoint)
})

const useAIChatStreamHandler = () => {
  const { focusChatInput } = useChatActions()
  const [agent] = useQueryState('agent')
  const [team] = useQueryState('team')
  const [workflow] = useQueryState('workflow')
  const [sessionId, setSessionId] = useQueryState('session')

  useEffect(() => ui.update({ agent, team, workflow, sessionId, setSessionId }))

  const handleStreamResponse = useCallback(
    async (input: string | FormData) => {
      await ui.send(input)
      focusChatInput()
    },
    [focusChatInput]
  )

  return { handleStreamResponse }
}

export default useAIChatStreamHandler
