/**
 * Answering a paused run on a live AgentOS.
 *
 * The request is this page's own and the answer is fed to the handler: the way to bring one's own transport.
 */

/** Only agents and teams can be continued by their id. Resolves when the continued stream has ended. */
export async function continueRun(handler, options, { kind, id }, pause, approved, values) {
  const resolved = pause.requirements.map(({ raw }) => resolve(raw, approved, values))
  const form = new FormData()
  form.set('stream', 'true')
  form.set('session_id', handler.getSnapshot().sessionId ?? '')
  // Teams take the requirements back, agents only the tools inside them.
  if (kind === 'team') form.set('requirements', JSON.stringify(resolved))
  else form.set('tools', JSON.stringify(resolved.map((requirement) => requirement.tool_execution)))

  handler.begin()
  try {
    const url = `${options.endpoint}/${kind}s/${encodeURIComponent(id)}/runs/${encodeURIComponent(pause.runId)}/continue`
    const answer = await fetch(url, { method: 'POST', headers: options.headers, body: form })
    const reader = answer.body.getReader()
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      // The Stop button ended the turn: what still comes must not open another.
      if (!handler.getSnapshot().isStreaming) return await reader.cancel()
      handler.feed(part.value)
    }
  } catch {
    // No connection, or it broke: the end without a terminal event below makes the handler say so.
  }
  handler.end()
}

function resolve(raw, approved, values) {
  const tool = { ...raw.tool_execution }
  if (tool.requires_confirmation) tool.confirmed = approved
  if (tool.user_input_schema) {
    tool.user_input_schema = tool.user_input_schema.map((field) => ({ ...field, value: values[field.name] ?? field.value }))
    tool.answered = true
  }
  return { ...raw, tool_execution: tool }
}
