// Taking up, continuing and stopping runs, over real HTTP: which route is asked, with what, and what options are refused.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { backend, closedAfterEach, frame, packed, until } from './support.mjs'

const lib = packed()
const { servers, handlers } = closedAfterEach()

async function serve(handle) {
  const server = await backend(handle)
  servers.push(server)
  return server
}

function connect(server, options) {
  const handler = lib.createStreamHandler({ endpoint: server.url, notify: 'sync', background: true, ...options })
  handlers.push(handler)
  return handler
}

const base = { team_id: 't', team_name: 'Team', run_id: 'run-1', session_id: 's-1' }
const at = (name, index, more = {}) => frame(name, { ...base, ...more, event_index: index })
const stream = (response, ...frames) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(Buffer.concat(frames))
}
const tool = { tool_call_id: 'c1', tool_name: 'send_mail', tool_args: { to: 'Ann' }, requires_confirmation: true, created_at: 1 }
const requirement = { id: 'r1', tool_execution: tool, member_agent_id: 'mailer' }
const pauses = (response) => {
  stream(response, at('TeamRunStarted', 0), at('TeamRunPaused', 1, { tools: [tool], requirements: [requirement] }))
  response.end()
}

test('a form of the caller’s goes out once; what is asked for later is the rest, and nothing else', async () => {
  const server = await serve((request, response, number) => {
    if (number === 1) {
      stream(response, at('TeamRunStarted', 0), at('TeamRunContent', 1, { content: 'So far. ' }))
      return setTimeout(() => response.destroy(), 20)
    }
    stream(response, at('TeamRunContent', 2, { content: 'And on.' }), at('TeamRunCompleted', 3, { content: 'So far. And on.' }))
    response.end()
  })
  const handler = connect(server, { team: 't', fields: { user_id: 'ann', timezone: 'UTC' }, headers: { Authorization: 'Bearer x' } })
  const form = new FormData()
  form.set('message', 'hello')
  form.append('files', new Blob(['x']), 'x.txt')
  assert.equal(await handler.send(form), 'completed')
  assert.equal(handler.getSnapshot().turns[0].answer.content, 'So far. And on.')
  const [first, second] = server.requests
  assert.deepEqual([first.path, second.path], ['/teams/t/runs', '/teams/t/runs/run-1/resume'])
  assert.ok(first.form.has('files'))
  assert.deepEqual([...second.form.entries()], [['last_event_index', '1'], ['session_id', 's-1'], ['user_id', 'ann']])
  assert.equal(second.headers.authorization, 'Bearer x')
})

test('with a route of one’s own beside it, the component’s routes serve what concerns single runs', async () => {
  const server = await serve((request, response, number) => {
    if (number > 1) return stream(response, at('TeamRunCompleted', 1, { content: 'Done.' })), response.end()
    stream(response, at('TeamRunStarted', 0))
    setTimeout(() => response.destroy(), 20)
  })
  assert.equal(await connect(server, { url: '/api/teams/t/runs', team: 't' }).send('x'), 'completed')
  assert.deepEqual(server.requests.map(({ path }) => path), ['/api/teams/t/runs', '/teams/t/runs/run-1/resume'])
})

for (const [options, field] of [[{ team: 't' }, 'requirements'], [{ agent: 't' }, 'tools'], [{ workflow: 't' }, 'step_requirements']]) {
  test(`a pause is answered in the field that the route reads: ${field}`, async () => {
    const server = await serve((request, response, number) => {
      if (number === 1) return pauses(response)
      if (request.path.endsWith('/resume')) return response.writeHead(404).end()
      stream(response, at('TeamRunContinued', 2), at('TeamRunCompleted', 3, { content: 'Sent.' }))
      response.end()
    })
    const handler = connect(server, options)
    assert.equal(await handler.send('x'), 'paused')
    const asked = handler.getSnapshot().pause.requirements[0]
    assert.equal(await handler.continueRun(lib.reject(asked, 'no')), 'completed')
    const [before, { form }] = server.requests.slice(-2)
    // Another tab may have answered; a workflow refuses a second answer by itself.
    assert.equal(before.path.endsWith('/resume'), !options.workflow)
    // Workflows are continued in the foreground.
    assert.deepEqual([...form.keys()].sort(), [...(options.workflow ? [] : ['background']), field, 'session_id', 'stream'].sort())
    const resolved = { ...tool, confirmed: false, confirmation_note: 'no' }
    const expected = field === 'tools' ? [resolved] : [{ ...requirement, tool_execution: resolved, confirmation: false, confirmation_note: 'no' }]
    assert.deepEqual(JSON.parse(form.get(field)), expected)
  })
}

test('the helpers write what AgentOS reads, and leave the question as it was', () => {
  const fields = [{ name: 'place', field_type: 'str', value: 'Noma' }, { name: 'guests', field_type: 'int', value: null }]
  const asked = { kind: 'input', raw: { id: 'r', user_input_schema: fields, tool_execution: { ...tool, user_input_schema: fields } } }
  const before = JSON.stringify(asked)
  assert.deepEqual(lib.confirm(asked), { requirement: asked, confirmed: true })
  assert.deepEqual(lib.reject(asked), { requirement: asked, confirmed: false })
  assert.deepEqual(lib.fill(asked, { guests: 4 }).values, { guests: 4 })
  const form = { ...asked, fields: [{ name: 'n', type: 'int' }, { name: 'f', type: 'float' }, { name: 'b', type: 'bool' }, { name: 's', type: 'str' }] }
  assert.deepEqual(lib.fill(form, { n: '4', f: ' 1.5', b: 'on', s: '4' }).values, { n: 4, f: 1.5, b: true, s: '4' })
  assert.deepEqual(lib.fill(form, { n: '4.5', f: '', b: '', s: '' }).values, { n: '4.5', f: '', b: false, s: '' })
  assert.deepEqual(lib.fill(form, { n: 'four', b: 'maybe' }).values, { n: 'four', b: 'maybe' })
  assert.deepEqual(lib.giveResult(asked, 'x').result, 'x')
  assert.equal(JSON.stringify(asked), before)
})

test('stop tells the server, with the headers of the day, and the timeline says what came of it', async () => {
  const server = await serve((_, response) => stream(response, at('TeamRunStarted', 0)))
  let token = 0
  const handler = connect(server, { team: 't', headers: async () => ({ Authorization: `Bearer ${++token}` }) })
  const outcome = handler.send('x')
  await until(() => handler.getSnapshot().runId)
  handler.cancel()
  assert.equal(await outcome, 'cancelled')
  await until(() => server.requests.length === 2)
  assert.deepEqual([server.requests[1].method, server.requests[1].path, server.requests[1].headers.authorization], ['POST', '/teams/t/runs/run-1/cancel', 'Bearer 2'])
  await until(() => handler.getSnapshot().timeline.some(({ eventType, description }) => eventType === 'cancel' && description === 'The server was told to stop the run'))
  assert.equal(handler.getSnapshot().status, 'cancelled')
})

test('a handler that is disposed of hangs up and stops no run', async () => {
  const server = await serve((_, response) => stream(response, at('TeamRunStarted', 0)))
  const handler = connect(server, { team: 't' })
  const outcome = handler.send('x')
  await until(() => handler.getSnapshot().runId)
  handler.dispose()
  assert.equal(await outcome, 'cancelled')
  assert.equal(await server.requests[0].aborted, true)
  await new Promise((soon) => setTimeout(soon, 50))
  assert.equal(server.requests.length, 1)
})

test('where there is nothing to take up or to answer, nothing is asked', async () => {
  const server = await serve((_, response) => response.end())
  const handler = connect(server, { team: 't' })
  assert.equal(handler.getSnapshot().resumable, false)
  await assert.rejects(handler.resume(), { message: 'ai-stream-handler: resume() without an answer to resume' })
  await assert.rejects(handler.continueRun([]), { name: 'TypeError', message: 'continueRun() takes at least one answer, not an empty array' })
  await assert.rejects(handler.continueRun(lib.confirm({ kind: 'confirmation', raw: {} })), { message: 'ai-stream-handler: continueRun() without a paused run' })
  handler.load({ sessionId: null, messages: [{ role: 'user', content: 'Hello' }, { role: 'agent', content: 'Hi' }] })
  await assert.rejects(handler.resume(), /without an answer to resume/)
  assert.equal(await handler.send(''), 'cancelled')
  assert.equal(server.requests.length, 0)
})

test('options that make no sense are refused by name', () => {
  for (const bad of [-1, NaN, 1_000_000]) {
    for (const name of ['maxAttempts', 'baseDelay', 'maxDelay']) {
      assert.throws(() => lib.createStreamHandler({ resume: { [name]: bad } }), (error) => error instanceof RangeError && error.message.includes(`resume.${name}`), `${name} ${bad}`)
    }
    for (const name of ['background', 'foreground']) {
      assert.throws(() => lib.createStreamHandler({ stall: { [name]: bad } }), (error) => error instanceof RangeError && error.message.includes(`stall.${name}`), `${name} ${bad}`)
    }
  }
})
