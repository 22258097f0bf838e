// src/components/chat/Sidebar/WorkflowSelector.tsx of agno-agi/agent-ui: talk to a workflow. In Sidebar.tsx, below <EntitySelector />:
// <WorkflowSelector />. The id is in the address; choosing an agent or a team takes precedence over it.
'use client'
import { useEffect, useState } from 'react'
import { useQueryStates } from 'nuqs'
import { type Component } from 'ai-stream-handler'

import { Select, SelectContent, SelectItem, SelectTrigger, SelectValue } from '@/components/ui/select'
import { constructEndpointUrl } from '@/lib/constructEndpointUrl'
import { useStore } from '@/store'

const string = { parse: (value: string) => value || null }

const WorkflowSelector = () => {
  const { selectedEndpoint, authToken, isEndpointActive, setMessages, setSelectedModel } = useStore()
  const [workflows, setWorkflows] = useState<Component[]>([])
  const [{ workflow, agent, team }, setAddress] = useQueryStates({ workflow: string, agent: string, team: string, session: string }, { history: 'push' })

  useEffect(() => {
    if (!isEndpointActive) return setWorkflows([])
    const headers: Record<string, string> = authToken ? { Authorization: `Bearer ${authToken}` } : {}
    let isCurrent = true
    // Without a list there is nothing to select; the page says itself why an endpoint cannot be reached.
    import('ai-stream-handler')
      .then(({ listComponents }) => listComponents({ endpoint: constructEndpointUrl(selectedEndpoint), headers }))
      .then((all) => isCurrent && setWorkflows(all.filter(({ kind }) => kind === 'workflow')), () => {})
    return () => {
      isCurrent = false
    }
  }, [selectedEndpoint, authToken, isEndpointActive])

  if (workflows.length === 0) return null
  const choose = (id: string) => {
    setSelectedModel('')
    setMessages([])
    void setAddress({ workflow: id, agent: null, team: null, session: null })
  }
  return (
    <Select value={agent || team ? '' : (workflow ?? '')} onValueChange={choose}>
      <SelectTrigger aria-label="Workflow" className="h-9 w-full rounded-xl border border-primary/15 bg-primaryAccent text-xs font-medium uppercase">
        <SelectValue placeholder="Select Workflow" />
      </SelectTrigger>
      <SelectContent className="border-none bg-primaryAccent font-dmmono shadow-lg">
        {workflows.map(({ id, name }) => (
          <SelectItem key={id} value={id} className="cursor-pointer text-xs font-medium uppercase">{name}</SelectItem>
        ))}
      </SelectContent>
    </Select>
  )
}

export default WorkflowSelector
