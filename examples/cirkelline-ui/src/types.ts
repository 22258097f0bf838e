/** A message of this page. `agentName` or `teamName` is set, depending on who sent it. */
export interface ChatMessage {
  role: 'user' | 'agent' | 'delegation'
  content: string
  created_at: number
  streamingError?: boolean
  agentName?: string
  teamName?: string
  runId?: string
  parentRunId?: string
  isDelegation?: boolean
  delegatedTo?: string
  delegationTask?: string
  behindTheScenes?: TimelineEvent[]
  hitlPaused?: boolean
  hitlRunId?: string
  hitlSessionId?: string
  hitlRequirements?: { needs_user_input: boolean; needs_confirmation: boolean; tool_name?: string }[]
}

export interface TimelineEvent {
  id: string
  timestamp: number
  description: string
  status: string
  depth: number
}

export interface SessionEntry {
  session_id: string
  session_name: string
  created_at: number
}
