// Generated streams: `{ bytes, text }`, where `text` is the answer expected at the end.
const encoder = new TextEncoder()

const base = { created_at: 1795452391, team_id: 'cirkelline', team_name: 'Cirkelline', run_id: 'b18e97f4-442f-4e16-a703-523911f011ea', session_id: 'f737834f-5179-4812-b8c4-aa3574985f94', nested_depth: 0 }
const frame = (event, fields) => `event: ${event}\ndata: ${JSON.stringify({ created_at: base.created_at, event, ...base, ...fields })}\n\n`
const delta = (content, more) => frame('TeamRunContent', { content, content_type: 'str', reasoning_content: '', ...more })
const word = (index) => `word${index % 1000} `

function whole(frames, text, extra = {}) {
  return { bytes: encoder.encode(frame('TeamRunStarted', { model: 'gemini-2.5-flash' }) + frames.join('') + frame('TeamRunCompleted', { content: text, content_type: 'str', ...extra })), text }
}

const words = (count) => Array.from({ length: count }, (_, index) => word(index))

/** Short deltas only, about `bytes` bytes of them. */
export function tokens(bytes = 5e6) {
  const said = words(Math.max(1, Math.round(bytes / delta(word(0)).length)))
  return whole(said.map((content) => delta(content)), said.join(''))
}

/** Short deltas of two alternating members, with a new time and event index in each frame, as in a background run. */
export function alternating() {
  const said = words(Math.round(5e6 / 380))
  let index = 0
  const member = (name) => ({ agent_id: name, agent_name: name, run_id: `run-of-${name}`, parent_run_id: base.run_id, team_id: '', team_name: '' })
  const of = (event, name, more) => frame(event, { ...member(name), event_index: index++, ...more })
  const frames = said.flatMap((content, at) => [
    of('RunContent', at % 2 ? 'research' : 'law', { content, content_type: 'str', created_at: base.created_at + at }),
    ...(at % 100 === 0 ? [delta('.', { event_index: index++ })] : []),
  ])
  return whole(frames, '.'.repeat(Math.ceil(said.length / 100)))
}

/** 5,000 deltas, 200 tool calls, 50 reasoning steps, and a last frame of 1 MB. */
export function mixed() {
  const frames = []
  const said = words(5000)
  said.forEach((content, index) => {
    if (index % 25 === 0) {
      const tool = { tool_call_id: `call-${index}`, tool_name: 'tavily_search', tool_args: { query: `question ${index}` }, created_at: base.created_at }
      frames.push(frame('TeamToolCallStarted', { tool }))
      frames.push(frame('TeamToolCallCompleted', { tool: { ...tool, tool_call_error: false, result: 'found "it" {here}\n'.repeat(40), metrics: { duration: 0.1 } } }))
    }
    if (index % 100 === 0) frames.push(frame('TeamReasoningStep', { content_type: 'ReasoningStep', content: { title: `Step ${index}`, reasoning: 'Because.', next_action: 'continue', confidence: 0.9 } }))
    frames.push(delta(content))
  })
  return whole(frames, said.join(''), { member_responses: [{ run_id: 'x', content: 'a member said "this" at length\n'.repeat(30_000) }] })
}

const ENGLISH = 'A line of an answer, with "quotes", as a model writes it.\n'
const DANISH = 'A line of an answer, with "quotes" and a bit of æøå.\n'

/** Five frames of 1 MB each. */
function megabytes(line) {
  const block = line.repeat(Math.round(1e6 / line.length))
  return whole(Array.from({ length: 5 }, () => delta(block)), block.repeat(5))
}

export const huge = () => megabytes(ENGLISH)
export const hugeDanish = () => megabytes(DANISH)

/** One frame of `size` megabytes. */
export function single(size, line = ENGLISH) {
  const text = line.repeat(Math.round((size * 1e6) / line.length))
  return { bytes: encoder.encode(delta(text)), text }
}

export function cut(bytes, size) {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size))
}

/** One frame per chunk, as a streaming model sends them. */
export function byFrame(bytes) {
  const chunks = []
  let from = 0
  for (let at = 1; at < bytes.length; at++) {
    if (bytes[at] !== 10 || bytes[at - 1] !== 10) continue
    chunks.push(bytes.subarray(from, at + 1))
    from = at + 1
  }
  if (from < bytes.length) chunks.push(bytes.subarray(from))
  return chunks
}
