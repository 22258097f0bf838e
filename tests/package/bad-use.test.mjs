// Wrong arguments and calls at the wrong moment, of the calls that answer again, edit, fork, follow and change the queue: nothing is lost.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backend, closedAfterEach, packed, runOf, until } from './support.mjs'

const lib = packed()
const { servers, handlers } = closedAfterEach()

const json = (response, body, status = 200) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

/** A server that answers every message; `open`: messages whose answers do not end. `handle` answers first. */
async function connect({ open = [], handle = () => false, ...options } = {}) {
  const server = await backend((request, response, number) => {
    if (handle(request, response)) return
    if (request.method === 'GET') return json(response, [])
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const frames = runOf('Fine.', `run-${number}`)
    if (open.includes(request.form?.get('message'))) return response.write(Buffer.concat(frames.slice(0, 2)))
    response.end(Buffer.concat(frames))
  })
  servers.push(server)
  const handler = lib.createStreamHandler({ endpoint: server.url, agent: 'a', notify: 'sync', retry: false, ...options })
  handlers.push(handler)
  return { server, handler }
}

test('showVersion shows no version for an index that is none', async () => {
  const { handler } = await connect()
  await handler.send('Hello')
  await handler.regenerate()
  for (const index of [NaN, -1, 0.5, 1.5, 2, Infinity, -Infinity, 2 ** 32, 2 ** 32 + 1, 1e300]) {
    const before = handler.getSnapshot()
    assert.equal(handler.showVersion(before.turns[0], index), false, String(index))
    assert.equal(handler.getSnapshot(), before, String(index))
  }
  assert.equal(handler.showVersion(handler.getSnapshot().turns[0], 0), true)
})

test('regenerate(turn) is refused: the last answer is not taken for it', async () => {
  const { server, handler } = await connect()
  await handler.send('One')
  await handler.send('Two')
  const [turn] = handler.getSnapshot().turns
  for (const given of [turn, turn.id, 0, true]) await assert.rejects(handler.regenerate(given), { name: 'TypeError', message: /^regenerate\(\) takes \{ turn, instructions \}, not / })
  assert.equal(server.requests.length, 2)
  // The event of an onClick.
  assert.equal(await handler.regenerate({ type: 'click', target: {} }), 'completed')
})

test('the calls of the queue find no message by an id that is none', async () => {
  const { handler } = await connect({ open: ['first'] })
  const sent = ['first', 'two', 'three'].map((text) => handler.send(text))
  const { queue: [{ id }] } = handler.getSnapshot()
  for (const given of [id + 0.5, id + 2 ** 32, String(id), NaN, Infinity, null, undefined, -1, {}]) {
    const results = [handler.editQueued(given, 'other'), handler.moveQueued(given, 1), handler.cancelQueued(given), handler.sendQueuedNow(given)]
    assert.deepEqual(results, [false, false, false, false], String(given))
  }
  assert.deepEqual(handler.getSnapshot().queue.map(({ text }) => text), ['two', 'three'])
  handler.cancel({ queue: 'drop' })
  await Promise.all(sent)
})

test('editQueued does not make an empty message; one with files may lose its text', async () => {
  const { handler } = await connect({ open: ['first'] })
  const form = new FormData()
  form.set('message', 'look')
  form.append('files', new Blob(['x']), 'a.txt')
  const sent = ['first', 'two', form].map((message) => handler.send(message))
  const { queue: [{ id }, { id: withFile }] } = handler.getSnapshot()
  assert.deepEqual([handler.editQueued(id, ''), handler.editQueued(id, ' \n'), handler.editQueued(withFile, '')], [false, false, true])
  assert.deepEqual(handler.getSnapshot().queue.map(({ text }) => text), ['two', ''])
  handler.cancel({ queue: 'drop' })
  await Promise.all(sent)
})

test('edit refuses files without a text before anything is hidden', async () => {
  const { server, handler } = await connect()
  await handler.send('One')
  const { length } = server.requests
  const files = new FormData()
  files.append('files', new Blob(['x']), 'a.txt')
  const empty = new FormData()
  for (const form of [files, empty]) {
    await assert.rejects(handler.edit('t0', form), { message: 'ai-stream-handler: edit(): the message is empty' })
    form.set('message', ' ')
    await assert.rejects(handler.edit('t0', form), { message: 'ai-stream-handler: edit(): the message is empty' })
  }
  assert.equal(server.requests.length, length)
})

test('after dispose() no call reaches the server', async () => {
  const { server, handler } = await connect()
  await handler.send('One')
  const { length } = server.requests
  handler.dispose()
  await assert.rejects(handler.forkSession(), { message: 'ai-stream-handler: forkSession() after dispose()' })
  assert.deepEqual([await handler.regenerate(), await handler.edit('t0', 'x'), await handler.follow(), handler.showVersion('t0', 0)], ['cancelled', 'cancelled', 'nothing', false])
  await Promise.all([handler.renameSession('session-1', 'x'), handler.deleteSession('session-1')])
  assert.equal(server.requests.length, length)
})

test('two new names reach the server in their order; a refused one does not undo the other', async () => {
  const named = []
  const handle = ({ path, body }, response) => {
    if (!path.includes('/rename')) return false
    const { session_name } = JSON.parse(body)
    named.push(session_name)
    setTimeout(() => json(response, {}, session_name === 'first' ? 500 : 200), session_name === 'first' ? 60 : 0)
    return true
  }
  const { handler } = await connect({ handle })
  await handler.send('One')
  const { sessionId } = handler.getSnapshot()
  const [first, second] = await Promise.allSettled([handler.renameSession(sessionId, 'first'), handler.renameSession(sessionId, 'second')])
  assert.deepEqual([first.status, second.status, named], ['rejected', 'fulfilled', ['first', 'second']])
  assert.equal(handler.getSnapshot().sessions[0].session_name, 'second')
})

test('the old name, listed while the new one waits for the end of the answer, does not stay', async () => {
  let finish
  const handle = ({ path, form }, response) => {
    if (form?.get('message') === 'One') {
      const frames = runOf('Fine.', 'run-1')
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(Buffer.concat(frames.slice(0, 2)))
      finish = () => response.end(Buffer.concat(frames.slice(2)))
    } else if (path.startsWith('/sessions?')) json(response, { data: [{ session_id: 'session-1', session_name: 'Old', created_at: 1 }] })
    else if (path.includes('/runs/run-1')) json(response, { status: 'COMPLETED' })
    else if (path.includes('/rename')) json(response, {})
    else return false
    return true
  }
  const { handler } = await connect({ handle })
  const sent = handler.send('One')
  await until(() => handler.getSnapshot().sessionId, 'the session')
  await handler.loadSessions()
  const { sessionId } = handler.getSnapshot()
  const renamed = handler.renameSession(sessionId, 'New')
  await handler.loadSessions()
  finish()
  await sent
  await renamed
  assert.equal(handler.getSnapshot().sessions.find(({ session_id }) => session_id === sessionId).session_name, 'New')
})

test('a session whose last run failed is marked, also after a reload', async () => {
  const asked = []
  const data = [['bad', 3], ['good', 2], ['mended', 1]].map(([session_id, updated_at]) => ({ session_id, session_name: session_id, created_at: 1, updated_at }))
  const runs = { bad: ['COMPLETED', 'ERROR'], good: ['COMPLETED'], mended: ['ERROR', 'COMPLETED'] }
  const handle = ({ path }, response) => {
    const [, id] = /^\/sessions\/(\w+)\/run-previews/.exec(path) ?? []
    if (id) asked.push(id)
    if (!id && !path.startsWith('/sessions?')) return false
    json(response, id ? runs[id].map((status, at) => ({ run_id: `${id}-${at}`, status, created_at: at + 1 })) : { data })
    return true
  }
  const { handler } = await connect({ handle })
  await handler.loadSessions()
  const marks = () => handler.getSnapshot().sessions.map(({ session_id, failed }) => [session_id, failed])
  await until(() => asked.length === 3 && handler.getSnapshot().sessions.some(({ failed }) => failed), 'the mark')
  assert.deepEqual(marks(), [['bad', true], ['good', undefined], ['mended', undefined]])
  // Nothing has changed.
  await handler.loadSessions()
  assert.equal(asked.length, 3)
  runs.bad.push('COMPLETED')
  data[0].updated_at = 4
  await handler.loadSessions()
  await until(() => marks().every(([, failed]) => !failed), 'the session that goes on')
  assert.deepEqual(asked.slice(3), ['bad'])
})

test('two lists of many sessions ask for the mark of each once, however slow the marks are', async () => {
  const asked = [], waiting = []
  const data = Array.from({ length: 12 }, (_, at) => ({ session_id: `s${at}`, session_name: 'S', created_at: 1, updated_at: 5 }))
  const handle = ({ path }, response) => {
    const [, id] = /^\/sessions\/(\w+)\/run-previews/.exec(path) ?? []
    if (!id && !path.startsWith('/sessions?')) return false
    if (id) asked.push(id)
    if (id) waiting.push(() => json(response, [{ run_id: 'r', status: 'ERROR', created_at: 1 }]))
    else json(response, { data })
    return true
  }
  const { handler } = await connect({ handle })
  await handler.loadSessions()
  await handler.loadSessions()
  await until(() => {
    for (const answer of waiting.splice(0)) answer()
    return handler.getSnapshot().sessions.filter(({ failed }) => failed).length === 12
  }, 'the marks')
  assert.deepEqual(asked.toSorted(), data.map(({ session_id }) => session_id).toSorted())
})

test('an AgentOS without the list of runs is asked for the marks once', async () => {
  let asked = 0
  const data = ['a', 'b', 'c', 'd', 'e'].map((session_id) => ({ session_id, session_name: session_id, created_at: 1 }))
  const handle = ({ path }, response) => {
    if (path.includes('/run-previews')) asked++
    if (path.startsWith('/sessions')) json(response, path.includes('/run-previews') ? { detail: 'Not Found' } : { data }, path.includes('/run-previews') ? 404 : 200)
    return path.startsWith('/sessions')
  }
  const { handler } = await connect({ handle })
  await handler.loadSessions()
  const before = asked
  await handler.loadSessions()
  assert.ok(before >= 1 && before <= 3, `${before}`)
  assert.equal(asked, before)
})

for (const status of [404, 405, 422]) {
  test(`an AgentOS that cannot copy a session says so: ${status}`, async () => {
    const { handler } = await connect({ handle: ({ path }, response) => path.includes('/fork') && (json(response, { detail: 'Not Found' }, status), true) })
    await handler.send('One')
    await assert.rejects(handler.forkSession(), { message: 'This AgentOS cannot copy a session; it can from version 3.1.10 on.', httpStatus: status })
  })
}

test('a copy of a session that the server does not name is an error, and nothing is listed', async () => {
  for (const answer of [{}, { session_id: null }, { session_id: 7 }, { session_id: '' }, null, [], 'copy']) {
    const { handler } = await connect({ handle: ({ path }, response) => path.includes('/fork') && (json(response, answer), true) })
    await handler.send('One')
    const { sessions } = handler.getSnapshot()
    await assert.rejects(handler.forkSession(), { name: 'RequestError', message: 'The server answered with something that is no session. Is the address right?' })
    assert.deepEqual(handler.getSnapshot().sessions, sessions)
  }
})

test('an empty name, and addresses in the wrong place, are refused with words that name the argument', async () => {
  const { server, handler } = await connect()
  for (const [name, said] of [['', '""'], [' \n', '" \\n"'], [null, 'null'], [undefined, 'undefined']]) {
    await assert.rejects(handler.renameSession('s', name), { name: 'TypeError', message: `renameSession() takes a name that is not empty, not ${said}` })
  }
  assert.equal(server.requests.length, 0)
  const takes = "listComponents() takes an object { endpoint: 'http://…' }, "
  for (const [given, said] of [
    ['http://localhost:7777', 'not "http://localhost:7777"'], [new URL('http://localhost:7777'), 'not http://localhost:7777/'], [null, 'not null'],
    [{ endpoint: new URL('http://localhost:7777') }, 'whose endpoint is a string'], [{ endpoint: 7 }, 'whose endpoint is a string'],
  ]) await assert.rejects(lib.listComponents(given), { name: 'TypeError', message: takes + said })
  // In Node there is no page that an address could be relative to.
  const nowhere = { name: 'TypeError', message: /^endpoint must be an address that starts with http:\/\/ or https:\/\/, not ""$/ }
  const own = lib.createStreamHandler({ agent: 'a' })
  handlers.push(own)
  for (const call of [() => lib.listComponents(), () => lib.listComponents({ endpoint: null }), () => own.loadSessions(), () => own.openSession('s'), () => own.renameSession('s', 'x')]) await assert.rejects(call, nowhere)
})

test('begin refuses a message and a name that are no texts, and the conversation stays as it is', async () => {
  const { handler } = await connect()
  const before = handler.getSnapshot()
  for (const [given, said] of [[[7], 'number 7'], [['x', { name: ['a'] }], 'an array'], [['x', { name: {} }], 'an object']]) {
    assert.throws(() => handler.begin(...given), { name: 'TypeError', message: `begin() takes a message and a name that are texts, not ${said}` })
  }
  assert.equal(handler.getSnapshot(), before)
  handler.begin(null)
  handler.begin('x', { name: null })
  assert.equal(handler.getSnapshot().turns.length, 1)
})
