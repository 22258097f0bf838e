import { create } from 'zustand'
import type { RefObject } from 'react'
import type { ChatMessage, SessionEntry } from '@/types'

type Update<T> = T | ((before: T) => T)
const next = <T,>(update: Update<T>, before: T): T => (typeof update === 'function' ? (update as (before: T) => T)(before) : update)

interface Store {
  messages: ChatMessage[]
  setMessages: (messages: Update<ChatMessage[]>) => void
  isStreaming: boolean
  setIsStreaming: (isStreaming: boolean) => void
  activityStatus: string | null
  setActivityStatus: (status: string | null) => void
  streamingErrorMessage: string
  setStreamingErrorMessage: (message: string) => void
  sessionsData: SessionEntry[] | null
  setSessionsData: (sessions: Update<SessionEntry[] | null>) => void
  isSessionsLoading: boolean
  setIsSessionsLoading: (isLoading: boolean) => void
  currentRunId: string | null
  setCurrentRunId: (runId: string | null) => void
  abortController: AbortController | null
  setAbortController: (controller: AbortController | null) => void
  selectedEndpoint: string
  mode: 'agent' | 'team'
  chatInputRef: RefObject<HTMLTextAreaElement | null>
}

export const useStore = create<Store>()((set) => ({
  messages: [],
  setMessages: (messages) => set((state) => ({ messages: next(messages, state.messages) })),
  isStreaming: false,
  setIsStreaming: (isStreaming) => set({ isStreaming }),
  activityStatus: null,
  setActivityStatus: (activityStatus) => set({ activityStatus }),
  streamingErrorMessage: '',
  setStreamingErrorMessage: (streamingErrorMessage) => set({ streamingErrorMessage }),
  sessionsData: null,
  setSessionsData: (sessions) => set((state) => ({ sessionsData: next(sessions, state.sessionsData) })),
  isSessionsLoading: false,
  setIsSessionsLoading: (isSessionsLoading) => set({ isSessionsLoading }),
  currentRunId: null,
  setCurrentRunId: (currentRunId) => set({ currentRunId }),
  abortController: null,
  setAbortController: (abortController) => set({ abortController }),
  selectedEndpoint: location.origin,
  mode: 'team',
  chatInputRef: { current: null },
}))
