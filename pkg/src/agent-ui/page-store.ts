// What is read and written of the page: its store, and its address.

/** The page's zustand store; or anything with these two. Setters that its state lacks are not called. */
export interface AgentUIStore {
  /** The state now. */
  getState(): AgentUIState
  /** Calls `listener` with the state and the one before, at each change. */
  subscribe(listener: (state: AgentUIState, before: AgentUIState) => void): () => void
}

/** What of its state is read, and written by the setter of the same name. `any`: its message and session types are the page's. */
export interface AgentUIState {
  /* eslint-disable @typescript-eslint/no-explicit-any */
  messages: any[]
  /** Called with the whole list. */
  setMessages: (messages: any) => void
  isStreaming?: boolean
  /** True from the send to the end of the answer. */
  setIsStreaming?: (isStreaming: boolean) => void
  streamingErrorMessage?: string
  /** The banner; empty: none. */
  setStreamingErrorMessage?: (message: string) => void
  activityStatus?: string | null
  /** What is being done; null: nothing. */
  setActivityStatus?: (status: any) => void
  currentRunId?: string | null
  /** The run that lives, or is paused; null: none. */
  setCurrentRunId?: (runId: any) => void
  abortController?: AbortController | null
  /** Aborting it cancels the answer; null: none runs. */
  setAbortController?: (controller: any) => void
  sessionsData?: any
  /** Called with the whole list: sessions that were seen here are in it. */
  setSessionsData?: (sessions: any) => void
  isSessionsLoading?: boolean
  selectedEndpoint?: string
  authToken?: string
  mode?: string
}

/** What the page's address says: the hook tells it after each render. */
export interface AgentUIPage {
  agent?: string | null
  team?: string | null
  workflow?: string | null
  sessionId?: string | null
  /** Puts the session into the address, as soon as the server has named it. */
  setSessionId?: (id: string | null) => unknown
}
