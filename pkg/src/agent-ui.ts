// 'ai-stream-handler/agent-ui': drives the zustand store of an existing chat page (agno-agi/agent-ui or a fork of it) in place of
// the page's own stream hooks.

export { connectAgentUI, type AgentUI, type AgentUIOptions } from './agent-ui/connect'
export type { AgentUIPage, AgentUIState, AgentUIStore } from './agent-ui/page-store'
export { preload } from './lazy/preload'
export { confirm, fill, giveResult, reject } from './agentos/pause-resolution'
