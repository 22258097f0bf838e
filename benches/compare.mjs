// How fast is it, next to eventsource-parser + JSON.parse + a reducer that does nothing but append, on the same bytes?
// `make bench` runs it: node benches/compare.mjs [seconds per measurement, default 1]
//
// Both run in one process, in turns, and medians are compared: what slows the machine down slows down both. Ours does
// everything that the package does (timeline, tools, usage, members), the other keeps the answer's text and nothing
// else. We read a snapshot after every 16th feed, about once per animation frame; theirs is a string at any time.
import assert from 'node:assert/strict'
import { createParser } from 'eventsource-parser'
import { createStreamHandler } from '../pkg/dist/index.js'

const budget = Number(process.argv[2] ?? 1) * 1000
const readEvery = 16
const encoder = new TextEncoder()

// ── the streams ──────────────────────────────────────────────────────────────────────────────────────────────

const base = { created_at: 1795452391, team_id: 'cirkelline', team_name: 'Cirkelline', run_id: 'b18e97f4-442f-4e16-a703-523911f011ea', session_id: 'f737834f-5179-4812-b8c4-aa3574985f94', nested_depth: 0 }
const frame = (event, fields) => `event: ${event}\ndata: ${JSON.stringify({ created_at: base.created_at, event, ...base, ...fields })}\n\n`
const delta = (content) => frame('TeamRunContent', { content, content_type: 'str', reasoning_content: '' })
const word = (index) => `word${index % 1000} `

function whole(frames, text, extra = {}) {
  return { bytes: encoder.encode(frame('TeamRunStarted', { model: 'gemini-2.5-flash' }) + frames.join('') + frame('TeamRunCompleted', { content: text, content_type: 'str', ...extra })), text }
}

/** Nothing but short deltas: 5 MB. */
function tokens() {
  const count = Math.round(5e6 / delta(word(0)).length)
  const words = Array.from({ length: count }, (_, index) => word(index))
  return whole(words.map(delta), words.join(''))
}

/** 5,000 deltas, 200 tool calls, 50 reasoning steps, and a last frame of 1 MB. */
function mixed() {
  const frames = []
  const words = Array.from({ length: 5000 }, (_, index) => word(index))
  words.forEach((content, index) => {
    if (index % 25 === 0) {
      const tool = { tool_call_id: `call-${index}`, tool_name: 'tavily_search', tool_args: { query: `question ${index}` }, created_at: base.created_at }
      frames.push(frame('TeamToolCallStarted', { tool }))
      frames.push(frame('TeamToolCallCompleted', { tool: { ...tool, tool_call_error: false, result: 'found "it" {here}\n'.repeat(40), metrics: { duration: 0.1 } } }))
    }
    if (index % 100 === 0) frames.push(frame('TeamReasoningStep', { content_type: 'ReasoningStep', content: { title: `Step ${index}`, reasoning: 'Because.', next_action: 'continue', confidence: 0.9 } }))
    frames.push(delta(content))
  })
  return whole(frames, words.join(''), { member_responses: [{ run_id: 'x', content: 'a member said "this" at length\n'.repeat(30_000) }] })
}

/** Deltas of 1 MB each. */
function huge() {
  const block = 'A line of an answer, with "quotes" and a bit of æøå.\n'.repeat(19_000)
  return whole(Array.from({ length: 5 }, () => delta(block)), block.repeat(5))
}

/** One frame of so many megabytes. */
function single(megabytes) {
  const text = 'A line of an answer, with "quotes" and a bit of æøå.\n'.repeat(19_000 * megabytes)
  return { bytes: encoder.encode(delta(text)), text }
}

// ── the two ──────────────────────────────────────────────────────────────────────────────────────────────────

function ours(chunks) {
  const handler = createStreamHandler({ notify: 'sync' })
  let read
  handler.begin()
  for (let index = 0; index < chunks.length; index++) {
    handler.feed(chunks[index])
    if (index % readEvery === 0) read = handler.getSnapshot()
  }
  handler.end()
  read = handler.getSnapshot().turns[0].answer.content
  handler.dispose()
  return read
}

function theirs(chunks) {
  const decoder = new TextDecoder()
  let text = ''
  const parser = createParser({
    onEvent({ data }) {
      const event = JSON.parse(data)
      if (event.event === 'TeamRunContent') text += event.content
      else if (event.event === 'TeamRunCompleted') text = event.content
    },
  })
  for (const chunk of chunks) parser.feed(decoder.decode(chunk, { stream: true }))
  return text
}

// ── measuring ────────────────────────────────────────────────────────────────────────────────────────────────

function cut(bytes, size) {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size))
}

function milliseconds(run, chunks, text) {
  const began = performance.now()
  const result = run(chunks)
  const took = performance.now() - began
  assert.ok(result === text, `${run.name} ended with another text`)
  return took
}

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]

/** Median milliseconds of both, run in turns until the time is up. */
function compare({ bytes, text }, size) {
  const chunks = cut(bytes, size)
  const times = { ours: [], theirs: [] }
  const until = performance.now() + budget
  for (let round = 0; round < 5 || (performance.now() < until && round < 200); round++) {
    const [a, b] = [milliseconds(ours, chunks, text), milliseconds(theirs, chunks, text)]
    if (round === 0) continue // the compilers warm up
    times.ours.push(a)
    times.theirs.push(b)
  }
  return { ours: median(times.ours), theirs: median(times.theirs) }
}

const speed = (bytes, ms) => (bytes.length / 1e6 / (ms / 1000)).toFixed(0)
const line = (...cells) => console.log(`| ${cells.map((cell, index) => (index === 0 ? cell.padEnd(16) : String(cell).padStart(12))).join(' | ')} |`)

console.log(`Node ${process.version}, ${process.arch}; MB/s, medians. A ratio above 1: ours is faster.\n`)
line('stream', 'chunks', 'ours', 'theirs', 'ratio')
line('---', '--:', '--:', '--:', '--:')
for (const [name, stream] of Object.entries({ tokens: tokens(), mixed: mixed(), huge: huge() })) {
  for (const [label, size] of [['64 B', 64], ['1.4 KB', 1400], ['16 KB', 16384]]) {
    const times = compare(stream, size)
    line(name, label, speed(stream.bytes, times.ours), speed(stream.bytes, times.theirs), (times.theirs / times.ours).toFixed(1))
  }
}

console.log('\nOne frame in chunks of 1,400 bytes. Growth: how much longer the fivefold frame takes; 5 is linear.\n')
line('one frame of', '', 'ours, ms', 'theirs, ms', 'ratio')
line('---', '--:', '--:', '--:', '--:')
const [small, large] = [compare(single(1), 1400), compare(single(5), 1400)]
line('1 MB', '', small.ours.toFixed(1), small.theirs.toFixed(1), (small.theirs / small.ours).toFixed(1))
line('5 MB', '', large.ours.toFixed(1), large.theirs.toFixed(1), (large.theirs / large.ours).toFixed(1))
line('growth', '', (large.ours / small.ours).toFixed(1), (large.theirs / small.theirs).toFixed(1), '')
