import { useCallback } from 'react'
import { useQueryState } from 'nuqs'
import { useStore } from '@/store'

export default function useChatActions() {
  const [, setSessionId] = useQueryState('session')
  const { setMessages, chatInputRef } = useStore.getState()

  const clearChat = useCallback(() => {
    setMessages([])
    void setSessionId(null)
  }, [setMessages, setSessionId])

  const focusChatInput = useCallback(() => chatInputRef.current?.focus(), [chatInputRef])
  return { clearChat, focusChatInput }
}
