// The Stop button. It uses only the store's fields, and appends to the last message.
import { useCallback } from 'react'
import { useStore } from '@/store'

export function useCancelRun() {
  return useCallback(() => {
    const { abortController, currentRunId, selectedEndpoint, ...store } = useStore.getState()
    abortController?.abort()
    store.setAbortController(null)
    store.setIsStreaming(false)
    store.setActivityStatus(null)
    store.setMessages((before) => {
      const messages = [...before]
      const last = messages.at(-1)
      // In place, as the original page does.
      if (last?.role === 'agent') last.content = `${last.content}\n\n[Stopped by you]`
      return messages
    })
    if (currentRunId) void fetch(`${selectedEndpoint}/teams/cirkelline/runs/${currentRunId}/cancel`, { method: 'POST' }).catch(() => {})
    store.setCurrentRunId(null)
  }, [])
}
