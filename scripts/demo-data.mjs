/**
 * Makes www/recordings/ from the recorded streams in tests/fixtures/recordings/: NAME.sse (the bytes, without the directives that
 * told the test's model what to do), NAME.json (the timing of the chunks, and when they were recorded), index.json (the demo's
 * scenarios), compare.json (the streams of the comparison page) and refusals.json (examples for the page that reads refusals).
 *
 *     node scripts/demo-data.mjs
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'

const from = new URL('../tests/fixtures/recordings/', import.meta.url)
const to = new URL('../www/recordings/', import.meta.url)

const DIRECTIVE = / *\[\[[a-z][^\[\]]*\]\]/g

/** `says`: the user's message on the page. The recorded messages hold directives for the scripted model. */
const groups = [
  {
    title: 'The basics',
    scenarios: [
      { name: 'seedroute_seed_plain', title: 'Simple query', says: 'Hello, are you there?', description: 'No rate limit: the answer streams right away.' },
      { name: 'seedroute_later_retry1_then_ok_backoff', title: 'Successful retry', says: 'What did I ask you before?', description: 'The model hits its rate limit; the backend waits five seconds, and the second attempt answers.' },
      { name: 'seedroute_seed_max_retries', title: 'Retries exhausted', says: 'Summarize everything we talked about.', description: 'Three retries after 5, 10 and 20 seconds, then a clear error.' },
      { name: 'seedroute_later_unexpected_error', title: 'Forced error', says: 'Continue where we stopped.', description: 'The backend itself fails: a banner says so, and nothing hangs.' },
    ],
  },
  {
    title: 'Retries and errors',
    scenarios: [
      { name: 'seedroute_seed_tool_then_429_then_ok', title: 'Limit after a tool call', says: 'What did I ask you before?', description: 'The tool succeeds, then the model hits its rate limit; the second attempt answers.' },
      { name: 'seedroute_later_text_and_tool_then_429_then_ok', title: 'Text before the limit', says: 'What is the weather like?', description: 'The first attempt had already written text. It is superseded, and remains only in Behind the Scenes.' },
      { name: 'seedroute_seed_retry2_then_ok_named_delay', title: 'Waits set by the provider', says: 'Please try that again.', description: 'Two retries, each waiting exactly as long as the model’s provider asked.' },
      { name: 'seedroute_seed_general_error', title: 'Model error', says: 'Compare the two reports.', description: 'The provider answers with a server error, which is not retried.' },
      { name: 'seedroute_later_timeout', title: 'Timeout', says: 'Research this in depth.', description: 'The backend gives up after its time limit.' },
      { name: 'team_member_429_agentos_route', title: 'A member fails', says: 'Ask the web researcher.', description: 'A member’s rate limit is an event behind the scenes, not a failed answer.' },
      { name: 'disconnect_agent_foreground', title: 'Dropped connection', says: 'Tell me a slow story.', description: 'The connection breaks mid-answer: the text stays, and the page says what happened.' },
    ],
  },
  {
    title: 'More recorded streams',
    scenarios: [
      { name: 'team_nested', title: 'Nested team', says: 'Research this topic for me.', description: 'Cirkelline asks its research team, which asks two agents of its own.' },
      { name: 'agent_two_parallel_tools', title: 'Parallel tools', says: 'Search for both.', description: 'Two tool calls run at the same time and finish in their own order.' },
      { name: 'agent_reasoning_tools', title: 'Reasoning', says: 'Which option should I take?', description: 'The agent plans and evaluates step by step before it answers.' },
      { name: 'agent_thoughts_native', title: 'Thoughts', says: 'Think about it first.', description: 'The model shares its own thoughts while it works.' },
      { name: 'agent_failing_tool', title: 'Failing tool', says: 'Run the tool that breaks.', description: 'A tool raises an error; the agent answers anyway.' },
      { name: 'hitl_agent_confirm.1_pause', continues: 'hitl_agent_confirm.2_continue', title: 'Pause for approval', says: 'Send Ann an email.', description: 'The run pauses until you approve the tool call, then continues.' },
      { name: 'cancel_team', title: 'Cancelled', says: 'Count slowly to sixty.', description: 'The run was cancelled on the server. What had arrived is kept.' },
      { name: 'workflow_run', title: 'Workflow', says: 'Run the pipeline on my greeting.', description: 'Two steps; the workflow’s own output is the answer, not its first step’s.' },
      { name: 'team_unicode', title: 'Unicode', says: 'Hej! Show me everything you can write.', description: 'Emoji, Arabic, separators, and text that only looks like an event.' },
      { name: 'agent_followups', title: 'Follow-up questions', says: 'Hello!', description: 'The answer comes with suggestions for what to ask next.' },
      { name: 'agent_structured_output', title: 'Structured answer', says: 'Give me the report as data.', description: 'With an output schema, the answer arrives as JSON.' },
      { name: 'agent_big_tool_result_1100k', title: 'A one-megabyte result', says: 'Fetch the big file.', description: 'A tool returns 1.1 MB; the page shows all of it on request.' },
    ],
  },
  {
    title: 'Made for the demo',
    note: 'Scripted frames, not recordings.',
    scenarios: [
      { name: 'scripted_parallel_members', scripted: true, title: 'Parallel members', says: 'How much wind power can a grid take?', description: 'Two members write at the same time; every token goes to its own card.' },
      { name: 'scripted_long_answer', scripted: true, title: 'A long, fast answer', says: 'Explain streams to me, at length.', description: 'Thousands of formatted tokens, one every three milliseconds.' },
    ],
  },
]

/**
 * `chunks`: the initial chunk size. `duration`: seconds, if not the default of www/compare/race.js. `stored` is added: the answer as
 * the backend stored it. Streams whose text stays wrong come first; in the others the last event repairs it.
 */
const compared = [
  { id: 'letters', name: 'team_unicode', chunks: '7', title: 'Split characters', description: 'Seven bytes at a time: emoji, Danish and Arabic letters are split across chunks.' },
  { id: 'braces', name: 'team_unicode', chunks: 'recorded', title: 'Braces in the text', description: 'Counting braces ends the event at a brace inside a sentence.' },
  { id: 'repeated', name: 'agent_repeat_tokens', chunks: 'recorded', title: 'Repeated tokens', description: '“ha ha ha”: removing the last token from the next one removes words from the answer.' },
  { id: 'retry', name: 'seedroute_later_text_and_tool_then_429_then_ok', chunks: 'recorded', title: 'A retry mid-answer', description: 'The first attempt had already started to answer. The second one answers again from the start.' },
  { id: 'team', name: 'team_nested', chunks: '1400', title: 'A team at work', description: 'Members talk while the leader writes. Only the leader’s words belong in the answer.' },
  { id: 'big', name: 'agent_big_tool_result_1100k', chunks: '1400', duration: 2.5, title: 'One big event', description: 'A tool result of 1.1 MB arrives in 800 chunks. Counting from the start at every chunk takes longer and longer.' },
]

/** Refusals for the page that reads them: `[file, its name there, title]`. */
const refusals = [
  ['google-gemini', 'tokens of the minute', 'tokens per minute'],
  ['openai', 'requests per day, minutes', 'requests per day'],
  ['anthropic', 'retry-after and the resets', 'header fields'],
  ['groq', 'too large', 'request too large'],
  ['bedrock', 'throttled', 'throttled'],
  ['azure', 'a day', 'wait a day'],
  ['openrouter', 'a provider whose JSON is in raw', 'out of credit'],
  ['litellm', 'Anthropic in bytes', 'a wrapped exception'],
  ['cloudflare', '524', 'a proxy’s page'],
]

await rm(to, { recursive: true, force: true })
await mkdir(to, { recursive: true })
for (const scenario of groups.flatMap((group) => group.scenarios)) {
  if (scenario.scripted) continue
  const bytes = await copy(scenario.name)
  // The page mentions announced waits only if there are any.
  if (bytes.includes('event: retry\n')) scenario.waits = true
  if (scenario.continues) await copy(scenario.continues)
}
for (const scenario of compared) {
  await copy(scenario.name)
  const { run } = JSON.parse(await readFile(new URL(`${scenario.name}.truth.json`, from), 'utf8'))
  scenario.stored = run.body.content.replace(DIRECTIVE, '')
}
await writeFile(new URL('compare.json', to), JSON.stringify(compared))
await writeFile(new URL('index.json', to), JSON.stringify({ groups }))

await writeFile(new URL('refusals.json', to), JSON.stringify(await Promise.all(refusals.map(readExample))))

async function readExample([file, name, title]) {
  const { provider, refusals } = JSON.parse(await readFile(new URL(`../refusals/${file}.json`, from), 'utf8'))
  const found = refusals.find((refusal) => refusal.name === name)
  if (!found) throw new Error(`${file}.json has no refusal “${name}”`)
  const { status, headers, body, text } = found
  return { provider, title, status, headers, body, text }
}

async function copy(name) {
  const original = await readFile(new URL(`${name}.sse`, from))
  const recorded = JSON.parse(await readFile(new URL(`${name}.json`, from), 'utf8'))
  const sum = recorded.chunks_ms_size.reduce((total, [, size]) => total + size, 0)
  if (recorded.status !== 200 || sum !== original.length) throw new Error(`${name} is not a complete recording of a stream`)
  const { bytes, chunks } = withoutDirectives(original, recorded.chunks_ms_size)
  await writeFile(new URL(`${name}.sse`, to), bytes)
  await writeFile(new URL(`${name}.json`, to), JSON.stringify({
    message: recorded.request.form.message?.replace(DIRECTIVE, ''),
    url: recorded.request.url,
    status: recorded.status,
    // The header has whole seconds, and may be of the one before the first event.
    startedAt: Math.max(Date.parse(recorded.response_headers.date) / 1000, Number(/"created_at": ?(\d{10})\b/.exec(original)?.[1] ?? 0)),
    chunks,
  }))
  return bytes
}

/** `[[nested]]` is for the scripted model of the tests, not for readers. The chunks shrink with it. */
function withoutDirectives(original, recorded) {
  // latin1: one character per byte, so text offsets are byte offsets.
  const text = original.toString('latin1')
  const chunks = recorded.map(([ms, size]) => [ms, size])
  for (const { 0: directive, index } of text.matchAll(DIRECTIVE)) {
    let end = 0
    for (const [at, [, size]] of recorded.entries()) {
      const from = Math.max(index, end)
      end += size
      chunks[at][1] -= Math.max(0, Math.min(index + directive.length, end) - from)
    }
  }
  return { bytes: Buffer.from(text.replace(DIRECTIVE, ''), 'latin1'), chunks: chunks.filter(([, size]) => size > 0) }
}
