// What a stream costs at the border of WebAssembly, counted instead of timed: calls in, calls out, texts decoded. (Allocations and
// looks at bytes are counted natively: tests/counting.rs, src/bytes.rs.)
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { concat, frame, packed } from './support.mjs'

const count = { into: 0, out: 0, decoded: 0 }

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
TextDecoder.prototype.decode = counted('decoded', TextDecoder.prototype.decode)

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
