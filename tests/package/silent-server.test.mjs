// Servers that do not answer requests for sessions, runs and components: after a while these say so, and nothing waits forever.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backend, closedAfterEach, packed, runOf } from './support.mjs'

const lib = packed()
const { servers, handlers } = closedAfterEach()

/** A handler whose server answers messages, and gives every other request to `answer`. */
async function connect(answer, options) {
  const server = await backend((request, response) => {
    if (!request.path.endsWith('/runs')) return answer(response, request)
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(Buffer.concat(runOf('Fine.')))
  })
  servers.push(server)
  const handler = lib.createStreamHandler({ endpoint: server.url, agent: 'a', notify: 'sync', retry: false, ...options })
  handlers.push(handler)
  return handler
}
const json = (response) => response.writeHead(200, { 'content-type': 'application/json' })

test('without an answer, or without the rest of one, each request ends with words', async () => {
  for (const answer of [() => {}, (response) => json(response).write('{"data": [')]) {
    const handler = await connect(answer, { stall: { requests: 0.2 } })
    await handler.send('Hello')
    const before = handler.getSnapshot()
    const { sessionId } = before
    const calls = [() => handler.openSession('s'), () => handler.loadSessions(), () => handler.follow('s'), () => handler.renameSession(sessionId, 'New'), () => handler.deleteSession(sessionId), () => handler.forkSession(), () => handler.edit(handler.getSnapshot().turns[0], 'Hi')]
    for (const call of calls) await assert.rejects(call, { name: 'RequestError', message: 'The server has not answered for 0.2 seconds.', httpStatus: undefined })
    const { turns, sessions } = handler.getSnapshot()
    assert.deepEqual([turns, sessions.map(({ session_id, session_name }) => [session_id, session_name])], [before.turns, before.sessions.map(({ session_id, session_name }) => [session_id, session_name])])
  }
})

/** Lets what has arrived be read; timers may be mocked. */
const settle = async () => { for (let n = 0; n < 20; n++) await new Promise(setImmediate) }

test('a long answer that keeps coming is waited for', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  let body
  const fetch = async ({ url }) => (url.includes('/run-previews') ? Response.json([]) : new Response(new ReadableStream({ start: (controller) => { body = controller } })))
  const handler = handlers[handlers.push(lib.createStreamHandler({ endpoint: 'http://os.test', agent: 'a', fetch, stall: { requests: 0.5 } })) - 1]
  const loaded = handler.loadSessions()
  await settle()
  for (const piece of ['{"data": [', ...Array(8).fill(' '), '{"session_id": "s", "session_name": "S"}]}']) {
    context.mock.timers.tick(400)
    await settle()
    body.enqueue(new TextEncoder().encode(piece))
    await settle()
  }
  body.close()
  assert.deepEqual((await loaded).map(({ session_id }) => session_id), ['s'])
})

test('by default after 30 seconds, also if the page’s fetch ignores its signal; never if the option is false', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const never = () => new Promise(() => {})
  const make = (options) => handlers[handlers.push(lib.createStreamHandler({ endpoint: 'http://os.test', agent: 'a', fetch: never, ...options })) - 1]
  const ended = []
  const note = (name, promise) => promise.then(() => ended.push(name), (error) => ended.push([name, error.message]))
  note('open', make().openSession('s'))
  note('false', make({ stall: false }).openSession('s'))
  note('0', make({ stall: { requests: 0 } }).openSession('s'))
  note('components', lib.listComponents({ endpoint: 'http://os.test', fetch: never }))
  await settle()
  context.mock.timers.tick(29_999)
  await settle()
  assert.deepEqual(ended, [])
  context.mock.timers.tick(1)
  await settle()
  // Whether the server answers anybody is asked as well.
  context.mock.timers.tick(5_000)
  await settle()
  const message = 'The server has not answered for 30 seconds.'
  assert.deepEqual(ended, [['open', message], ['components', message]])
  context.mock.timers.tick(86_400_000)
  await settle()
  assert.equal(ended.length, 2)
})

test('a custom fetch may read its answers in its own way, and no timer is left when a part of one comes too late', async (context) => {
  class Encoded extends Response {
    async json() { return JSON.parse(Buffer.from(await this.text(), 'base64').toString()) }
  }
  const make = (options) => handlers[handlers.push(lib.createStreamHandler({ endpoint: 'http://os.test', agent: 'a', ...options })) - 1]
  const body = Buffer.from('{"data": [{"session_id": "s"}]}').toString('base64')
  assert.equal((await make({ fetch: async () => new Encoded(body) }).loadSessions()).length, 1)

  let late
  const fetch = async () => new Response(new ReadableStream({ start: (controller) => { late = controller } }))
  await assert.rejects(make({ fetch, stall: { requests: 1 } }).loadSessions(), { message: 'The server has not answered for 1 second.' })
  const timers = context.mock.method(globalThis, 'setTimeout')
  late.enqueue(new TextEncoder().encode('{'))
  await new Promise(setImmediate)
  assert.deepEqual(timers.mock.calls.filter(({ arguments: [, ms] }) => ms === 1000), [])
})

test('the time in which the page renews its token after a 401 is the page’s own', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const asked = []
  let renew, calls = 0
  const fetch = (request) => {
    asked.push(request.headers.get('authorization'))
    return asked.length === 1 ? Promise.resolve(new Response('{}', { status: 401 })) : new Promise(() => {})
  }
  const headers = () => (calls++ ? new Promise((resolve, reject) => { renew = { resolve, reject } }) : { Authorization: 'old' })
  const handler = handlers[handlers.push(lib.createStreamHandler({ endpoint: 'http://os.test', agent: 'a', fetch, headers })) - 1]
  const opened = handler.openSession('s').then(() => 'opened', (error) => error.message)
  await settle()
  context.mock.timers.tick(20_000)
  await settle()
  // The user signs in again.
  context.mock.timers.tick(600_000)
  await settle()
  renew.resolve({ Authorization: 'new' })
  await settle()
  assert.deepEqual(asked, ['old', 'new'])
  context.mock.timers.tick(29_999)
  await settle()
  assert.equal(await Promise.race([opened, 'waits']), 'waits')
  context.mock.timers.tick(1)
  await settle()
  assert.equal(await Promise.race([opened, 'waits']), 'The server has not answered for 30 seconds.')
})
