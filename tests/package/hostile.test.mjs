// Whatever the bytes are, nothing throws, nothing is polluted, memory stays bounded, and the valid frames that follow
// still arrive.
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { bytesOf, concat, frame, importFrom, install, recording, runOf, runScript } from './support.mjs'

let createStreamHandler, scratch, remove, handler
before(async () => {
  const installed = await install()
  ;({ scratch, remove } = installed)
  createStreamHandler = (await importFrom(installed.scratch)).createStreamHandler
})
after(() => remove?.())
beforeEach(() => {
  handler = createStreamHandler({ notify: 'sync' })
  handler.begin('hello')
})
afterEach(() => handler.dispose())

const base = { run_id: 'run-1', session_id: 'session-1', agent_id: 'a', agent_name: 'Agent' }
const raw = (json) => bytesOf(`event: RunContent\ndata: ${json}\n\n`)

/** A whole valid run after what was fed: it must arrive, and end as usual. */
function stillWorks(text = 'All is well. ') {
  for (const part of runOf(text)) handler.feed(part)
  handler.end()
  const snapshot = handler.getSnapshot()
  JSON.stringify(snapshot.diagnostics)
  assert.equal(snapshot.status, 'completed')
  assert.ok(snapshot.turns.at(-1).answer.content.endsWith(text), snapshot.turns.at(-1).answer.content.slice(-100))
  return snapshot
}

const reads = (snapshot) => snapshot.messages.forEach((message) => void [message.content, message.tool_calls?.map(({ tool_args }) => tool_args)])

test('JSON cut off in the middle is counted, and listed with its beginning', () => {
  handler.feed(raw('{"event":"RunContent","content":"Hel'))
  const { diagnostics } = stillWorks()
  assert.equal(diagnostics.malformedFrames, 1)
  assert.equal(diagnostics.malformed.length, 1)
  assert.match(diagnostics.malformed[0].excerpt, /"content":"Hel/)
  assert.ok(diagnostics.malformed[0].reason.length > 0)
})

for (const [what, json] of Object.entries({
  'no JSON at all': 'hello {world',
  'a bare string': '"RunContent"',
  'a number': '42',
  'null': 'null',
  'an array': '[{"event":"RunContent","content":"x"}]',
  'two objects on one line': '{"event":"RunContent","content":"x"}{"event":"RunContent","content":"y"}',
  'a comma too many': '{"event":"RunContent","content":"x",}',
  'single quotes': "{'event':'RunContent'}",
  'a raw control character in a string': '{"event":"RunContent","content":"a\u0001b"}',
  'an escape that does not exist': '{"event":"RunContent","content":"\\q"}',
  'half a unicode escape': '{"event":"RunContent","content":"\\u00"}',
  'nan in lower case': '{"event":"RunContent","content":nan}',
})) {
  test(`a frame that is ${what} does not stop the stream`, () => {
    handler.feed(raw(json))
    stillWorks()
  })
}

for (const [what, value] of [['arrays', '['.repeat(100_000) + ']'.repeat(100_000)], ['objects', '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000)], ['brackets that never close', '['.repeat(100_000)]]) {
  test(`100,000 nested ${what} neither trap nor stop the stream`, () => {
    handler.feed(raw(`{"event":"RunContent","run_id":"run-1","content":"deep ","extra":${value}}`))
    handler.feed(bytesOf(`event: ToolCallStarted\ndata: {"event":"ToolCallStarted","run_id":"run-1","tool":{"tool_call_id":"t","tool_name":"x","tool_args":${value}}}\n\n`))
    handler.feed(bytesOf(`event: RunPaused\ndata: {"event":"CustomEvent","run_id":"run-1","data":${value}}\n\n`))
    reads(stillWorks())
  })
}

test("Python's NaN and Infinity are null in what is parsed", () => {
  const args = '{"max":Infinity,"min":-Infinity,"said":"NaN \\" Infinity","list":[NaN,1]}'
  handler.feed(raw(`{"event":"ToolCallStarted","run_id":"run-1","tool":{"tool_call_id":"n","tool_name":"plot","tool_args":${args}}}`))
  const call = handler.getSnapshot().turns.at(-1).answer.tool_calls.find((tool) => tool.tool_call_id === 'n')
  assert.deepEqual(call.tool_args, { max: null, min: null, said: 'NaN " Infinity', list: [null, 1] })
  stillWorks()
})

test('keys named __proto__ and constructor stay data', () => {
  const evil = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'
  handler.feed(bytesOf(`event: ToolCallStarted\ndata: {"event":"ToolCallStarted","run_id":"run-1","__proto__":{"polluted":1},"tool":{"tool_call_id":"__proto__","tool_name":"__proto__","tool_args":${evil}}}\n\n`))
  handler.feed(raw(`{"event":"RunContent","run_id":"run-1","content":${evil},"content_type":"Evil"}`))
  handler.feed(frame('__proto__', { run_id: 'run-1' }))
  handler.feed(frame('toString', { run_id: 'run-1' }))
  handler.feed(frame('RunStarted', { ...base, run_id: '__proto__', parent_run_id: 'run-1' }))
  handler.feed(frame('RunContent', { ...base, run_id: '__proto__', parent_run_id: 'run-1', content: 'member', session_id: '__proto__' }))
  const snapshot = stillWorks()
  reads(snapshot)
  assert.equal({}.polluted, undefined)
  assert.equal(Object.prototype.polluted, undefined)
  assert.equal(Function.prototype.polluted, undefined)
  for (const call of snapshot.messages.flatMap(({ tool_calls }) => tool_calls ?? [])) assert.equal(call.tool_args.polluted, undefined)
  assert.deepEqual(snapshot.diagnostics.unknown.map(({ name }) => name).sort(), ['__proto__', 'toString'])
})

test('lone surrogates and invalid UTF-8 become replacement characters', () => {
  handler.feed(raw('{"event":"RunContent","run_id":"run-1","content":"a\\ud83db"}'))
  handler.feed(raw('{"event":"RunContent","run_id":"run-1","content":"\\ude00c"}'))
  handler.feed(concat([bytesOf('event: RunContent\ndata: {"event":"RunContent","run_id":"run-1","content":"'), Uint8Array.of(0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80, 0xf5), bytesOf('"}\n\n')]))
  const { content } = handler.getSnapshot().turns[0].answer
  assert.doesNotMatch(content, /\p{Surrogate}/u)
  assert.match(content, /\ufffd/)
  stillWorks()
})

test('a pair of surrogates written as escapes is one character', () => {
  handler.feed(raw('{"event":"RunContent","run_id":"run-1","content":"\\ud83d\\ude00"}'))
  assert.equal(handler.getSnapshot().turns[0].answer.content, '😀')
})

test('NUL survives in a text and harms nothing outside of one', () => {
  handler.feed(raw('{"event":"RunContent","run_id":"run-1","content":"a\\u0000b"}'))
  assert.equal(handler.getSnapshot().turns[0].answer.content, 'a\0b')
  handler.feed(bytesOf('\0\0\0\n\n: \0\n\nid: \0\nevent: \0\ndata: \0\n\n'))
  stillWorks()
})

test('of two keys of one name one is taken, and nothing breaks', () => {
  handler.feed(raw('{"event":"RunContent","event":"RunContent","run_id":"run-1","content":"a","content":"b"}'))
  assert.match(handler.getSnapshot().turns[0].answer.content, /^[ab]$/)
  stillWorks()
})

test('values of the wrong type in every known field harm nothing', () => {
  const names = ['RunStarted', 'RunContent', 'ToolCallStarted', 'ToolCallCompleted', 'ReasoningStep', 'MemoryUpdateCompleted', 'FollowupsCompleted', 'retry', 'error', 'MetricsUpdate', 'RunPaused', 'TeamRunCompleted', 'StepCompleted', 'replay', 'CustomEvent']
  const values = [null, true, -0, 1e308, 1e999, '', [], {}, [[]], '\ud800', 'x'.repeat(1000)]
  const fields = ['run_id', 'session_id', 'parent_run_id', 'created_at', 'content', 'tool', 'tools', 'requirements', 'reasoning_steps', 'metrics', 'images', 'image', 'delay', 'attempt', 'max_retries', 'message', 'error', 'type', 'event_index', 'member_responses', 'memories', 'followups', 'step_index', 'agent_name']
  for (const name of names) {
    for (const value of values) {
      handler.feed(frame(name, Object.fromEntries(fields.map((field) => [field, value]))))
      reads(handler.getSnapshot())
    }
    for (const field of fields) handler.feed(frame(name, { ...base, [field]: { event: 'RunCompleted', content: 'no' } }))
  }
  handler.end()
  handler.begin('again')
  stillWorks()
})

test('a 100 MB line without an end is skipped within bounded memory, and counted', () => {
  const block = new Uint8Array(1 << 20).fill(0x61)
  handler.feed(bytesOf('event: RunContent\ndata: {"event":"RunContent","content":"'))
  const before = process.memoryUsage().rss
  for (let i = 0; i < 100; i++) handler.feed(block)
  const grown = (process.memoryUsage().rss - before) / (1 << 20)
  handler.feed(bytesOf('"}\n\n'))
  const { diagnostics } = stillWorks()
  assert.equal(diagnostics.malformedFrames, 1)
  // 64 MiB is the limit for one event; a buffer that doubles may have twice that.
  assert.ok(grown < 200, `${grown.toFixed(0)} MB more for a line that is skipped`)
})

// (That it costs its length and not its square is counted natively: src/bytes.rs.)
test('an event of eight megabytes that comes in many small chunks arrives whole', () => {
  const content = 'A line with "quotes" and æøå.\n'.repeat(264_000)
  const bytes = frame('RunContent', { ...base, content })
  handler.begin('again')
  for (let at = 0; at < bytes.length; at += 1400) handler.feed(bytes.subarray(at, at + 1400))
  handler.end()
  assert.ok(handler.getSnapshot().turns.at(-1).answer.content === content)
})

// V8 of Node 20 (11.3) dies with "unreachable code" when an exported wasm function that returns a reference is inlined
// into hot JavaScript, and the memory grows under it. Its own process, since there is nothing to catch.
test('reading again and again while large events make the memory grow does not bring the process down', async () => {
  const printed = await runScript(scratch, 'grow.mjs', `
    import { createStreamHandler } from 'ai-stream-handler'
    const text = 'A line of an answer, with "quotes" and a bit of æøå.\\n'.repeat(95_000)
    const bytes = new TextEncoder().encode('data: {"event":"RunContent","run_id":"1","content":' + JSON.stringify(text) + '}\\n\\n')
    for (let round = 0; round < 10; round++) {
      const handler = createStreamHandler({ notify: 'sync' })
      handler.begin()
      for (let at = 0, fed = 0; at < bytes.length; at += 1400) {
        handler.feed(bytes.subarray(at, at + 1400))
        if (fed++ % 16 === 0) handler.getSnapshot()
      }
      handler.end()
      if (handler.getSnapshot().turns[0].answer.content !== text) throw new Error('another text')
      handler.dispose()
    }
    console.log('alive')
  `)
  assert.equal(printed, 'alive\n')
})

test('limits.maxEventBytes skips longer events, however they are cut, and takes shorter ones', () => {
  for (const size of [1, 7, 1400, 1 << 20]) {
    handler = createStreamHandler({ notify: 'sync', limits: { maxEventBytes: 4096 } })
    handler.begin('hello')
    const long = concat([frame('RunContent', { ...base, content: 'x'.repeat(5000) }), frame('RunContent', { ...base, content: 'y'.repeat(3000) })])
    for (let at = 0; at < long.length; at += size) handler.feed(long.subarray(at, at + size))
    const { diagnostics, turns } = handler.getSnapshot()
    assert.equal(diagnostics.malformedFrames, 1, `in pieces of ${size}`)
    assert.equal(turns[0].answer.content, 'y'.repeat(3000))
  }
})

test('limits.maxTextBytes, maxTimelineEntries, maxMessages and maxToolCalls hold, and the end still arrives', () => {
  handler = createStreamHandler({ notify: 'sync', limits: { maxTextBytes: 1000, maxTimelineEntries: 20, maxMessages: 5, maxToolCalls: 5 } })
  handler.begin('hello')
  handler.feed(frame('TeamRunStarted', { run_id: 'top', team_id: 't', team_name: 'Team', session_id: 's' }))
  for (let i = 0; i < 50; i++) {
    handler.feed(frame('TeamToolCallStarted', { run_id: 'top', team_id: 't', tool: { tool_call_id: `c${i}`, tool_name: 'x', tool_args: {} } }))
    handler.feed(frame('RunStarted', { run_id: `m${i}`, parent_run_id: 'top', agent_id: `a${i}`, agent_name: `Agent ${i}` }))
    handler.feed(frame('RunContent', { run_id: `m${i}`, parent_run_id: 'top', agent_id: `a${i}`, content: 'x'.repeat(100) }))
    handler.feed(frame('TeamRunContent', { run_id: 'top', team_id: 't', content: 'é'.repeat(100) }))
  }
  handler.feed(frame('error', { error: 'An error occurred: enough', type: 'general' }))
  handler.end()
  const { status, error, turns: [{ answer, work, timeline }], diagnostics } = handler.getSnapshot()
  assert.equal(status, 'failed')
  assert.equal(error.message, 'An error occurred: enough')
  assert.ok(bytesOf(answer.content).length <= 1000 && answer.content.length >= 400, `${bytesOf(answer.content).length} bytes of text`)
  assert.doesNotMatch(answer.content, /\ufffd/, 'cut between characters')
  assert.ok(answer.tool_calls.length <= 5, `${answer.tool_calls.length} tool calls`)
  assert.ok(work.length <= 5, `${work.length} messages`)
  assert.ok(timeline.length <= 25 && timeline.some(({ eventType }) => eventType === 'error'), `${timeline.length} entries`)
  assert.ok(diagnostics.droppedEntries > 0)
})

test('10,000 unknown events are counted without being kept one by one', () => {
  for (let i = 0; i < 10_000; i++) handler.feed(frame(`Event${i}`, base))
  const { diagnostics } = stillWorks()
  assert.equal(diagnostics.unknownEvents, 10_000)
  assert.ok(diagnostics.unknown.length <= 1000, `${diagnostics.unknown.length} names kept`)
})

test('random bytes, then a valid run: nothing throws and the run arrives', () => {
  const random = generator(42)
  for (let round = 0; round < 300; round++) {
    handler.begin('again')
    const noise = Uint8Array.from({ length: Math.floor(random() * 2000) }, () => random() * 256)
    handler.feed(noise)
    handler.feed(bytesOf('\n\n'))
    stillWorks(`Round ${round}. `)
  }
})

test('real streams with bytes changed, left out and doubled: nothing throws, and the next run arrives', () => {
  const random = generator(7)
  const names = ['team_nested', 'seedroute_seed_tool_then_429_then_ok', 'hitl_agent_input.1_pause', 'agent_reasoning_tools', 'workflow_run', 'agent_structured_output']
  for (let round = 0; round < 120; round++) {
    let bytes = [...recording(names[round % names.length]).bytes]
    for (let change = 0; change < 20; change++) {
      const at = Math.floor(random() * bytes.length)
      const what = random()
      if (what < 0.4) bytes[at] = random() * 256
      else if (what < 0.7) bytes.splice(at, random() * 50)
      else bytes.splice(at, 0, ...bytes.slice(at, at + random() * 50))
    }
    handler.begin('again')
    for (let at = 0; at < bytes.length;) {
      const size = 1 + Math.floor(random() * 3000)
      handler.feed(Uint8Array.from(bytes.slice(at, (at += size))))
      reads(handler.getSnapshot())
    }
    handler.end()
    handler.begin('and again')
    stillWorks(`Round ${round}. `)
  }
})

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
function generator(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
