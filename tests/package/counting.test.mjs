// What a stream costs at the border of WebAssembly, counted instead of timed: calls in, calls out, texts decoded. (Allocations and
// looks at bytes are counted natively: tests/counting.rs, src/bytes.rs.)
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { concat, frame, packed } from './support.mjs'

const count = { into: 0, out: 0, decoded: 0 }
/** Bytes of packed deltas: numbers, and text in WebAssembly's memory. */
let packedBytes = 0
/** Entries of lists that were copied. */
let copied = 0

const counted = (what, call) => function (...given) {
  count[what]++
  return call.apply(this, given)
}

// Before the package is loaded: its module is made with these.
const { Instance } = WebAssembly
WebAssembly.Instance = function (module, imports = {}) {
  const wrapped = Object.entries(imports).map(([name, of]) => [name, Object.fromEntries(Object.entries(of).map(([key, call]) => [key, typeof call === 'function' ? counted('out', call) : call]))])
  const { exports } = new Instance(module, Object.fromEntries(wrapped))
  return { exports: Object.fromEntries(Object.entries(exports).map(([key, call]) => [key, typeof call === 'function' ? counted('into', call) : call])) }
}
const { decode } = TextDecoder.prototype
TextDecoder.prototype.decode = counted('decoded', function (bytes, options) {
  packedBytes += bytes?.length ?? 0
  return decode.call(this, bytes, options)
})
globalThis.Float64Array = class extends Float64Array {
  constructor(...given) {
    super(...given)
    if (given.length === 3) packedBytes += this.byteLength
  }
}
for (const name of ['concat', 'slice', 'flatMap']) {
  const original = Array.prototype[name]
  Array.prototype[name] = function (...given) {
    const list = original.apply(this, given)
    copied += list.length
    return list
  }
}

const lib = packed()
let handler
afterEach(() => handler.dispose())

/** What `work` adds to the counts. */
function costOf(work) {
  const before = { ...count }
  work()
  return Object.fromEntries(Object.keys(count).map((what) => [what, count[what] - before[what]]))
}

const of = (fields) => ({ created_at: 1_795_452_000, run_id: 'run-1', session_id: 'session-1', agent_id: 'a', agent_name: 'Agent', ...fields })
const token = (text) => frame('RunContent', of({ content: text, content_type: 'str' }))

/** A handler that streams, behind so many earlier messages of 2 KB; everything was read. */
function streaming(earlier = 0) {
  handler = lib.createStreamHandler({ notify: 'sync' })
  handler.load({ sessionId: 'session-1', messages: Array.from({ length: earlier }, (_, at) => ({ role: at % 2 ? 'agent' : 'user', content: `${at} ${'x'.repeat(2000)}` })) })
  handler.begin('hello')
  handler.feed(concat([frame('RunStarted', of({})), token('one '), token('two ')]))
  handler.getSnapshot()
}

for (const earlier of [0, 1000]) {
  test(`a token crosses the border twice, and back only when somebody looks; with ${earlier} earlier messages`, () => {
    streaming(earlier)
    const fed = costOf(() => { for (let at = 0; at < 100; at++) handler.feed(token(`word${at} `)) })
    assert.deepEqual(fed, { into: 200, out: 0, decoded: 0 }, 'to feed 100 tokens')
    const seen = costOf(() => handler.getSnapshot())
    assert.equal(seen.decoded, 1, 'one text, however many tokens it came in')
    assert.ok(seen.out <= 4 && seen.into <= 4, JSON.stringify(seen))
    assert.deepEqual(costOf(() => handler.getSnapshot()), { into: 0, out: 0, decoded: 0 }, 'to look again')
    assert.match(handler.getSnapshot().turns.at(-1).answer.content, /^one two word0 .*word99 $/)
  })
}

test('a large chunk is handed over in pieces of 256 KB, and its text in pieces of 32 KB', () => {
  streaming()
  const fed = costOf(() => handler.feed(token('x'.repeat(1 << 20))))
  assert.ok(fed.into <= 12 && fed.out === 0, JSON.stringify(fed))
  const seen = costOf(() => handler.getSnapshot())
  assert.ok(seen.decoded <= 36 + 10, JSON.stringify(seen))
})

test('what an event costs does not grow with the timeline', () => {
  streaming()
  const call = (at) => {
    const tool = { tool_call_id: `call-${at}`, tool_name: 'search', tool_args: { query: 'x' } }
    return concat([frame('ToolCallStarted', of({ tool })), frame('ToolCallCompleted', of({ tool: { ...tool, result: 'found' } }))])
  }
  const costs = Array.from({ length: 1000 }, (_, at) => costOf(() => {
    handler.feed(call(at))
    handler.getSnapshot()
  }))
  assert.equal(handler.getSnapshot().timeline.length, 2002)
  const total = ({ into, out }) => into + out
  assert.ok(total(costs.at(-1)) <= total(costs[10]) + 10, `${JSON.stringify(costs[10])}, then ${JSON.stringify(costs.at(-1))}`)
  assert.ok(costs.at(-1).decoded < 30, JSON.stringify(costs.at(-1)))
})

/** A handler whose answer has `calls` tool calls, each with its start and its end in the timeline, and reasoning steps up to `entries`; all read. */
function working(calls, entries) {
  handler = lib.createStreamHandler({ notify: 'sync' })
  handler.begin('hello')
  handler.feed(concat([frame('RunStarted', of({}))]))
  const tool = (at, more) => ({ tool: { tool_call_id: `c${at}`, tool_name: 'search', tool_args: { query: `question ${at}` }, ...more } })
  for (let at = 0; at < calls; at++) {
    handler.feed(frame('ToolCallStarted', of(tool(at))))
    handler.feed(frame('ToolCallCompleted', of(tool(at, { result: 'found', tool_call_error: false }))))
  }
  while (handler.getSnapshot().timeline.length < entries) handler.feed(frame('ReasoningStep', of({ content: { title: `Step ${handler.getSnapshot().timeline.length}` }, content_type: 'ReasoningStep' })))
}

test('one new entry writes one entry, whatever the turn already holds', () => {
  const bytes = {}
  for (const [calls, entries] of [[2, 5], [200, 1000]]) {
    working(calls, entries)
    const before = handler.getSnapshot()
    packedBytes = 0
    handler.feed(frame('ToolCallStarted', of({ tool: { tool_call_id: 'new', tool_name: 'search', tool_args: { query: 'one more' } } })))
    const { timeline, turns: [{ answer }] } = handler.getSnapshot()
    bytes[entries] = packedBytes
    assert.equal(timeline.length, before.timeline.length + 1)
    assert.ok(before.timeline.length >= entries && answer.tool_calls.length === calls + 1)
    assert.ok(before.timeline.every((entry, at) => timeline[at] === entry), 'the entries before it are the same objects')
    handler.dispose()
  }
  assert.ok(bytes[1000] < 2500, `${bytes[1000]} bytes`)
  assert.ok(bytes[1000] < bytes[5] + 200, `${bytes[1000]} bytes behind 1,000 entries, ${bytes[5]} behind five`)
})

test('behind 10,000 messages a token copies no list; who reads the messages gets all of them', () => {
  streaming(10_000)
  const before = handler.getSnapshot()
  copied = 0
  for (let at = 0; at < 100; at++) {
    handler.feed(token('more '))
    handler.getSnapshot()
  }
  assert.ok(copied < 1_000, `${copied} entries were copied for 100 tokens`)
  const { messages, turns } = handler.getSnapshot()
  assert.equal(messages, handler.getSnapshot().messages)
  assert.equal(messages.length, 10_002)
  assert.equal(turns.at(-1).answer, messages.at(-1))
  assert.deepEqual([before.messages.length, before.messages.at(-1).content], [10_002, 'one two '], 'a snapshot stays as it was')
  assert.equal(before.messages[9_999], messages[9_999])
  assert.deepEqual(Object.keys(before).filter((key) => /messages|turns/.test(key)), ['turns', 'messages'])
  assert.equal({ ...handler.getSnapshot() }.messages, messages)
  // What does not concern a message leaves the list as it is.
  handler.feed(frame('UnknownEvent', of({})))
  assert.equal(handler.getSnapshot().messages, messages)
})
