// The page as this adapter sees it: the store's fields that it reads and writes, and the ids in the page's address.

/** The page's zustand store, or anything with these two methods. */
export interface AgentUIStore {
  /** The current state. */
  getState(): AgentUIState
  /** Calls `listener` with the new and the previous state after each change. Returns a function that unsubscribes. */
  subscribe(listener: (state: AgentUIState, before: AgentUIState) => void): () => void
}

/**
 * The state fields that are read, and the setters that write them. Only `messages` and `setMessages` are required; a setter
 * that the store lacks is not called. `any`: message and session types are the page's own.
 */
export interface AgentUIState {
  messages: any[]
  /** Called with the whole list. */
  setMessages: (messages: any) => void
  isStreaming?: boolean
  /** True from the send to the end of the answer. */
  setIsStreaming?: (isStreaming: boolean) => void
  streamingErrorMessage?: string
  /** The error banner's text; empty if there is no error. */
  setStreamingErrorMessage?: (message: string) => void
  activityStatus?: string | null
  /** The activity text; null while nothing runs. */
  setActivityStatus?: (status: any) => void
  currentRunId?: string | null
  /** The id of the running or paused run; null if there is none. */
  setCurrentRunId?: (runId: any) => void
  abortController?: AbortController | null
  /** Aborting it cancels the answer; null while nothing runs and no run is paused. */
  setAbortController?: (controller: any) => void
  sessionsData?: any
  /** Called with the whole list, which keeps every session seen since the page loaded. */
  setSessionsData?: (sessions: any) => void
  /** True while the page loads its list of sessions: an empty list then deletes none. */
  isSessionsLoading?: boolean
  /** The AgentOS base URL, unless the option `endpoint` is set. */
  selectedEndpoint?: string
  /** Sent as a bearer token, unless the option `headers` is set. */
  authToken?: string
  /** `agent` ignores the address's team, `team` its agent. If not set, the team takes precedence. */
  mode?: string
}

/** The ids in the page's address, passed to `AgentUI.update` after each render. */
export interface AgentUIPage {
  /** `''` and `null` count as not set, for all four. */
  agent?: string | null
  team?: string | null
  workflow?: string | null
  sessionId?: string | null
  /** Puts a new session into the address; called as soon as the server has named it. */
  setSessionId?: (id: string | null) => unknown
}
