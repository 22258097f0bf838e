// The Stop button: it knows of the run only what the store says, and appends to the last message.
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
      // As the page has always done it: in place.
      if (last?.role === 'agent') last.content = `${last.content}\n\n[Stopped by you]`
      return messages
    })
    if (currentRunId) void fetch(`${selectedEndpoint}/teams/cirkelline/runs/${currentRunId}/cancel`, { method: 'POST' }).catch(() => {})
    store.setCurrentRunId(null)
  }, [])
}
