// A token that has expired: a 401 asks the option `headers` once more, and the request goes out again with what is new.
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { backend, bytesOf, frame, packed, runOf, until } from './support.mjs'

const lib = packed()
const cleanups = []
afterEach(async () => { for (const clean of cleanups.splice(0)) await clean() })

/** A server that takes only this token. `answer` answers what it takes. */
async function guarded(answer, valid = () => 'Bearer new') {
  const server = await backend((request, response, number) =>
    request.headers.authorization === valid(number) ? answer(request, response, number) : response.writeHead(401, { 'content-type': 'application/json' }).end('{"detail":"Invalid or expired token"}'))
  cleanups.push(server.close)
  return server
}
const says = (response, ...frames) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(Buffer.concat(frames))
const connect = (server, options) => {
  const handler = lib.createStreamHandler({ endpoint: server.url, agent: 'a', notify: 'sync', shareLimits: false, ...options })
  cleanups.push(() => handler.dispose())
  return handler
}
/** Headers whose token is old once, then new. */
const expiring = () => {
  let calls = 0
  return async () => ({ Authorization: calls++ ? 'Bearer new' : 'Bearer old', 'Content-Type': 'text/plain' })
}

test('a run goes out again whole: message, fields and files, once, in the same turn', async () => {
  const server = await guarded((_, response) => says(response, ...runOf('Hi.')))
  const handler = connect(server, { headers: expiring(), fields: { user_id: 'ann' } })
  const form = new FormData()
  form.set('message', 'look')
  form.append('files', new File([bytesOf('content')], 'note.txt', { type: 'text/plain' }))
  assert.equal(await handler.send(form), 'completed')
  assert.equal(server.requests.length, 2)
  for (const { form, headers } of server.requests) {
    assert.match(headers['content-type'], /^multipart\/form-data; boundary=/)
    assert.deepEqual([form.get('message'), form.get('user_id'), form.get('files').name, await form.get('files').text()], ['look', 'ann', 'note.txt', 'content'])
  }
  const { turns, error, timeline } = handler.getSnapshot()
  assert.deepEqual([turns.length, turns[0].attempts, turns[0].answer.content, error, timeline.some(({ eventType }) => eventType === 'retry')], [1, 1, 'Hi.', null, false])
})

test('the same token again, or headers that are no function, is not sent again', async () => {
  const server = await guarded((_, response) => says(response, ...runOf('Hi.')))
  let calls = 0
  for (const headers of [() => (calls++, { Authorization: 'Bearer old' }), { Authorization: 'Bearer old' }, undefined]) {
    const before = server.requests.length
    const handler = connect(server, { headers })
    assert.equal(await handler.send('hello'), 'failed')
    const { error } = handler.getSnapshot()
    assert.deepEqual(error, { message: 'Invalid or expired token', type: 'http', httpStatus: 401, retryable: false, reason: 'auth', url: `${server.url}/agents/a/runs` })
    assert.equal(server.requests.length - before, 1)
  }
  assert.equal(calls, 2)
})

test('a second 401 is final, and so is one after headers that fail; the error reaches onListenerError', async () => {
  const server = await guarded((_, response) => says(response, ...runOf('Hi.')))
  let calls = 0
  const handler = connect(server, { headers: () => ({ Authorization: `Bearer ${calls++}` }) })
  assert.equal(await handler.send('hello'), 'failed')
  assert.deepEqual([calls, server.requests.length, handler.getSnapshot().error.httpStatus], [2, 2, 401])
  const errors = []
  let asked = 0
  const failing = connect(server, { headers: () => { if (asked++) throw new Error('signed out'); return {} }, onListenerError: (error) => errors.push(error.message) })
  assert.equal(await failing.send('hello'), 'failed')
  assert.deepEqual([failing.getSnapshot().error.httpStatus, errors, server.requests.length], [401, ['signed out'], 3])
})

test('fields that are new go along; those of the caller’s own form stay', async () => {
  const server = await guarded((request, response) => says(response, ...runOf('Hi.')), () => undefined)
  let calls = 0
  const refusing = async (request) => {
    const form = await request.clone().formData()
    seen.push([form.get('token'), form.get('user_id'), form.get('message')])
    return form.get('token') === 'new' ? fetch(request) : Response.json({}, { status: 401 })
  }
  const seen = []
  const handler = connect(server, { fetch: refusing, headers: () => ({}), fields: () => ({ token: calls++ ? 'new' : 'old', user_id: `user ${calls}` }) })
  const form = new FormData()
  form.set('message', 'hello')
  form.set('user_id', 'mine')
  assert.equal(await handler.send(form), 'completed')
  assert.deepEqual(seen, [['old', 'mine', 'hello'], ['new', 'mine', 'hello']])
})

test('cancelled while the new token is fetched, nothing is sent again', async () => {
  const server = await guarded((_, response) => says(response, ...runOf('Hi.')))
  let give
  let calls = 0
  const handler = connect(server, { headers: () => calls++ ? new Promise((resolve) => { give = resolve }) : { Authorization: 'Bearer old' } })
  const sent = handler.send('hello')
  await until(() => give)
  handler.cancel()
  assert.equal(await sent, 'cancelled')
  give({ Authorization: 'Bearer new' })
  await new Promise((later) => setTimeout(later, 50))
  assert.deepEqual([server.requests.length, handler.getSnapshot().status], [1, 'cancelled'])
})

test('resume, continue, cancel and the lists as well', async () => {
  const run = { agent_id: 'a', run_id: 'r', session_id: 's' }
  const tool = { tool_call_id: 't', tool_name: 'pay', tool_args: {}, requires_confirmation: true }
  // The token changes with every request that is accepted.
  let token = 0
  const accepted = []
  const server = await guarded((request, response) => {
    token++
    accepted.push(request.path.replace(/\?.*/, ''))
    if (request.path.endsWith('/resume')) return says(response, frame('RunPaused', { ...run, event_index: 2, tools: [tool], requirements: [{ id: 'q', tool_execution: tool }] }))
    if (request.path.endsWith('/continue')) return response.writeHead(200, { 'content-type': 'text/event-stream' }).write(Buffer.concat([frame('RunContinued', { ...run, event_index: 3 }), frame('RunContent', { ...run, event_index: 4, content: 'Paid.' })]))
    if (request.method === 'GET') return response.writeHead(200, { 'content-type': 'application/json' }).end(request.path.includes('/runs') ? '[]' : '{"data":[]}')
    says(response, frame('RunStarted', { ...run, event_index: 0 }), frame('RunContent', { ...run, event_index: 1, content: 'Well, ' }))
  }, () => `Bearer ${token}`)
  let known = 0
  const handler = connect(server, { background: true, resume: { baseDelay: 0 }, headers: () => { const header = { Authorization: `Bearer ${known}` }; known = token; return header } })
  known = -1
  assert.equal(await handler.send('hello'), 'paused')
  known = -1
  const continued = handler.continueRun(lib.confirm(handler.getSnapshot().pause.requirements[0]))
  await until(() => handler.getSnapshot().messages.at(-1).content === 'Well, Paid.')
  known = -1
  handler.cancel()
  assert.equal(await continued, 'cancelled')
  await until(() => server.requests.filter(({ path }) => path.endsWith('/cancel')).length)
  known = -1
  assert.deepEqual(await handler.loadSessions(), [])
  known = -1
  assert.equal(await handler.openSession('s'), true)
  // The second /resume asks whether another tab has answered already.
  assert.deepEqual(accepted, ['/agents/a/runs', '/agents/a/runs/r/resume', '/agents/a/runs/r/resume', '/agents/a/runs/r/continue', '/sessions', '/sessions/s/runs'])
  const refused = server.requests.length - accepted.length - server.requests.filter(({ path }) => path.endsWith('/cancel')).length
  assert.ok(refused >= 4, `${refused} were refused and sent again`)
})

test('a refusal of a mock is sent again as well, whatever its body', async () => {
  for (const body of [null, 'no', { cancel: 'not a function' }, { cancel() { throw new Error('no') } }, { cancel() {} }]) {
    let asked = 0
    const fetch = async () => asked++ ? new Response(new Blob(runOf('Hi.'))) : { status: 401, body }
    const handler = connect({ url: 'http://mock.test' }, { headers: expiring(), fetch })
    assert.equal(await handler.send('hello'), 'completed')
    assert.equal(asked, 2)
  }
})
