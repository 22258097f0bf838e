/** Scenarios written for this page, for what no recording shows. Frames follow AgentOS's format; texts and timing are invented, and the page says so. */

const SCRIPTS = {
  /** Two members work at the same time; their tokens interleave. */
  scripted_parallel_members(out) {
    const team = { team_id: 'cirkelline', team_name: 'Cirkelline', run_id: 'team-run' }
    const members = [
      { agent_id: 'web-researcher', agent_name: 'Web Researcher', run_id: 'web-run', parent_run_id: 'team-run', task: 'Find out how much wind power Denmark produced last year.', tool: 'tavily_search', words: WEB },
      { agent_id: 'research-analyst', agent_name: 'Research Analyst', run_id: 'analyst-run', parent_run_id: 'team-run', task: 'Explain what limits the share of wind power in a grid.', tool: 'search_papers', words: ANALYST },
    ]
    const calls = members.map(({ agent_id, task }, index) => ({ tool_call_id: `delegate-${index}`, tool_name: 'delegate_task_to_member', tool_args: { member_id: agent_id, task } }))
    const frame = ({ task, tool, words, ...run }, event, fields, wait = 40) => out(event, { ...run, session_id: 'scripted-session', ...fields }, wait)

    frame(team, 'TeamRunStarted', { model: 'scripted', model_provider: 'none' }, 300)
    eachToken('I will ask both of them. ', (content) => frame(team, 'TeamRunContent', { content, content_type: 'str' }))
    for (const tool of calls) frame(team, 'TeamToolCallStarted', { tool })
    for (const member of members) frame(member, 'RunStarted', { model: 'scripted', model_provider: 'none' }, 120)
    const searches = members.map((member) => ({ tool_call_id: `search-${member.agent_id}`, tool_name: member.tool, tool_args: { query: member.task } }))
    members.forEach((member, index) => frame(member, 'ToolCallStarted', { tool: searches[index] }, 60))
    members.forEach((member, index) => frame(member, 'ToolCallCompleted', { tool: { ...searches[index], tool_call_error: false, result: '3 results', metrics: { duration: 0.42 + index / 5 } } }, 420))
    const tokens = members.map((member) => tokensOf(member.words))
    for (let at = 0; at < Math.max(...tokens.map((list) => list.length)); at++) {
      members.forEach((member, index) => tokens[index][at] && frame(member, 'RunContent', { content: tokens[index][at], content_type: 'str' }, 35))
    }
    members.forEach((member, index) => {
      frame(member, 'RunCompleted', { content: member.words, content_type: 'str' })
      frame(team, 'TeamToolCallCompleted', { tool: { ...calls[index], tool_call_error: false, result: member.words, child_run_id: member.run_id, metrics: { duration: 3.1 } } })
    })
    eachToken(SUMMARY, (content) => frame(team, 'TeamRunContent', { content, content_type: 'str' }))
    frame(team, 'TeamRunCompleted', { content: 'I will ask both of them. ' + SUMMARY, content_type: 'str', metrics: { input_tokens: 2140, output_tokens: 310, total_tokens: 2450, duration: 6.2 } })
  },

  /** A long formatted answer, one token every three milliseconds: several times the speed of current models. */
  scripted_long_answer(out) {
    const run = { agent_id: 'assistant', agent_name: 'Assistant', run_id: 'long-run', session_id: 'scripted-session-2' }
    const text = ARTICLE.repeat(24)
    out('RunStarted', { ...run, model: 'scripted', model_provider: 'none' }, 200)
    eachToken(text, (content) => out('RunContent', { ...run, content, content_type: 'str' }, 3))
    out('RunCompleted', { ...run, content: text, content_type: 'str' }, 20)
  },
}

/** The stream of a scripted scenario, in the shape of a recording: the bytes, and `[ms, size]` of each chunk. */
export function writeScripted(name) {
  const encoder = new TextEncoder()
  const frames = []
  const chunks = []
  let ms = 0
  SCRIPTS[name]((event, fields, wait) => {
    const created_at = Math.floor(Date.now() / 1000)
    const frame = encoder.encode(`event: ${event}\ndata: ${JSON.stringify({ created_at, event, ...fields, nested_depth: 0 })}\n\n`)
    ms += wait
    frames.push(frame)
    chunks.push([ms, frame.length])
  })
  const bytes = new Uint8Array(chunks.reduce((sum, [, size]) => sum + size, 0))
  let at = 0
  for (const frame of frames) {
    bytes.set(frame, at)
    at += frame.length
  }
  return { bytes, chunks, scripted: true }
}

function tokensOf(text) {
  return text.match(/\s*\S+\s*/g)
}

function eachToken(text, write) {
  for (const token of tokensOf(text)) write(token)
}

const WEB = 'Wind turbines covered **more than half** of the electricity used in Denmark last year. Offshore wind farms supplied a little under half of that, and the share is largest in winter.'
const ANALYST = 'Three things set the limit:\n\n1. how much of the demand can *move* in time,\n2. how strong the links to neighbors are,\n3. how long calm weather lasts.\n\nStorage helps with hours, hardly with weeks.'
const SUMMARY = 'Both agree on the picture:\n\n- **Today:** wind covers more than half of the Danish demand.\n- **The limit:** calm weeks, not windy days. Links to neighbors matter more than batteries.\n\nThe two reports above were written at the same time, token by token, each in its own card.'

const ARTICLE = `## What a stream is made of

A model writes *tokens*. The server wraps each one in an **event**, and the network splits the events wherever it likes:

- in the middle of a word,
- in the middle of an emoji like 🌍,
- between \`data:\` and its value.

A page that relies on these boundaries loses characters. This one does not:

\`\`\`js
const handler = createStreamHandler({ endpoint, team: 'cirkelline' })
handler.subscribe(() => draw(handler.getSnapshot()))
await handler.send('What did I ask you before?')
\`\`\`

1. Bytes arrive, split anywhere.
2. Complete frames become events.
3. Events update what they change; nothing else is redrawn.

> How the bytes are split never matters.

`
