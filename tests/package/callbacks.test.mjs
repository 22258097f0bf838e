// Listeners that call back in, and values that keep their identity: what a page relies on without knowing it.
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { backend, frame, play, runOf, packed, until } from './support.mjs'

const lib = packed()
let handler
beforeEach(() => { handler = lib.createStreamHandler({ notify: 'sync' }) })
afterEach(() => handler.dispose())

const of = (fields) => ({ run_id: 'run-1', session_id: 'session-1', agent_id: 'a', agent_name: 'Agent', ...fields })
const feed = (...frames) => frames.forEach((part) => handler.feed(part))

for (const call of ['cancel', 'dismissError', 'dispose']) {
  test(`a listener may call ${call}() whenever it hears of something`, async () => {
    let calls = 0
    handler.subscribe(() => {
      calls++
      if (!handler.getSnapshot().isStreaming) handler[call]()
    })
    handler.begin('hello')
    feed(...runOf('Hello there'))
    handler.end()
    await sleep(60)
    assert.ok(calls < 50, `${calls} notifications`)
    const other = lib.createStreamHandler({ notify: 'sync' })
    other.begin('hello')
    runOf('The module lives').forEach((part) => other.feed(part))
    other.end()
    assert.equal(other.getSnapshot().status, 'completed')
    other.dispose()
  })
}

test('dispose in a listener of its own disposal frees once', async () => {
  handler = lib.createStreamHandler({ notify: 'sync' })
  handler.subscribe(() => handler.dispose())
  handler.begin('hello')
  feed(frame('RunStarted', of({})))
  handler.dispose()
  await sleep(10)
  assert.equal(handler.getSnapshot().status, 'cancelled')
})

test('a call that changes nothing tells nobody and gives the same snapshot', () => {
  handler.begin('hello')
  feed(...runOf('Hello there'))
  handler.end()
  const before = handler.getSnapshot()
  let calls = 0
  handler.subscribe(() => calls++)
  handler.cancel()
  handler.dismissError()
  handler.end()
  assert.equal(calls, 0)
  assert.equal(handler.getSnapshot(), before)
})

test('a listener that answers every change with another does not stop the page', async () => {
  let rounds = 0
  const unsubscribe = handler.subscribe(() => {
    rounds++
    handler.load({ sessionId: `s${rounds}`, messages: [] })
  })
  handler.begin('hello')
  assert.ok(rounds < 100)
  await sleep(50)
  unsubscribe()
  assert.ok(handler.getSnapshot().sessionId.startsWith('s'))
})

test('load is heard of when it is whole', () => {
  handler.begin('old')
  feed(...runOf('Old answer'))
  handler.end()
  const seen = []
  handler.subscribe(() => {
    const { sessionId, messages } = handler.getSnapshot()
    seen.push([sessionId, messages.length])
  })
  handler.load({ sessionId: 'y', messages: [{ role: 'user', content: 'earlier' }, { role: 'agent', content: 'yes' }] })
  assert.ok(seen.length > 0)
  for (const state of seen) assert.deepEqual(state, ['y', 2])
})

test('a value that is parsed when read is the same value ever after, through tokens and changes of other things', () => {
  handler.begin('hello')
  feed(
    frame('RunStarted', of({})),
    frame('ReasoningStep', of({ content: { title: 'Plan' }, content_type: 'ReasoningStep' })),
    frame('FollowupsCompleted', of({ followups: ['More?'] })),
    frame('ToolCallStarted', of({ tool: { tool_call_id: 'c', tool_name: 'think', tool_args: { a: 1 } } })),
  )
  const first = handler.getSnapshot().turns[0]
  const values = (turn) => [turn.answer.extra_data, turn.answer.extra_data.reasoning_steps[0], turn.answer.followups, turn.followups, turn.answer.tool_calls[0].tool_args]
  const read = values(first)
  assert.deepEqual(read[0].reasoning_steps, [{ title: 'Plan' }])
  feed(frame('RunContent', of({ content: 'a token' })))
  values(handler.getSnapshot().turns[0]).forEach((value, index) => assert.equal(value, read[index]))
  feed(frame('ToolCallCompleted', of({ tool: { tool_call_id: 'c', tool_name: 'think', tool_args: { a: 1 }, result: 'ok' } })), frame('RunCompleted', of({ content: 'a token' })))
  values(handler.getSnapshot().turns[0]).forEach((value, index) => assert.equal(value, read[index]))
  assert.equal(first.answer.extra_data, read[0])
})

test('usage, monitor, banner and pause keep their identity while something else changes', () => {
  handler.begin('hello')
  feed(frame('RunStarted', of({})), frame('RunPaused', of({ content: 'May I?', requirements: [{ id: 'q', tool_execution: { tool_name: 'send', requires_confirmation: true } }] })))
  const before = handler.getSnapshot()
  assert.equal(before.pause.requirements[0].kind, 'confirmation')
  feed(frame('MemoryUpdateCompleted', of({ memories: [] })), frame('SessionSummaryCompleted', of({ session_summary: {} })))
  const now = handler.getSnapshot()
  assert.notEqual(now, before)
  for (const key of ['usage', 'monitor', 'pause']) assert.equal(now[key], before[key], key)
})

test('a field that is undefined is not sent, and a relative url is joined to its endpoint', async (t) => {
  let asked
  const server = await backend(async (request, response) => {
    asked = request
    await play(response, 'agent_plain')
  })
  t.after(() => server.close())
  const live = lib.createStreamHandler({ endpoint: server.url, url: 'api/agents/assistant/runs', fields: { user_id: undefined, timezone: 'UTC' } })
  assert.equal(await live.send('hello'), 'completed')
  assert.equal(asked.path, '/api/agents/assistant/runs')
  assert.equal(asked.form.get('user_id'), null)
  assert.equal(asked.form.get('timezone'), 'UTC')
  live.dispose()
})

test('feed takes bytes and says so', () => {
  assert.throws(() => handler.feed('text'), /Uint8Array/)
})

test('what cannot be loaded is refused before anything is given up, and listeners hear of the rest', async () => {
  handler.begin('hello')
  feed(...runOf('Hello there'))
  handler.end()
  const before = handler.getSnapshot()
  let calls = 0
  handler.subscribe(() => calls++)
  for (const messages of [undefined, null, [null]]) assert.throws(() => handler.load({ sessionId: null, messages }), TypeError)
  assert.throws(() => handler.load({ sessionId: 5, messages: [] }))
  assert.deepEqual(before.messages.map(({ content }) => content), ['hello', 'Hello there'])
  calls = 0
  handler.begin('again')
  feed(...runOf('Still here'))
  assert.ok(calls > 1, `${calls} notifications`)
})

test('a fetch of one’s own that answers nothing, or has read its answer, ends the send; it is sent once', async () => {
  const stream = () => new Response(new Blob(runOf('Hi')), { headers: { 'content-type': 'text/event-stream' } })
  for (const [fetch, outcome] of [
    [() => undefined, 'failed'],
    [async () => { const answer = stream(); await answer.text(); return answer }, 'interrupted'],
    [async () => { const answer = stream(); answer.body.getReader(); return answer }, 'interrupted'],
  ]) {
    let sent = 0
    const errors = []
    const own = lib.createStreamHandler({ endpoint: 'http://x.test', agent: 'a', retry: outcome === 'failed' ? false : {}, onListenerError: (e) => errors.push(e.message), fetch: (request) => (sent++, fetch(request)) })
    assert.equal(await own.send('hello'), outcome)
    assert.equal(sent, 1)
    if (outcome === 'interrupted') assert.match(errors.join(), /read a clone\(\) of it/)
    own.dispose()
  }
})

test('what keeps a request from being made reaches onListenerError, and no text speaks of the connection', async () => {
  const no = new Error('no token')
  const reasons = [
    [{ headers: () => { throw no } }, no],
    [{ headers: async () => { throw no } }, no],
    [{ headers: { a: 'line\nbreak' } }, { name: 'TypeError' }],
    [{ endpoint: 'http://[' }, { name: 'TypeError' }],
  ]
  for (const [options, reason] of reasons) {
    const errors = []
    const own = lib.createStreamHandler({ endpoint: 'http://x.test', agent: 'a', fetch: () => assert.fail('a request'), onListenerError: (e) => errors.push(e), ...options })
    assert.equal(await own.send('hello'), 'failed')
    const { message, type } = own.getSnapshot().error
    assert.deepEqual([message, type, errors.length], ['The message could not be sent.', 'general', 1])
    assert.throws(() => { throw errors[0] }, reason)
    for (const ask of [() => own.loadSessions(), () => own.openSession('s'), () => lib.listComponents({ endpoint: 'http://x.test', ...options })]) await assert.rejects(ask, reason)
    own.dispose()
  }
})

test('what keeps a run from being stopped on the server reaches onListenerError, too', async () => {
  let broken = false
  const errors = []
  const stream = () => new Response(new ReadableStream({ start: (to) => to.enqueue(runOf('Hi')[0]) }), { headers: { 'content-type': 'text/event-stream' } })
  const own = lib.createStreamHandler({
    endpoint: 'http://x.test', agent: 'a', notify: 'sync', fetch: async () => stream(), onListenerError: (e) => errors.push(e.message),
    headers: () => { if (broken) throw new Error('no token'); return {} },
  })
  const sent = own.send('hello')
  await until(() => own.getSnapshot().runId)
  broken = true
  own.cancel()
  assert.equal(await sent, 'cancelled')
  await until(() => errors.length)
  assert.deepEqual(errors, ['no token'])
  own.dispose()
})

test('headers are the same for a message and for a list: a record, Headers, pairs, without those that are undefined', async () => {
  for (const headers of [{ a: '1', b: undefined, c: null }, new Headers({ a: '1' }), () => new Headers({ a: '1' }), async () => [['a', '1']], new Map([['a', 1]])]) {
    const seen = []
    const fetch = async (request) => {
      seen.push([request.headers.get('a'), request.headers.get('b'), request.headers.get('c')])
      return request.method === 'GET' ? Response.json({ data: [] }) : new Response(new Blob(runOf('Hi')), { headers: { 'content-type': 'text/event-stream' } })
    }
    const own = lib.createStreamHandler({ endpoint: 'http://x.test', agent: 'a', headers, fetch })
    assert.equal(await own.send('hello'), 'completed')
    await own.loadSessions()
    assert.deepEqual(seen, [['1', null, null], ['1', null, null]])
    own.dispose()
  }
  const none = lib.createStreamHandler({ endpoint: 'http://x.test', agent: 'a', headers: () => null, fetch: async () => Response.json({ data: [] }) })
  assert.deepEqual(await none.loadSessions(), [])
  none.dispose()
})
