// 'ai-stream-handler/agent-ui': drives the store of an existing page (agno-agi/agent-ui, the Cirkelline UI) in place of its hooks.
//
// The store belongs to the page: other code loads sessions into it, clears it, appends to its messages, and ids in the address
// come and go. What is done here is what the hook did: it sends, and writes what the handler says through the page's own setters.

export { connectAgentUI, type AgentUI, type AgentUIOptions } from './agent-ui/connect'
export type { AgentUIPage, AgentUIState, AgentUIStore } from './agent-ui/page-store'
