// `send` over real HTTP: what goes to the backend, and how each way in which a request can end is told.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, afterEach, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { answerWith, backend, bytesOf, play, recording, runOf, until, packed } from './support.mjs'

const lib = packed()
let server, handler
afterEach(async () => {
  const [used, answering] = [handler, server]
  handler = server = undefined
  await answering?.close()
  used?.dispose()
})

/** A backend that answers with `handle`, and a handler that talks to it. */
async function connect(handle, options = { agent: 'assistant' }) {
  server = await backend(handle)
  handler = lib.createStreamHandler({ endpoint: server.url, notify: 'sync', ...options })
  return handler
}
const playing = (name, how) => (_, response) => play(response, name, how)
const runs = () => server.requests.filter(({ path }) => path.endsWith('/runs'))
const answer = () => handler.getSnapshot().turns.at(-1).answer.content

for (const [options, path] of [
  [{ agent: 'assistant' }, '/agents/assistant/runs'],
  [{ team: 'cirkelline' }, '/teams/cirkelline/runs'],
  [{ workflow: 'pipeline' }, '/workflows/pipeline/runs'],
  [{ url: '/api/teams/cirkelline/runs' }, '/api/teams/cirkelline/runs'],
  [{ team: 'a b/ø' }, '/teams/a%20b%2F%C3%B8/runs'],
]) {
  test(`${JSON.stringify(options)} posts to ${path}`, async () => {
    await connect(playing('team_plain'), options)
    assert.equal(await handler.send('hello'), 'completed')
    assert.deepEqual(server.requests.map((request) => [request.method, request.path]), [['POST', path]])
  })
}

test('an absolute url is taken as it is, and an endpoint may end in a slash', async () => {
  await connect(playing('team_plain'))
  const absolute = lib.createStreamHandler({ url: `${server.url}/somewhere/runs`, notify: 'sync' })
  assert.equal(await absolute.send('hello'), 'completed')
  const slash = lib.createStreamHandler({ endpoint: `${server.url}/`, agent: 'assistant', notify: 'sync' })
  assert.equal(await slash.send('hello'), 'completed')
  assert.deepEqual(server.requests.map(({ path }) => path), ['/somewhere/runs', '/agents/assistant/runs'])
})

test('the form has message, stream and the fields; the second send goes on in the session of the first', async () => {
  await connect(playing('team_tool'), { team: 'cirkelline', fields: { user_id: 'ann', timezone: 'Europe/Copenhagen' } })
  assert.equal(await handler.send('vejret i København? 🌦'), 'completed')
  const { session_id } = recording('team_tool').truth
  assert.equal(handler.getSnapshot().sessionId, session_id)
  await handler.send('and tomorrow?')
  const [first, second] = server.requests.map(({ form }) => Object.fromEntries(form))
  assert.deepEqual({ ...first, session_id: first.session_id || '' }, { message: 'vejret i København? 🌦', stream: 'true', session_id: '', user_id: 'ann', timezone: 'Europe/Copenhagen' })
  assert.equal(second.session_id, session_id)
  assert.equal(second.message, 'and tomorrow?')
  assert.match(server.requests[0].headers['content-type'], /^multipart\/form-data; boundary=/)
  assert.deepEqual(handler.getSnapshot().messages.filter(({ role }) => role === 'user').map(({ content }) => content), ['vejret i København? 🌦', 'and tomorrow?'])
})

test('the option sessionId goes with the first send, background asks for a background run', async () => {
  await connect(playing('agent_plain'), { agent: 'assistant', sessionId: 'session-7', background: true })
  assert.equal(handler.getSnapshot().sessionId, 'session-7')
  await handler.send('hello')
  assert.equal(server.requests[0].form.get('session_id'), 'session-7')
  assert.equal(server.requests[0].form.get('background'), 'true')
})

test('a FormData is sent as it is, files included, plus the fields it lacks', async () => {
  await connect(playing('agent_plain'), { agent: 'assistant', fields: { user_id: 'ann', timezone: 'UTC' } })
  const form = new FormData()
  form.set('message', 'look at this')
  form.set('timezone', 'Europe/Oslo')
  form.append('files', new File([bytesOf('content')], 'note.txt', { type: 'text/plain' }))
  assert.equal(await handler.send(form), 'completed')
  const sent = server.requests[0].form
  assert.deepEqual(['message', 'timezone', 'user_id', 'stream'].map((name) => sent.get(name)), ['look at this', 'Europe/Oslo', 'ann', 'true'])
  assert.equal(sent.get('files').name, 'note.txt')
  assert.equal(await sent.get('files').text(), 'content')
  assert.deepEqual([...form.keys()].sort(), ['files', 'message', 'timezone'], 'the caller’s form is left alone')
  const { user } = handler.getSnapshot().turns[0]
  assert.equal(user.content, 'look at this')
  assert.deepEqual([user.filesSent, user.files_sent], [['note.txt'], ['note.txt']])
})

test('headers may be an object, a function or a function that takes its time, called for each request', async () => {
  let token = 0
  await connect(playing('agent_plain'), { agent: 'assistant', headers: async () => { await sleep(5); return { Authorization: `Bearer ${++token}` } } })
  await handler.send('one')
  await handler.send('two')
  const fixed = lib.createStreamHandler({ endpoint: server.url, agent: 'assistant', notify: 'sync', headers: { 'X-Tenant': 'acme' } })
  await fixed.send('three')
  assert.deepEqual(server.requests.map(({ headers }) => headers.authorization ?? headers['x-tenant']), ['Bearer 1', 'Bearer 2', 'acme'])
})

for (const name of ['Content-Type', 'content-type', 'CONTENT-TYPE']) {
  test(`${name} of the caller does not go out with a form`, async () => {
    await connect(playing('agent_plain'), { agent: 'assistant', headers: { [name]: 'application/json', 'X-Tenant': 'acme' } })
    assert.equal(await handler.send('hello'), 'completed')
    const [{ headers, form }] = server.requests
    assert.match(headers['content-type'], /^multipart\/form-data; boundary=/)
    assert.deepEqual([form.get('message'), headers['x-tenant']], ['hello', 'acme'])
  })
}

test('a headers function that throws fails the send, readably, and the next send works', async () => {
  let broken = true
  await connect(playing('agent_plain'), { agent: 'assistant', headers: () => { if (broken) throw new Error('no token'); return {} } })
  assert.equal(await handler.send('one'), 'failed')
  assert.ok(handler.getSnapshot().error.message.length > 0)
  assert.equal(server.requests.length, 0)
  broken = false
  assert.equal(await handler.send('two'), 'completed')
})

test('a fetch of the caller is used', async () => {
  const asked = []
  await connect(playing('agent_plain'), { agent: 'assistant', fetch: (...call) => (asked.push(String(call[0]?.url ?? call[0])), fetch(...call)) })
  assert.equal(await handler.send('hello'), 'completed')
  assert.deepEqual(asked, [`${server.url}/agents/assistant/runs`])
})

for (const [name, outcome] of Object.entries({
  team_nested: 'completed', hitl_team_confirm: 'paused', cancel_team: 'cancelled', team_model_error_500: 'failed', seedroute_seed_max_retries: 'failed',
})) {
  test(`send resolves with ${outcome} for ${name}`, async () => {
    await connect(playing(name === 'hitl_team_confirm' ? `${name}.1_pause` : name), { team: 'cirkelline' })
    assert.equal(await handler.send('hello'), outcome)
    assert.equal(handler.getSnapshot().status, outcome)
  })
}

for (const [name, status, message] of [
  ['http_400_continue_bad_json', 400, /^Invalid JSON in tools field$/],
  ['http_401_agentos_missing_bearer', 401, /^Authorization header required$/],
  ['http_401_seedroute', 401, /^Invalid or expired token$/],
  ['http_404_unknown_team', 404, /^Team not found$/],
  ['http_405_get_seedroute', 405, /^Method Not Allowed$/],
  ['http_422_seedroute_no_message', 422, /message.*Field required|Field required.*message/],
  ['http_429_seedroute', 429, /^Rate limit exceeded: 5 per 1 minute$/],
  ['http_500_seedroute', 500, /Internal Server Error/],
]) {
  test(`HTTP ${status} (${name}) fails with the words of the server`, async () => {
    await connect((_, response) => answerWith(response, name), { agent: 'assistant', retry: false })
    assert.equal(await handler.send('hello'), 'failed')
    const { error, turns, isStreaming } = handler.getSnapshot()
    assert.match(error.message, message)
    assert.doesNotMatch(error.message, /\[object|[{}<>]/)
    assert.equal(error.type, status === 429 ? 'rate_limit' : 'http')
    assert.equal(error.httpStatus, status)
    assert.equal(error.retryable, status === 429 || status >= 500)
    assert.equal(isStreaming, false)
    assert.deepEqual([turns.length, turns[0].user.content, turns[0].outcome], [1, 'hello', 'failed'])
  })
}

for (const [what, status, type, body, message] of [
  ["a proxy's HTML page", 503, 'text/html', '<html><head><title>503 Service Temporarily Unavailable</title></head><body><h1>503</h1><hr>nginx</body></html>', /503|unavailable/i],
  ['an empty body', 502, 'text/plain', '', /502|bad gateway/i],
  ['JSON that is cut off', 500, 'application/json', '{"detail":"Som', /500|server/i],
  ['JSON of an unknown shape', 418, 'application/json', '{"x":{"y":1}}', /418/],
  ['a list where a text is expected', 400, 'application/json', '{"detail":[1,null,{"msg":"too long"}]}', /too long|400/],
  ['a megabyte of text', 500, 'text/plain', 'x'.repeat(1_000_000), /x|500/],
]) {
  test(`HTTP ${status} with ${what} gives a short readable message`, async () => {
    await connect((_, response) => response.writeHead(status, { 'content-type': type }).end(body), { agent: 'assistant', retry: false })
    assert.equal(await handler.send('hello'), 'failed')
    const { error } = handler.getSnapshot()
    assert.match(error.message, message)
    assert.doesNotMatch(error.message, /\[object|<|undefined|SyntaxError|JSON at/)
    assert.ok(error.message.length < 2000, `${error.message.length} characters`)
    assert.equal(error.httpStatus, status)
  })
}

test('a refused connection is an error of type network, and sending again works once the server is there', async () => {
  const free = createServer()
  await new Promise((listening) => free.listen(0, '127.0.0.1', listening))
  const { port } = free.address()
  await new Promise((closed) => free.close(closed))
  handler = lib.createStreamHandler({ endpoint: `http://127.0.0.1:${port}`, agent: 'assistant', notify: 'sync', retry: false })
  assert.equal(await handler.send('hello'), 'failed')
  const { error, status, turns } = handler.getSnapshot()
  assert.deepEqual([error.type, error.retryable, status, turns[0].user.content], ['network', true, 'failed', 'hello'])
  assert.ok(error.message.length > 0)
})

for (const [what, how] of [['a dropped connection', { until: 7, cut: true }], ['a clean end without a final event', { until: 7 }]]) {
  test(`${what} in the middle of an answer is an interruption that keeps the text`, async () => {
    await connect(playing('team_plain', how), { team: 'cirkelline' })
    assert.equal(await handler.send('hello'), 'interrupted')
    const { error, isStreaming, activityStatus } = handler.getSnapshot()
    assert.equal(error.type, 'interrupted')
    assert.deepEqual([isStreaming, activityStatus], [false, null])
    const { content } = recording('team_plain').truth.run.body
    assert.ok(answer().length > 0 && content.startsWith(answer()) && answer() !== content, answer())
  })
}

test('a connection that is dropped after the final event changes nothing', async () => {
  await connect(playing('team_plain', { cut: true }), { team: 'cirkelline' })
  assert.equal(await handler.send('hello'), 'completed')
  assert.equal(handler.getSnapshot().error, null)
})

test('cancel keeps the text, resolves the send with cancelled, and hangs up', async () => {
  await connect(playing('team_plain', { until: 7, end: false }), { team: 'cirkelline' })
  const sent = handler.send('hello')
  await until(() => handler.getSnapshot().turns[0]?.answer.content.length > 0, 'the first words')
  const text = answer()
  handler.cancel()
  assert.equal(await sent, 'cancelled')
  assert.equal(await server.requests[0].aborted, true)
  const { status, isStreaming, error, turns } = handler.getSnapshot()
  assert.deepEqual([status, isStreaming, error, turns[0].outcome, answer()], ['cancelled', false, null, 'cancelled', text])
  // Where the backend is told to stop as well, it must be the run that lives.
  await sleep(50)
  for (const { path } of server.requests.slice(1)) assert.match(path, new RegExp(`/runs/${turns[0].runId}/cancel`))
  handler.cancel()
})

test('cancel before the server has answered cancels as well', async () => {
  await connect(() => {})
  const sent = handler.send('hello')
  await until(() => server.requests.length === 1, 'the request')
  assert.equal(handler.getSnapshot().status, 'connecting')
  handler.cancel()
  assert.equal(await sent, 'cancelled')
  assert.equal(await server.requests[0].aborted, true)
})

test('a second send waits for the first to end', async () => {
  let release
  await connect(async (_, response, number) => {
    if (number === 1) await new Promise((go) => { release = go })
    await play(response, number === 1 ? 'agent_same_session.1' : 'agent_same_session.2')
  })
  const sent = [handler.send('one'), handler.send('two')]
  await until(() => release, 'the first request')
  await sleep(30)
  assert.equal(server.requests.length, 1)
  assert.equal(handler.getSnapshot().queued, 1)
  release()
  assert.deepEqual(await Promise.all(sent), ['completed', 'completed'])
  const { queued, turns } = handler.getSnapshot()
  assert.equal(queued, 0)
  assert.deepEqual(turns.map(({ user }) => user.content), ['one', 'two'])
  assert.deepEqual(server.requests.map(({ form }) => form.get('message')), ['one', 'two'])
})

test('cancel can drop the sends that wait, and dispose resolves what is open', async () => {
  await connect(playing('team_plain', { until: 5, end: false }), { team: 'cirkelline' })
  const sent = [handler.send('one'), handler.send('two')]
  await until(() => handler.getSnapshot().turns[0]?.answer.content, 'the first words')
  handler.cancel({ queue: 'drop' })
  assert.deepEqual(await Promise.all(sent), ['cancelled', 'cancelled'])
  assert.equal(runs().length, 1)
  const third = handler.send('three')
  await until(() => runs().length === 2, 'the third request')
  handler.dispose()
  assert.equal(await third, 'cancelled')
  assert.equal(await runs()[1].aborted, true)
})

test('an answer that is JSON and no stream is shown all the same', async () => {
  await connect((_, response) => answerWith(response, 'agent_nostream_json'))
  assert.equal(await handler.send('hello'), 'completed')
  const run = JSON.parse(new TextDecoder().decode(recording('agent_nostream_json').bytes))
  assert.equal(answer(), run.content)
  assert.equal(handler.getSnapshot().sessionId, run.session_id)
})

test('an answer that is a web page is an error of type protocol, not an empty bubble', async () => {
  await connect((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Log in</title>'))
  assert.equal(await handler.send('hello'), 'failed')
  const { error } = handler.getSnapshot()
  assert.equal(error.type, 'protocol')
  assert.doesNotMatch(error.message, /</)
})

test('a send without agent, team, workflow or url fails with a message that says so', async () => {
  handler = lib.createStreamHandler({ notify: 'sync' })
  const outcome = await handler.send('hello').catch((error) => error)
  if (outcome === 'failed') assert.match(handler.getSnapshot().error.message, /agent|team|url/)
  else assert.match(outcome.message, /agent|team|url/)
})

test('a session that was known stays in the list when a run in it fails', async () => {
  await connect((_, response, number) => (number === 1 ? play(response, 'team_plain') : answerWith(response, 'http_500_seedroute')), { team: 'cirkelline' })
  await handler.send('one')
  const [{ session_id }] = handler.getSnapshot().sessions
  await handler.send('two')
  const { sessions } = handler.getSnapshot()
  assert.deepEqual(sessions.map((entry) => entry.session_id), [session_id])
  assert.deepEqual([sessions[0].failed, sessions[0].lastOutcome], [true, 'failed'])
})

test('the status goes from connecting to streaming to the outcome', async () => {
  await connect(async (_, response) => {
    for (const part of runOf('Hello there')) response.write(part)
    response.end()
  })
  const seen = []
  handler.subscribe(() => { if (seen.at(-1) !== handler.getSnapshot().status) seen.push(handler.getSnapshot().status) })
  await handler.send('hello')
  assert.deepEqual(seen, ['connecting', 'streaming', 'completed'])
})
