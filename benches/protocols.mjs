// A recorded AgentOS run in the protocols of the peers that keep a state: the same texts, thoughts, tool calls and their results, by the
// same runs, in the same order. What they have no event for travels as agno's own AG-UI interface sends it: whole, as RAW (in the AI
// SDK's protocol as a transient data part, which their reader skips).

const encoder = new TextEncoder()
const sse = (values) => encoder.encode(values.map((value) => `data: ${JSON.stringify(value)}\n\n`).join(''))

/** The frames of a recording as `{ event, …data }`. */
export function framesOf(bytes) {
  return [...new TextDecoder().decode(bytes).matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data))
}

/** What a frame says, in words that both protocols have. Ids of messages are those of runs. */
function* steps(frames) {
  const open = new Set()
  for (const frame of frames) {
    const kind = frame.event.replace(/^Team/, '')
    const { run_id: run, content, reasoning_content: thought, tool, parent_run_id: parent } = frame
    if (kind === 'RunStarted' && !parent) yield { type: 'begin', run, session: frame.session_id }
    else if (kind === 'RunContent' && (content || thought)) {
      if (thought) yield { type: 'thought', run, delta: thought }
      if (typeof content === 'string' && content) {
        if (!open.has(run)) yield { type: 'text-start', run }
        open.add(run)
        yield { type: 'text', run, delta: content }
      }
    } else if (kind === 'ReasoningContentDelta' && thought) yield { type: 'thought', run, delta: thought }
    else if (kind === 'ToolCallStarted') yield { type: 'call', run, tool }
    else if (kind === 'ToolCallCompleted' || kind === 'ToolCallError') yield { type: 'result', run, tool }
    else if (kind === 'RunCompleted') {
      if (open.delete(run)) yield { type: 'text-end', run }
      if (!parent) yield { type: 'end', run, session: frame.session_id }
    } else yield { type: 'other', frame }
  }
}

const resultOf = (tool) => (typeof tool.result === 'string' ? tool.result : JSON.stringify(tool.result ?? null))

/** As AG-UI 1.0 events. */
export function agUiRun(frames) {
  const events = []
  const add = (type, fields) => events.push({ type, ...fields })
  const thinking = new Set()
  for (const step of steps(frames)) {
    const { run, delta, tool } = step
    const messageId = run
    const endThought = () => thinking.delete(run) && (add('REASONING_MESSAGE_END', { messageId: `${run}-thought` }), add('REASONING_END', { messageId: `${run}-thought` }))
    if (step.type === 'begin') add('RUN_STARTED', { threadId: step.session, runId: run })
    else if (step.type === 'thought') {
      if (!thinking.has(run)) {
        thinking.add(run)
        add('REASONING_START', { messageId: `${run}-thought` })
        add('REASONING_MESSAGE_START', { messageId: `${run}-thought`, role: 'reasoning' })
      }
      add('REASONING_MESSAGE_CONTENT', { messageId: `${run}-thought`, delta })
    } else if (step.type === 'text-start') endThought(), add('TEXT_MESSAGE_START', { messageId, role: 'assistant' })
    else if (step.type === 'text') add('TEXT_MESSAGE_CONTENT', { messageId, delta })
    else if (step.type === 'text-end') add('TEXT_MESSAGE_END', { messageId })
    else if (step.type === 'call') {
      add('TOOL_CALL_START', { toolCallId: tool.tool_call_id, toolCallName: tool.tool_name, parentMessageId: run })
      add('TOOL_CALL_ARGS', { toolCallId: tool.tool_call_id, delta: JSON.stringify(tool.tool_args ?? {}) })
      add('TOOL_CALL_END', { toolCallId: tool.tool_call_id })
    } else if (step.type === 'result') add('TOOL_CALL_RESULT', { messageId: `${tool.tool_call_id}-result`, toolCallId: tool.tool_call_id, content: resultOf(tool), role: 'tool' })
    else if (step.type === 'end') endThought(), add('RUN_FINISHED', { threadId: step.session, runId: run })
    else add('RAW', { event: step.frame, source: 'agno' })
  }
  return sse(events)
}

/** As the AI SDK's UI message chunks. */
export function aiSdkRun(frames) {
  const chunks = []
  const thinking = new Set()
  for (const step of steps(frames)) {
    const { run, delta, tool } = step
    const endThought = () => thinking.delete(run) && chunks.push({ type: 'reasoning-end', id: `${run}-thought` })
    if (step.type === 'begin') chunks.push({ type: 'start', messageId: run }, { type: 'start-step' })
    else if (step.type === 'thought') {
      if (!thinking.has(run)) chunks.push({ type: 'reasoning-start', id: `${run}-thought` })
      thinking.add(run)
      chunks.push({ type: 'reasoning-delta', id: `${run}-thought`, delta })
    } else if (step.type === 'text-start') endThought(), chunks.push({ type: 'text-start', id: run })
    else if (step.type === 'text') chunks.push({ type: 'text-delta', id: run, delta })
    else if (step.type === 'text-end') chunks.push({ type: 'text-end', id: run })
    else if (step.type === 'call') chunks.push({ type: 'tool-input-available', toolCallId: tool.tool_call_id, toolName: tool.tool_name, input: tool.tool_args ?? {}, dynamic: true })
    else if (step.type === 'result') chunks.push({ type: 'tool-output-available', toolCallId: tool.tool_call_id, output: tool.result ?? null, dynamic: true })
    else if (step.type === 'end') endThought(), chunks.push({ type: 'finish-step' }, { type: 'finish' })
    else chunks.push({ type: 'data-agno', data: step.frame, transient: true })
  }
  return sse(chunks)
}
