// A paused run for pages with a form of their own for it (agent-ui). Not in agent-ui/: that is loaded with the page, and this is needed
// only then.

import type { PauseRequirement } from '../types/pause'
import type { Turn } from '../types/snapshot'

/** The fields that such pages expect of a message; none if its turn does not wait. */
export function hitlFields({ pause, runId }: Turn, sessionId: string | null): Record<string, unknown> {
  return pause ? { hitlPaused: true, hitlRunId: pause.runId ?? runId, hitlSessionId: sessionId, hitlRequirements: pause.requirements.map(hitlRequirement) } : {}
}

/** A requirement in AgentOS's field names, which pages with a form for paused runs read. */
function hitlRequirement({ kind, fields, toolName, toolArgs }: PauseRequirement): Record<string, unknown> {
  return {
    needs_user_input: kind === 'input',
    needs_confirmation: kind === 'confirmation',
    user_input_schema: fields?.map(({ name, type, description, value }) => ({ name, field_type: type, description: description ?? '', value: value ?? null })),
    tool_name: toolName,
    tool_args: toolArgs,
  }
}
