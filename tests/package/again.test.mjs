// Regenerated answers through the package: the recordings of docs/agentos-protocol.md §15 streamed over HTTP, and the sessions that
// AgentOS stored of them, opened.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backend, closedAfterEach, packed, runOf, streamOf, truthOf, until } from './support.mjs'

const lib = packed()
const { servers, handlers } = closedAfterEach()

/** A backend that answers POSTs with these recordings in turn, and GETs with `stored`. */
async function connect(component, names, options = {}, stored = () => ({})) {
  let next = 0
  const server = await backend((request, response) => {
    if (request.method === 'GET') return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(stored(request.path)))
    const name = names[next++]
    if (typeof name !== 'string') return name(request, response)
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(streamOf(name))
  })
  servers.push(server)
  const handler = lib.createStreamHandler({ endpoint: server.url, ...component, notify: 'sync', retry: false, ...options })
  handlers.push(handler)
  return { server, handler }
}

/** The session of a truth file, opened. */
async function opened(name, runs = truthOf(name).runs.body) {
  const { session_id, kind, component } = truthOf(name)
  const { handler } = await connect({ [kind.slice(0, -1)]: component }, [], {}, () => runs)
  assert.equal(await handler.openSession(session_id), true)
  return handler
}

/** Each turn: what the user said, which version of how many is shown, and the text of each. */
function shapeOf(handler) {
  return handler.getSnapshot().turns.map(({ id, user, versions: { index, count } }) => {
    const texts = [...Array(count).keys()].map((at) => {
      assert.equal(handler.showVersion(id, at), true)
      return handler.getSnapshot().turns.find((turn) => turn.id === id).answer.content
    })
    handler.showVersion(id, index)
    return [user.content, `${index + 1}/${count}`, texts]
  })
}

const answer = (n, letter = ' abcdefg'[n], who = 'historian', more = '') => `Answer ${n} of ${who}${more}: ${[0, 1, 2, 3, 4, 5].map((i) => letter + i).join(' ')}.`

const OPENED = {
  'regen_agent_replace.3_next_message': [['What is a fjord? [[take key=ra]]', '2/2', [answer(1), answer(2)]], ['And a lake? [[take key=ra]]', '1/1', [answer(3)]]],
  'regen_agent_tool.2_regenerate': [['Look it up [[taketool key=rt]]', '2/2', [1, 2].map((n) => `Let me look. ${answer(n, undefined, undefined, ' after a search')}`)]],
  'regen_agent_instructions.2_regenerate': [['Tell me about tides [[take key=ri]]', '2/2', [answer(1), answer(2)]]],
  'regen_agent_keep.2_regenerate': [['Name a bird [[take key=rk]]', '2/2', [answer(1), answer(2)]]],
  'regen_agent_error.2_regenerate': [['Try this [[take key=re fail=1]]', '2/2', ['', answer(2)]]],
  'retry_agent_error.2_continue': [['Try that [[take key=rr fail=1 mid=1]]', '1/1', [answer(2)]]],
  'regen_team_member.2_regenerate': [['Write a line [[takemember key=tm]]', '2/2', [1, 2].map((n) => answer(n, undefined, 'panel', ' after the member'))]],
  'rerun_team_member.2_last_user': [['Write a verse [[takemember key=tr]]', '2/2', [1, 2].map((n) => answer(n, undefined, 'panel', ' after the member'))]],
  'edit_agent_fork.3_edit': [['First question [[take key=ef]]', '1/1', [answer(1)]], ['Second question [[take key=ef]]', '2/2', [answer(2), answer(3)]]],
  'session_fork_agent.3_fork': [['A [[take key=sf]]', '2/2', [answer(1), answer(2)]]],
  'session_fork_agent.4_run_in_fork': [['A [[take key=sf]]', '2/2', [answer(1), answer(2)]], ['B [[take key=sf]]', '1/1', [answer(3)]]],
}

for (const [name, expected] of Object.entries(OPENED)) {
  test(`a stored session has its answers as versions of their turns: ${name}`, async () => {
    const shape = shapeOf(await opened(name))
    assert.deepEqual(shape, expected)
  })
}

test('the order of the stored runs does not matter: members before or behind their parents', async () => {
  for (const name of ['regen_team_member.2_regenerate', 'rerun_team_member.2_last_user']) {
    const runs = truthOf(name).runs.body
    const tops = runs.filter((run) => !run.parent_run_id), members = runs.filter((run) => run.parent_run_id)
    for (const order of [[...tops, ...members], [...members, ...tops]]) assert.deepEqual(shapeOf(await opened(name, order)), OPENED[name])
  }
})

test('a member that did not write again is there in each version, once', async () => {
  const handler = await opened('regen_team_member.2_regenerate')
  const [{ id, work }] = handler.getSnapshot().turns
  const shown = (list) => list.map(({ role, content }) => [role, content])
  const expected = [['delegation', 'Write it [[take key=tm w=6 d=0.0]]'], ['agent', answer(1, 'a', 'panel-writer')]]
  assert.deepEqual(shown(work), expected)
  handler.showVersion(id, 0)
  assert.deepEqual(shown(handler.getSnapshot().turns[0].work), expected)
})

test('a copied session goes on under its own ids', async () => {
  const handler = await opened('session_fork_agent.3_fork')
  const [{ runId }] = handler.getSnapshot().turns
  assert.equal(runId, truthOf('session_fork_agent.3_fork').runs.body[1].run_id)
})

test('an answer that was stopped while it was asked for again gives way to the one before', async () => {
  const handler = await opened('edit_agent_hidden.4_resend')
  const [, { answer: shown, versions, notice }] = handler.getSnapshot().turns
  assert.deepEqual([shown.content.slice(0, 8), versions, notice], ['Answer 2', { index: 0, count: 2 }, 'The new answer was stopped. This is the one before it.'])
})

test('a hidden answer without a successor says so, as long as it is the last version of a turn', async () => {
  const NOTICE = 'The model no longer sees this answer, and no new one is there yet. If none comes, ask for the answer again.'
  const notices = (handler) => handler.getSnapshot().turns.map(({ notice, versions, versionInUse }) => [notice, versions.count, versionInUse])
  const [source, , ...rest] = truthOf('regen_agent_replace.3_next_message').runs.body
  assert.deepEqual(notices(await opened('regen_agent_replace.3_next_message')), [[null, 2, 1], [null, 1, 0]])
  const handler = await opened('regen_agent_replace.3_next_message', [source, ...rest])
  assert.deepEqual(notices(handler), [[NOTICE, 1, null], [null, 1, 0]])
  // Its message was edited since: the answer belongs to the version before.
  const edited = { ...rest[0], run_id: 'edited', metadata: { ai_stream_handler_edit: { of: source.run_id, hid: [source.run_id], left: [] } } }
  const other = await opened('regen_agent_replace.3_next_message', [source, edited])
  assert.deepEqual(notices(other), [[null, 2, 1]])
  other.showVersion(other.getSnapshot().turns[0], 0)
  assert.deepEqual(notices(other), [[null, 2, 1]])
})

test('streamed: one turn, its identity, its versions, and a snapshot that changes only where something changed', async () => {
  const { server, handler } = await connect({ agent: 'historian' }, ['regen_agent_tool.1_run', 'regen_agent_tool.2_regenerate'])
  assert.equal(await handler.send('Look it up [[taketool key=rt]]'), 'completed')
  const before = handler.getSnapshot()
  assert.deepEqual([before.turns[0].versions, before.turns[0].notice], [{ index: 0, count: 1 }, null])
  assert.equal(await handler.regenerate({ instructions: 'Shorter' }), 'completed')
  const after = handler.getSnapshot()
  assert.equal(after.turns[0].id, before.turns[0].id)
  assert.deepEqual(shapeOf(handler), OPENED['regen_agent_tool.2_regenerate'])
  assert.equal(before.turns[0].answer.content, OPENED['regen_agent_tool.2_regenerate'][0][2][0], 'what a page holds is immutable')
  const { path: asked, form } = server.requests.at(-1)
  assert.equal(asked, `/agents/historian/runs/${before.turns[0].runId}/continue`)
  assert.deepEqual([...form].filter(([name]) => name !== 'session_id'), [['stream', 'true'], ['regenerate', 'true'], ['additional_instructions', 'Shorter']])
  assert.equal(after.messages.length, 2)
})

test('asked for again, or in another version: what stays equal stays the same object', async () => {
  const stream = (text, run) => (_, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(Buffer.concat(runOf(text, run)))
  const { handler } = await connect({ agent: 'a' }, [stream('One.', 'run-1'), stream('Two.', 'run-2'), stream('Three.', 'run-3'), stream('Uno.', 'run-4')])
  for (const text of ['1', '2', '3']) await handler.send(text)
  const [first, ...others] = handler.getSnapshot().turns
  const assertSame = () => {
    const [turn, ...after] = handler.getSnapshot().turns
    assert.notEqual(turn, first)
    assert.equal(turn.user, first.user)
    assert.ok(after.length === 2 && after.every((other, at) => other === others[at]))
  }
  handler.subscribe(assertSame)
  assert.equal(await handler.regenerate({ turn: first }), 'completed')
  assertSame()
  handler.showVersion(first, 0)
  assertSame()
})

test('how the server has stored a stopped run decides what is asked', async () => {
  for (const [status, expected] of [['COMPLETED', 'continue'], ['CANCELLED', 'runs'], [undefined, 'runs']]) {
    const open = (_, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).write(Buffer.concat(runOf('So far.').slice(0, 2)))
    const { server, handler } = await connect({ agent: 'historian' }, [open, 'regen_agent_replace.2_regenerate'], {}, () => ({ status }))
    const sent = handler.send('hello')
    await until(() => handler.getSnapshot().turns[0]?.answer.content, 'the first words')
    handler.cancel()
    assert.equal(await sent, 'cancelled')
    assert.equal(await handler.regenerate(), 'completed')
    assert.equal(server.requests.filter(({ method, path }) => method === 'POST' && !path.endsWith('/cancel')).at(-1).path.split('/').at(-1), expected)
  }
})

test('a question that is sent once more is marked as such, and nothing else is', async () => {
  const begun = (_, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).write(Buffer.concat(runOf('So far.').slice(0, 2)))
  const ended = (run) => (_, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(Buffer.concat(runOf('Done.', run)))
  const { server, handler } = await connect({ agent: 'a' }, [begun, ended('run-2'), ended('run-3')], { fields: { metadata: '{"mine":1}' } }, () => ({ status: 'CANCELLED' }))
  const sent = handler.send('hello')
  await until(() => handler.getSnapshot().turns[0]?.answer.content, 'the first words')
  const waiting = handler.send('next')
  handler.cancel()
  assert.equal(await sent, 'cancelled')
  assert.equal(await handler.regenerate({ instructions: 'Shorter' }), 'completed')
  handler.resumeQueue()
  assert.equal(await waiting, 'completed')
  const forms = server.requests.filter(({ path }) => path.endsWith('/runs')).map(({ form }) => [form.get('message'), JSON.parse(form.get('metadata'))])
  const mark = { of: 'run-1', hid: [], left: [], again: true }
  assert.deepEqual(forms.map(([message, metadata]) => [message.replaceAll('\r', ''), metadata]), [
    ['hello', { mine: 1 }], ['hello\n\nShorter', { mine: 1, ai_stream_handler_edit: mark }], ['next', { mine: 1 }],
  ])
})

test('a stored session that is no list is refused, and the conversation stays', async () => {
  const { handler } = await connect({ agent: 'historian' }, ['regen_agent_replace.1_run'], {}, () => null)
  assert.equal(await handler.send('hello'), 'completed')
  const before = handler.getSnapshot()
  await assert.rejects(handler.openSession('other'), { message: 'The server answered with something that is no list of runs. Is the address right?' })
  assert.equal(handler.getSnapshot(), before)
})

test('an older AgentOS, which has no such route, is told by its answer', async () => {
  for (const status of [404, 422]) {
    const refuse = (_, response) => response.writeHead(status, { 'content-type': 'application/json' }).end('{"detail":"Not Found"}')
    const { handler } = await connect({ agent: 'historian' }, ['regen_agent_replace.1_run', refuse])
    await handler.send('What is a fjord?')
    assert.equal(await handler.regenerate(), 'failed')
    const { error, turns } = handler.getSnapshot()
    assert.match(error.message, /^The server could not answer again; AgentOS can from version 3\.1\.10 on\. It says: /)
    assert.deepEqual([turns[0].answer.content, turns[0].versions], [answer(1), { index: 0, count: 1 }])
  }
})

test('imported turns, and turns of another conversation, are no turns of this one', async () => {
  const { handler } = await connect({ agent: 'historian' }, [])
  handler.load({ sessionId: 's', messages: [{ role: 'user', content: 'Hi' }, { role: 'agent', content: 'Hello' }] })
  await assert.rejects(handler.regenerate(), { message: /there is no turn yet$/ })
  await assert.rejects(handler.regenerate({ turn: handler.getSnapshot().turns[0] }), { message: /there is no such turn in this conversation$/ })
  assert.equal(handler.showVersion(handler.getSnapshot().turns[0], 0), false)
  assert.equal(handler.getSnapshot().turns[0].answer.content, 'Hello')
  await assert.rejects(lib.createStreamHandler({ url: '/ask' }).regenerate(), { message: /it needs one of the options agent and team$/ })
})

test('a session listed under its input as JSON has the words of it as its name', async () => {
  const listed = { session_id: 's1', session_name: '{\n  "input_content": "What the user said"\n}', created_at: 1 }
  const { handler } = await connect({ agent: 'historian' }, [], {}, () => ({ data: [listed, { ...listed, session_id: 's2', session_name: '{"mine": 1}' }] }))
  assert.deepEqual((await handler.loadSessions()).map(({ session_name }) => session_name).sort(), ['What the user said', '{"mine": 1}'])
})

test('a name that the server refuses is taken back', async () => {
  const listed = { session_id: 's1', session_name: 'Old', created_at: 1 }
  const { handler, server } = await connect({ agent: 'historian' }, [(_, response) => response.writeHead(500).end()], {}, () => ({ data: [listed] }))
  await handler.loadSessions()
  const names = () => handler.getSnapshot().sessions.map(({ session_name }) => session_name)
  const renamed = handler.renameSession('s1', 'New')
  assert.deepEqual(names(), ['New'])
  await assert.rejects(renamed, { httpStatus: 500 })
  assert.deepEqual([names(), server.requests.at(-1).path], [['Old'], '/sessions/s1/rename?type=agent'])
})
