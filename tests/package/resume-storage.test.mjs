// What is stored of an unfinished answer, and what happens to stored data that is invalid.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backend, closedAfterEach, frame, packed, until } from './support.mjs'

const lib = packed()
const { servers, handlers } = closedAfterEach()

/** A Storage; `writes` counts. */
class Shelf {
  items = new Map()
  writes = 0
  getItem = (key) => this.items.get(key) ?? null
  setItem(key, text) {
    this.writes++
    this.items.set(key, text)
  }
  removeItem = (key) => this.items.delete(key)
}

const base = { agent_id: 'a', agent_name: 'Alpha', run_id: 'run-1', session_id: 's-1', created_at: 1_795_452_000 }
const said = (content, event_index) => frame('RunContent', { ...base, content, content_type: 'str', event_index })
const started = () => frame('RunStarted', { ...base, event_index: 0 })
const ended = (content, event_index) => frame('RunCompleted', { ...base, content, content_type: 'str', event_index })

/** Begins, and stays open; whoever asks for the rest gets all of it. */
async function serve() {
  const server = await backend((request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(Buffer.concat([started(), said('So far. ', 1)]))
    if (request.path.endsWith('/resume')) response.end(Buffer.concat([said('And on.', 2), ended('So far. And on.', 3)]))
  })
  servers.push(server)
  return server
}

function connect(server, persist, options = {}) {
  const handler = lib.createStreamHandler({
    endpoint: server.url, agent: 'a', background: true, persist, notify: 'sync', headers: { Authorization: 'Bearer secret-token' }, fields: { user_id: 'private-user' }, ...options,
  })
  handlers.push(handler)
  return handler
}

async function interrupted(server, shelf) {
  const handler = connect(server, shelf)
  handler.send('What now?')
  await until(() => handler.getSnapshot().turns[0]?.answer.content === 'So far. ')
  handler.dispose()
}

test('a new handler shows the text at once and takes the answer up at its first use', async () => {
  const [server, shelf] = [await serve(), new Shelf()]
  await interrupted(server, shelf)
  const handler = connect(server, shelf)
  const { turns, sessionId, status } = handler.getSnapshot()
  assert.deepEqual([turns[0].user.content, turns[0].answer.content, sessionId, status], ['What now?', 'So far. ', 's-1', 'interrupted'])
  assert.equal(server.requests.length, 1, 'nobody has used it yet')
  handler.subscribe(() => {})
  await until(() => handler.getSnapshot().status === 'completed')
  assert.equal(handler.getSnapshot().turns[0].answer.content, 'So far. And on.')
  await until(() => shelf.items.size === 0)
})

test('kept are names and words, and neither headers nor fields', async () => {
  const [server, shelf] = [await serve(), new Shelf()]
  await interrupted(server, shelf)
  assert.equal(shelf.items.size, 1)
  const [[key, text]] = shelf.items
  assert.equal(key, `ai-stream-handler ${server.url}/agents/a/runs`)
  const { at, ...kept } = JSON.parse(text)
  assert.ok(Math.abs(at - Date.now() / 1000) < 60)
  assert.ok(Math.abs(kept.askedAt - Date.now() / 1000) < 60)
  assert.deepEqual({ ...kept, askedAt: 0 }, { version: 1, runId: 'run-1', sessionId: 's-1', lastIndex: 1, name: 'Alpha', user: 'What now?', askedAt: 0, text: 'So far. ', pause: null })
  assert.doesNotMatch(text, /secret-token|private-user/)
})

test('what is old, broken, foreign or hostile is ignored and removed', async () => {
  const [server, shelf] = [await serve(), new Shelf()]
  await interrupted(server, shelf)
  const [[key, good]] = [...shelf.items]
  const change = (more) => JSON.stringify({ ...JSON.parse(good), ...more })
  const bad = [
    '', '{', 'null', '[]', '42', '"text"', change({ version: 2 }), change({ at: 0 }), change({ at: 'now' }), change({ at: JSON.parse(good).at + 1e6 }),
    change({ runId: '' }), change({ runId: 7 }), change({ sessionId: {} }), change({ lastIndex: -1 }), change({ lastIndex: 1.5 }), change({ lastIndex: 1e300 }),
    change({ name: null }), change({ user: ['x'] }), change({ askedAt: null }), change({ text: null }), change({ pause: 'yes' }),
    change({ pause: { message: 1, requirements: [] } }), change({ pause: { message: '', requirements: [{}] } }), '{"__proto__":{"version":1}}',
  ]
  for (const text of bad) {
    shelf.items.set(key, text)
    const handler = connect(server, shelf)
    assert.deepEqual([handler.getSnapshot().turns.length, shelf.items.size], [0, 0], text)
    handler.dispose()
  }
  // A requirement that is no JSON asks for nothing, and traps nothing.
  shelf.items.set(key, change({ pause: { message: 'Well?', requirements: ['{', '{"id":"r"}', '\u0000'] } }))
  const handler = connect(server, shelf)
  assert.equal(handler.getSnapshot().status, 'paused')
  assert.equal(handler.getSnapshot().pause.message, 'Well?')
})

test('another session, another server or another component has its own', async () => {
  const [server, shelf] = [await serve(), new Shelf()]
  await interrupted(server, shelf)
  for (const options of [{ sessionId: 's-2' }, { agent: 'b' }, { endpoint: 'http://127.0.0.1:9' }, { agent: undefined, team: 'a' }]) {
    assert.equal(connect(server, shelf, options).getSnapshot().turns.length, 0, JSON.stringify(options))
  }
  assert.equal(connect(server, shelf, { sessionId: 's-1' }).getSnapshot().turns.length, 1)
})

test('two handlers in one page: a new chat does not show the other’s answer, nor write over it', async () => {
  const [server, shelf] = [await serve(), new Shelf()]
  const first = connect(server, shelf)
  first.send('What now?')
  await until(() => shelf.items.size === 1)
  const second = connect(server, shelf)
  assert.equal(second.getSnapshot().turns.length, 0)
  second.send('Something else.')
  await until(() => second.getSnapshot().turns[0]?.answer.content === 'So far. ')
  await new Promise((soon) => setTimeout(soon, 700))
  assert.equal(JSON.parse([...shelf.items.values()][0]).user, 'What now?')
  first.dispose()
  second.dispose()
  assert.equal(connect(server, shelf).getSnapshot().turns[0].user.content, 'Something else.', 'the one that went last')
})

test('it is off by a switch, off for foreground runs, and a storage that refuses harms nobody', async () => {
  const server = await serve()
  const shelf = new Shelf()
  const off = connect(server, false)
  off.send('x')
  await until(() => off.getSnapshot().turns[0]?.answer.content)
  const foreground = connect(server, undefined, { background: false })
  foreground.send('x')
  const refusing = { getItem() { throw new Error('no') }, setItem() { throw new Error('full') }, removeItem() { throw new Error('no') } }
  const handler = connect(server, refusing)
  handler.send('x')
  await until(() => handler.getSnapshot().turns[0]?.answer.content)
  handler.dispose()
  assert.equal(shelf.items.size, 0)
})

test('a long answer is written down a few times a second, and not at each token', async () => {
  const shelf = new Shelf()
  const server = await backend(async (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(started())
    for (let n = 1; n <= 400; n++) {
      response.write(said(`t${n} `, n))
      await new Promise((soon) => setTimeout(soon, 3))
    }
    response.end(ended('', 401))
  })
  servers.push(server)
  const began = performance.now()
  assert.equal(await connect(server, shelf).send('x'), 'completed')
  const seconds = (performance.now() - began) / 1000
  assert.ok(shelf.writes >= 1 && shelf.writes <= 2 * seconds + 3, `${shelf.writes} writes in ${seconds} s`)
})

test('a limit behind a reload: the banner says so, and trying again goes on in the same run', async () => {
  const limit = frame('RunError', { ...base, content: '429 Too many requests, retry in 5 seconds', event_index: 2 })
  const server = await backend((request, response) => {
    if (request.method === 'GET') return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ run_id: 'run-1', status: 'ERROR' }))
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    if (request.path.endsWith('/resume')) return response.end(Buffer.concat([started(), said('So far. ', 1), limit]))
    if (request.path.endsWith('/continue')) return response.end(Buffer.concat([frame('RunContinued', base), frame('RunContent', { ...base, content: 'All of it.' }), frame('RunCompleted', { ...base, content: 'All of it.' })]))
    response.write(Buffer.concat([started(), said('So far. ', 1)]))
  })
  servers.push(server)
  const shelf = new Shelf()
  await interrupted(server, shelf)
  const handler = connect(server, shelf)
  handler.subscribe(() => {})
  await until(() => handler.getSnapshot().status === 'failed')
  const { error } = handler.getSnapshot()
  assert.deepEqual([error.type, error.retryable, error.message], ['rate_limit', true, 'Too many requests, retry in 5 seconds'])
  assert.equal(await handler.regenerate(), 'completed')
  const { path, form } = server.requests.at(-1)
  assert.deepEqual([path, form.get('regenerate'), handler.getSnapshot().turns.map(({ answer }) => answer.content), handler.getSnapshot().error], ['/agents/a/runs/run-1/continue', null, ['All of it.'], null])
})
