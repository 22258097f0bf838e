// Control over the queue, over real HTTP: stop keeps what waits; each message can be edited, moved and sent now.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { backend, closedAfterEach, frame, packed, runOf, until } from './support.mjs'

const lib = packed()
const { servers, handlers } = closedAfterEach()

/** A backend whose answers to the messages in `open` begin and do not end. */
async function connect(open = ['first'], options = {}, refuse = () => false) {
  const server = await backend((request, response, number) => {
    if (refuse(request, response, number)) return
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const frames = runOf('Fine.', `run-${number}`)
    if (open.includes(request.form.get('message'))) return response.write(Buffer.concat(frames.slice(0, 2)))
    response.end(Buffer.concat(frames))
  })
  servers.push(server)
  const handler = lib.createStreamHandler({ endpoint: server.url, agent: 'a', notify: 'sync', ...options })
  handlers.push(handler)
  const said = () => server.requests.filter(({ form }) => form?.has('message')).map(({ form }) => form.get('message'))
  const stopped = () => server.requests.filter(({ path }) => path.endsWith('/cancel')).map(({ path }) => path)
  const texts = () => handler.getSnapshot().queue.map(({ text }) => text)
  return { server, handler, said, stopped, texts }
}

/** `first` streams; `two` and `three` wait. */
async function busy(options) {
  const world = await connect(['first'], options)
  const sent = ['first', 'two', 'three'].map((text) => world.handler.send(text))
  await until(() => world.handler.getSnapshot().turns[0]?.answer.content, 'the first words')
  return { ...world, sent }
}

test('cancel stops the answer and pauses the queue; resumeQueue goes on', async () => {
  const { handler, sent, said, texts } = await busy()
  handler.cancel()
  assert.equal(await sent[0], 'cancelled')
  const { queuePaused, queue, status, queued } = handler.getSnapshot()
  assert.deepEqual([queuePaused, queue.map(({ waitsFor }) => waitsFor), status, queued], [true, ['resume', 'resume'], 'cancelled', 2])
  await sleep(50)
  assert.deepEqual(said(), ['first'])
  assert.deepEqual([handler.resumeQueue(), handler.resumeQueue()], [true, false])
  assert.deepEqual(await Promise.all(sent.slice(1)), ['completed', 'completed'])
  assert.deepEqual([said(), handler.getSnapshot().queuePaused, texts()], [['first', 'two', 'three'], false, []])
})

test('the next send resumes the queue, and goes out before it', async () => {
  const { handler, sent, said } = await busy()
  handler.cancel()
  assert.equal(await handler.send('instead'), 'completed')
  await Promise.all(sent)
  assert.deepEqual(said(), ['first', 'instead', 'two', 'three'])
})

test("cancel({ queue: 'drop' }) removes what waits", async () => {
  const { handler, sent, said } = await busy()
  handler.cancel({ queue: 'drop' })
  assert.deepEqual(await Promise.all(sent), ['cancelled', 'cancelled', 'cancelled'])
  assert.deepEqual([said(), handler.getSnapshot().queuePaused, handler.getSnapshot().queue], [['first'], false, []])
})

test('a message can be sent now: the answer stops, here and on the server', async () => {
  const { handler, sent, said, stopped } = await busy()
  assert.equal(await handler.send('now', { when: 'now' }), 'completed')
  assert.deepEqual(await Promise.all(sent), ['cancelled', 'completed', 'completed'])
  assert.deepEqual([said(), stopped()], [['first', 'now', 'two', 'three'], ['/agents/a/runs/run-1/cancel']])
  assert.deepEqual(handler.getSnapshot().turns.map(({ user, outcome }) => [user.content, outcome]), [['first', 'cancelled'], ['now', 'completed'], ['two', 'completed'], ['three', 'completed']])
})

test('a queued message can be edited, moved and sent now', async () => {
  const { handler, sent, said, texts } = await busy()
  const [two, three] = handler.getSnapshot().queue.map(({ id }) => id)
  assert.equal(handler.editQueued(two, 'zwei'), true)
  assert.deepEqual(texts(), ['zwei', 'three'])
  assert.equal(handler.moveQueued(three, 0), true)
  assert.deepEqual(texts(), ['three', 'zwei'])
  for (const [index, expected] of [[-5, ['zwei', 'three']], [Infinity, ['three', 'zwei']], [0.9, ['zwei', 'three']]]) {
    assert.equal(handler.moveQueued(two, index), true)
    assert.deepEqual(texts(), expected)
  }
  assert.equal(handler.sendQueuedNow(three), true)
  assert.deepEqual(await Promise.all(sent), ['cancelled', 'completed', 'completed'])
  assert.deepEqual(said(), ['first', 'three', 'zwei'])
  assert.deepEqual([handler.editQueued(two, 'x'), handler.moveQueued(two, 0), handler.sendQueuedNow(two), handler.cancelQueued(two)], [false, false, false, false])
})

test('editing a message that is a form keeps its files', async () => {
  const { handler, server, sent } = await busy()
  const form = new FormData()
  form.set('message', 'with a fiel')
  form.append('files', new File(['1'], 'a.txt'))
  const last = handler.send(form)
  assert.equal(handler.editQueued(handler.getSnapshot().queue.at(-1).id, 'with a file'), true)
  handler.cancel()
  handler.resumeQueue()
  await Promise.all([...sent, last])
  const sentForm = server.requests.at(-1).form
  assert.deepEqual([sentForm.get('message'), sentForm.get('files').name, form.get('message')], ['with a file', 'a.txt', 'with a fiel'])
  const { user } = handler.getSnapshot().turns.at(-1)
  assert.deepEqual([user.content, user.files_sent], ['with a file', ['a.txt']])
})

test('what never reached the server is in turn.unsent', async () => {
  const { handler } = await connect([], { headers: () => { if (handler.getSnapshot().turns.length === 1) throw new Error('no token') ; return {} }, onListenerError: () => {} }, (request, response) => {
    if (request.form?.get('message') !== 'refused') return false
    response.writeHead(422, { 'content-type': 'application/json' }).end('{"detail":"no"}')
    return true
  })
  assert.equal(await handler.send('not sent'), 'failed')
  assert.equal(handler.getSnapshot().turns[0].unsent, 'not sent')
  assert.equal(await handler.send('refused'), 'failed')
  assert.equal(await handler.send('fine'), 'completed')
  assert.deepEqual(handler.getSnapshot().turns.map(({ unsent }) => unsent), ['not sent', 'refused', null])
  await servers[0].close()
  const away = lib.createStreamHandler({ endpoint: servers[0].url, agent: 'a', retry: false, notify: 'sync' })
  handlers.push(away)
  assert.equal(await away.send('nobody there'), 'failed')
  assert.equal(away.getSnapshot().turns[0].unsent, 'nobody there')
})

for (const [status, refuse] of [
  [409, (response) => response.writeHead(409, { 'content-type': 'application/json' }).end(JSON.stringify({ detail: 'Session s already has run r in flight.', error_id: 'session_busy', error_type: 'session_busy' }))],
  [200, (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(frame('RunError', { agent_id: '', content: 'Session s already has run r in flight.', error_type: 'session_busy', error_id: 'session_busy' }))],
]) {
  test(`a session that is busy (${status}) queues the message`, async () => {
    const { handler, said, texts } = await connect([], {}, (_, response, number) => number === 1 && (refuse(response), true))
    const sent = handler.send('hello')
    await until(() => handler.getSnapshot().pacing, 'the wait')
    const { pacing, queue, error } = handler.getSnapshot()
    assert.deepEqual([pacing.cause, queue[0].waitsFor, error], ['session', 'run', null])
    assert.deepEqual(texts(), ['hello'])
    assert.equal(await sent, 'completed')
    assert.deepEqual([said(), texts(), handler.getSnapshot().turns.length], [['hello', 'hello'], [], 1])
  })
}

test('wrong arguments are named, and nothing is lost', async () => {
  const { handler, sent, texts } = await busy()
  const [{ id }] = handler.getSnapshot().queue
  await assert.rejects(handler.send('x', { when: 'later' }), { name: 'TypeError', message: /^send\(\) takes when: 'queue' or 'now', not "later"$/ })
  await assert.rejects(handler.send('x', { priority: 'high' }), { name: 'TypeError', message: /^send\(\) takes priority: 'user' or 'background', not "high"$/ })
  await assert.rejects(handler.send('x', { prioritet: 'user' }), { name: 'TypeError', message: 'send() has no option prioritet; there are priority, when' })
  assert.throws(() => handler.cancel({ queue: 'all' }), { name: 'TypeError', message: /^cancel\(\) takes queue: 'keep' or 'drop', not "all"$/ })
  assert.throws(() => handler.editQueued(id), { name: 'TypeError', message: /^editQueued\(\) takes a text, not undefined$/ })
  for (const index of [NaN, undefined, '1']) assert.throws(() => handler.moveQueued(id, index), { name: 'TypeError', message: /^moveQueued\(\) takes a position, not / })
  assert.deepEqual([texts(), handler.getSnapshot().isStreaming], [['two', 'three'], true])
  // As an onClick passes its event.
  handler.cancel({ type: 'click' })
  handler.cancel(null)
  assert.deepEqual([texts(), handler.getSnapshot().queuePaused], [['two', 'three'], true])
  handler.dispose()
  assert.deepEqual(await Promise.all(sent), ['cancelled', 'cancelled', 'cancelled'])
  assert.deepEqual([handler.editQueued(id, 'x'), handler.moveQueued(id, 0), handler.sendQueuedNow(id), handler.resumeQueue()], [false, false, false, false])
})
