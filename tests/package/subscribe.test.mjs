// How a page hears of changes, what keeps its identity, and the calls that change a conversation from outside.
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { bytesOf, concat, frame, packed, recording, runOf, streamNames } from './support.mjs'

const lib = packed()
let handler
beforeEach(() => { handler = lib.createStreamHandler({ notify: 'sync' }) })
afterEach(() => handler.dispose())

const feedAll = (parts) => parts.forEach((part) => handler.feed(part))
const delta = (content) => frame('RunContent', { run_id: 'run-1', session_id: 'session-1', agent_id: 'a', agent_name: 'Agent', content })

test('a listener that throws stops nobody, is reported and is counted', () => {
  const reported = []
  handler = lib.createStreamHandler({ notify: 'sync', onListenerError: (error) => reported.push(error) })
  const boom = new Error('boom')
  let calls = 0
  handler.subscribe(() => { throw boom })
  handler.subscribe(() => calls++)
  handler.begin('hello')
  feedAll(runOf('Hello there'))
  handler.end()
  assert.ok(calls > 0)
  assert.ok(reported.length > 0 && reported.every((error) => error === boom))
  assert.equal(handler.getSnapshot().diagnostics.listenerErrors, reported.length)
  assert.equal(handler.getSnapshot().status, 'completed')
})

test('an onListenerError that throws itself does not reach the stream either', () => {
  handler = lib.createStreamHandler({ notify: 'sync', onListenerError: () => { throw new Error('worse') } })
  handler.subscribe(() => { throw new Error('boom') })
  handler.begin('hello')
  feedAll(runOf('Hello there'))
  handler.end()
  assert.equal(handler.getSnapshot().turns[0].answer.content, 'Hello there')
})

test('a listener may read, feed, unsubscribe itself and subscribe others while it is called', () => {
  const seen = []
  const stop = handler.subscribe(() => {
    stop()
    seen.push(handler.getSnapshot().status)
    handler.subscribe(() => seen.push('other'))
    handler.feed(delta('from inside '))
  })
  handler.begin('hello')
  handler.feed(delta('from outside '))
  handler.end()
  assert.ok(seen.includes('other'))
  const { content } = handler.getSnapshot().turns.at(-1).answer
  assert.ok(content.includes('from inside ') && content.includes('from outside '), content)
})

test('after unsubscribing nothing is heard, and unsubscribing twice is harmless', () => {
  let first = 0, second = 0
  const stop = handler.subscribe(() => first++)
  handler.subscribe(() => second++)
  stop()
  stop()
  handler.begin('hello')
  feedAll(runOf('Hello there'))
  assert.equal(first, 0)
  assert.ok(second > 0)
})

test('a listener subscribed twice is still told when one of the two subscriptions has ended', () => {
  let calls = 0
  const listener = () => calls++
  const stop = handler.subscribe(listener)
  handler.subscribe(listener)
  stop()
  handler.begin('hello')
  assert.ok(calls > 0)
})

test('getSnapshot gives the same object until something changes', () => {
  assert.equal(handler.getSnapshot(), handler.getSnapshot())
  handler.begin('hello')
  handler.feed(delta('Hello '))
  const before = handler.getSnapshot()
  assert.equal(handler.getSnapshot(), before)
  handler.feed(new Uint8Array(0))
  assert.equal(handler.getSnapshot(), before)
  handler.feed(delta('there'))
  assert.notEqual(handler.getSnapshot(), before)
  assert.equal(before.turns[0].answer.content, 'Hello ', 'an old snapshot stays as it was')
})

test('what did not change keeps its identity while the last text grows', () => {
  handler.begin('first')
  handler.feed(recording('team_nested').bytes)
  handler.end()
  handler.begin('second')
  handler.feed(concat(runOf('Hello ').slice(0, 2)))
  const before = handler.getSnapshot()
  handler.feed(delta('there'))
  const now = handler.getSnapshot()
  assert.equal(now.turns[1].answer.content, 'Hello there')
  assert.equal(now.turns[0], before.turns[0])
  assert.equal(now.turns[1].user, before.turns[1].user)
  assert.equal(now.turns[1].work, before.turns[1].work)
  assert.notEqual(now.turns[1], before.turns[1])
  assert.notEqual(now.turns[1].answer, before.turns[1].answer)
  assert.equal(now.messages.length, before.messages.length)
  now.messages.slice(0, -1).forEach((message, index) => assert.equal(message, before.messages[index]))
  assert.notEqual(now.messages.at(-1), before.messages.at(-1))
  for (const key of ['timeline', 'sessions', 'usage', 'monitor', 'error', 'retry']) assert.equal(now[key], before[key], key)
})

test('over every recording, frame by frame, what is equal is the same object, and an old snapshot stays as it was', () => {
  for (const name of streamNames()) {
    const { bytes } = recording(name)
    if (bytes.length > 60_000) continue
    handler.clear()
    handler.begin('hello')
    let before = handler.getSnapshot(), text = JSON.stringify(before)
    for (const frame of Buffer.from(bytes).toString('latin1').split(/(?<=\n\n)/)) {
      handler.feed(Buffer.from(frame, 'latin1'))
      const now = handler.getSnapshot()
      assert.equal(JSON.stringify(before), text, `${name}: an old snapshot changed`)
      assertShared(before, now, name)
      before = now
      text = JSON.stringify(now)
    }
    handler.end()
    assertShared(before, handler.getSnapshot(), name)
  }
})

/** Whatever a component may be given is the same object while it looks the same. The diagnostics count with every frame. */
function assertShared(before, now, name) {
  const same = (path, left, right) => {
    if (left !== right && Object(left) === left) assert.notEqual(JSON.stringify(right), JSON.stringify(left), `${name}: ${path} is equal, and another object`)
  }
  same('snapshot', before, now)
  for (const key of Object.keys(now)) if (key !== 'diagnostics') same(key, before[key], now[key])
  for (const list of ['turns', 'messages', 'timeline', 'sessions']) now[list].forEach((item, index) => same(`${list}[${index}]`, before[list][index], item))
  now.turns.forEach((turn, index) => {
    const old = before.turns[index] ?? {}
    for (const key of Object.keys(turn)) same(`turns[${index}].${key}`, old[key], turn[key])
    turn.work.forEach((message, at) => same(`turns[${index}].work[${at}]`, old.work?.[at], message))
  })
}

test('the flat messages are the messages of the turns: user, work, answer', () => {
  handler.begin('research')
  handler.feed(recording('team_nested').bytes)
  handler.end()
  const { turns, messages } = handler.getSnapshot()
  assert.deepEqual(messages, turns.flatMap(({ user, work, answer }) => [user, ...work, answer]))
  messages.forEach((message, index) => assert.equal(message, [turns[0].user, ...turns[0].work, turns[0].answer][index]))
  assert.equal(new Set(messages.map(({ id }) => id)).size, messages.length)
})

test("with notify 'sync' each chunk that changes something is told at once", () => {
  let calls = 0
  handler.subscribe(() => calls++)
  handler.begin('hello')
  const begun = calls
  for (let i = 1; i <= 10; i++) {
    handler.feed(delta(`${i} `))
    assert.equal(calls, begun + i)
  }
})

for (const [notify, most] of [['frame', 6], [100, 3]]) {
  test(`with notify ${notify} many chunks are told a few times, the end of the run at once, and reading is always current`, async () => {
    handler = lib.createStreamHandler({ notify })
    let calls = 0
    handler.subscribe(() => calls++)
    handler.begin('hello')
    await sleep(120)
    calls = 0
    for (let i = 0; i < 500; i++) handler.feed(delta('x'))
    assert.equal(handler.getSnapshot().turns[0].answer.content.length, 500)
    assert.ok(calls <= 1, `${calls} calls within one task`)
    await sleep(60)
    if (notify === 'frame') assert.ok(calls >= 1, 'told within some frames')
    await sleep(60)
    assert.ok(calls >= 1 && calls <= most, `${calls} calls for 500 chunks`)
    handler.feed(delta('y'))
    calls = 0
    handler.feed(runOf('z').at(-1))
    handler.end()
    await null
    assert.ok(calls >= 1, 'the end is told at once')
    const after = calls
    await sleep(150)
    assert.ok(calls <= after + 1)
    handler.dispose()
  })
}

test('a waiting notification does not keep a finished process alive or come after dispose', async () => {
  handler = lib.createStreamHandler({ notify: 50 })
  let calls = 0
  handler.begin('hello')
  handler.subscribe(() => calls++)
  handler.feed(delta('x'))
  handler.dispose()
  calls = 0
  await sleep(120)
  assert.equal(calls, 0)
})

test('dismissError closes the banner and leaves the conversation', () => {
  handler.begin('hello')
  handler.feed(recording('seedroute_seed_max_retries').bytes)
  handler.end()
  const before = handler.getSnapshot()
  assert.equal(before.error.message, 'Maximum retries exceeded (3 attempts). The service is experiencing high load. Please try again in a few moments.')
  handler.dismissError()
  const now = handler.getSnapshot()
  assert.equal(now.error, null)
  assert.equal(now.status, 'failed')
  assert.equal(now.turns.length, 1)
  assert.equal(now.timeline, before.timeline)
})

test('the next turn closes the banner of the one before', () => {
  handler.begin('hello')
  handler.feed(recording('seedroute_seed_general_error').bytes)
  handler.end()
  assert.notEqual(handler.getSnapshot().error, null)
  handler.begin('again')
  assert.equal(handler.getSnapshot().error, null)
})

test('load shows an earlier conversation, clear starts a new one and keeps the list of sessions', () => {
  handler.begin('hello')
  feedAll(runOf('Hello there', 'run-1', 'session-1'))
  handler.end()
  handler.load({ sessionId: 'session-2', messages: [{ role: 'user', content: 'earlier' }, { role: 'agent', content: 'an answer' }] })
  let snapshot = handler.getSnapshot()
  assert.equal(snapshot.sessionId, 'session-2')
  assert.deepEqual(snapshot.messages.map(({ role, content }) => [role, content]), [['user', 'earlier'], ['agent', 'an answer']])
  assert.equal(snapshot.turns.length, 1)
  assert.equal(snapshot.isStreaming, false)
  handler.begin('go on')
  feedAll(runOf('More', 'run-2', 'session-2'))
  handler.end()
  assert.deepEqual(handler.getSnapshot().messages.map(({ content }) => content), ['earlier', 'an answer', 'go on', 'More'])
  handler.clear()
  snapshot = handler.getSnapshot()
  assert.deepEqual([snapshot.status, snapshot.turns, snapshot.messages, snapshot.sessionId, snapshot.error], ['idle', [], [], null, null])
  assert.ok(snapshot.sessions.some(({ session_id }) => session_id === 'session-1'))
})

test('clear in the middle of a stream ends it, and late bytes of it do not come back', () => {
  handler.begin('hello')
  feedAll(runOf('Hello there').slice(0, 2))
  handler.clear()
  assert.equal(handler.getSnapshot().isStreaming, false)
  assert.deepEqual(handler.getSnapshot().turns, [])
})

test('the server snapshot is that of a new handler, always the same object', () => {
  const empty = handler.getServerSnapshot()
  assert.deepEqual(empty, lib.createStreamHandler().getSnapshot())
  handler.begin('hello')
  assert.equal(handler.getServerSnapshot(), empty)
  assert.equal(empty.status, 'idle')
})

test('after dispose the last snapshot stays, and every other call but send does nothing', async () => {
  handler.begin('hello')
  feedAll(runOf('Hello there'))
  handler.end()
  handler.begin('again')
  handler.feed(delta('cut '))
  handler.dispose()
  handler.dispose()
  const last = handler.getSnapshot()
  assert.equal(last.isStreaming, false)
  assert.equal(last.turns[0].answer.content, 'Hello there')
  handler.begin('more')
  handler.feed(bytesOf('data: {}\n\n'))
  handler.end()
  handler.cancel()
  handler.dismissError()
  handler.load({ sessionId: null, messages: [] })
  handler.clear()
  handler.subscribe(() => assert.fail('told after dispose'))()
  assert.equal(await handler.resume(), 'cancelled')
  assert.equal(handler.getSnapshot(), last)
})

test('one handler disposed leaves the others working', () => {
  const other = lib.createStreamHandler({ notify: 'sync' })
  other.begin('hello')
  runOf('Hello there').slice(0, 2).forEach((part) => other.feed(part))
  handler.dispose()
  runOf('Hello there').slice(2).forEach((part) => other.feed(part))
  other.end()
  assert.equal(other.getSnapshot().turns[0].answer.content, 'Hello there')
  other.dispose()
})
