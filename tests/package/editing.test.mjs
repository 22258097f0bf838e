// Edited messages through the package: the recordings of docs/agentos-protocol.md §15 streamed over HTTP, in the place of AgentOS.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backend, closedAfterEach, packed, runOf, streamOf, truthOf, until } from './support.mjs'

const lib = packed()
const { servers, handlers } = closedAfterEach()

const stream = (body) => (_, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(body)
const recorded = (name) => stream(streamOf(name))
const json = (status, body) => (_, response) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))

/** A backend that answers the POSTs for streams in turn, and GETs with `stored`. */
async function connect(component, answers, stored = json(404, {}), options = {}) {
  let next = 0
  const server = await backend((request, response) => {
    if (request.method === 'GET') return stored(request, response)
    if (request.path.endsWith('/cancel')) return response.writeHead(200).end('{}')
    answers[next++](request, response)
  })
  servers.push(server)
  const handler = lib.createStreamHandler({ endpoint: server.url, ...component, notify: 'sync', retry: false, ...options })
  handlers.push(handler)
  return { server, handler }
}

const asked = ({ server }) => server.requests.filter(({ method }) => method === 'POST').map(({ path, form }) => [path, form && [...form].filter(([name]) => !/^(stream|session_id)$/.test(name))])
const shown = (handler) => handler.getSnapshot().turns.map(({ user, answer, versions }) => [user.content, answer.content, `${versions.index + 1}/${versions.count}`])

const FIRST = 'First question [[take key=eh]]', WRONG = 'Secnod question [[take key=eh w=40 d=0.05]]', RIGHT = 'Second question [[take key=eh]]'
const STEPS = ['1_run', '2_run', '3_regenerate_cancelled', '4_resend'].map((step) => `edit_agent_hidden.${step}`)

/** Streams the recorded edit. `stored`: what the server lists before it. */
async function edited(stored) {
  const page = await connect({ agent: 'historian' }, STEPS.map(recorded), stored)
  assert.equal(await page.handler.send(FIRST), 'completed')
  assert.equal(await page.handler.send(WRONG), 'completed')
  const [, { id }] = page.handler.getSnapshot().turns
  assert.equal(await page.handler.edit(page.handler.getSnapshot().turns[1], RIGHT), 'completed')
  assert.equal(page.handler.getSnapshot().turns[1].id, id)
  return page
}

test('a completed message: its answer is hidden, then the new one is sent, and the model sees what is shown', async () => {
  const [, source] = truthOf(STEPS[1]).runs.body
  for (const stored of [json(200, truthOf(STEPS[1]).runs.body), json(404, {}), json(200, {})]) {
    const page = await edited(stored)
    const successor = truthOf(STEPS[2]).run_id
    const [hide, cancel, resend] = asked(page).slice(2)
    assert.deepEqual([hide, cancel], [[`/agents/historian/runs/${source.run_id}/continue`, [['regenerate', 'true']]], [`/agents/historian/runs/${successor}/cancel`, cancel[1]]])
    const mark = { of: source.run_id, hid: [source.run_id], left: [] }
    assert.deepEqual(resend, ['/agents/historian/runs', [['message', RIGHT], ['metadata', JSON.stringify({ ai_stream_handler_edit: mark })]]])
    const [, , run] = truthOf(STEPS[3]).runs.body.filter(({ status }) => status !== 'CANCELLED')
    const saw = truthOf(STEPS[3]).model_saw[0].saw
    assert.deepEqual(shown(page.handler), [[FIRST, saw[1].slice('model: '.length), '1/1'], [RIGHT, run.content, '2/2']])
    assert.deepEqual(saw, [`user: ${FIRST}`, `model: ${shown(page.handler)[0][1]}`, `user: ${RIGHT}`])
    page.handler.showVersion(page.handler.getSnapshot().turns[1], 0)
    assert.deepEqual(shown(page.handler)[1], [WRONG, source.content, '1/2'])
  }
})

test('the stored session is opened as it was streamed: one turn, two versions, and nothing of the run that only hid another', async () => {
  const page = await edited(json(200, truthOf(STEPS[1]).runs.body))
  const { metadata } = Object.fromEntries(asked(page).at(-1)[1])
  const runs = truthOf(STEPS[3]).runs.body.map((run, at) => (at === 3 ? { ...run, metadata: JSON.parse(metadata) } : run))
  const { handler } = await connect({ agent: 'historian' }, [], json(200, runs))
  await handler.openSession('s')
  assert.deepEqual(shown(handler), shown(page.handler))
  for (const { handler: each } of [page, { handler }]) each.showVersion(each.getSnapshot().turns[1], 0)
  assert.deepEqual(shown(handler), shown(page.handler))
})

test('a fork that another client made is a version beside its source, which the model goes on seeing', async () => {
  const { session_id, runs } = truthOf('edit_agent_fork.3_edit')
  const { handler } = await connect({ agent: 'historian' }, [], json(200, runs.body))
  await handler.openSession(session_id)
  assert.deepEqual(shown(handler)[1], ['Second question [[take key=ef]]', 'Answer 3 of historian: c0 c1 c2 c3 c4 c5.', '2/2'])
  // Edited here, both are hidden: the fork and its source.
  const [first, source, fork] = runs.body.map(({ run_id }) => run_id)
  const page = await connect({ agent: 'historian' }, [STEPS[2], STEPS[2], STEPS[3]].map(recorded), json(200, runs.body))
  await page.handler.openSession(session_id)
  assert.equal(await page.handler.edit(page.handler.getSnapshot().turns[1], 'Third'), 'completed')
  assert.deepEqual(asked(page).map(([path]) => path.split('/').at(-2)).filter((id) => id === first || id === source || id === fork), [fork, source])
})

test('of two tabs that ask for the same answer again at once, one is told so, and loses nothing', async () => {
  const runs = truthOf(STEPS[1]).runs.body
  const [, { run_id }] = runs
  let release
  const hidden = new Promise((resolve) => (release = resolve))
  const held = async (request, response) => (await hidden, recorded(STEPS[2])(request, response))
  const first = await connect({ agent: 'historian' }, [held, recorded(STEPS[3]), recorded(STEPS[2]), recorded(STEPS[3])], json(200, runs))
  const second = lib.createStreamHandler({ endpoint: first.server.url, agent: 'historian', notify: 'sync', retry: false })
  handlers.push(second)
  for (const handler of [first.handler, second]) await handler.openSession(truthOf(STEPS[1]).session_id)
  const editing = first.handler.edit(first.handler.getSnapshot().turns[1], 'First')
  const [, turn] = second.getSnapshot().turns
  const refusal = (call) => ({ message: `ai-stream-handler: ${call}(): an answer is being asked for again in this session, perhaps in another tab; wait for its end` })
  await assert.rejects(second.edit(turn, 'Second'), refusal('edit'))
  await assert.rejects(second.regenerate({ turn }), refusal('regenerate'))
  release()
  assert.equal(await editing, 'completed')
  assert.equal(first.server.requests.filter(({ path }) => path.endsWith(`/${run_id}/continue`)).length, 1)
  assert.equal(second.getSnapshot().turns[1], turn)
  // Its end frees the session.
  assert.equal(await second.edit(turn, 'Second'), 'completed')
})

/** A Storage. */
const shelf = () => {
  const items = new Map()
  return { items, getItem: (key) => items.get(key) ?? null, setItem: (key, text) => items.set(key, text), removeItem: (key) => items.delete(key) }
}
const LEFT = 'The page was left before this message was edited. This is the conversation as it was.'
const openTurn = (handler) => handler.getSnapshot().turns.map(({ user, answer, notice, unsent }) => [user.content, answer.content, notice, unsent])

test('the text of an edit outlives a reload, whenever that comes, until the user goes on', async () => {
  const before = truthOf(STEPS[1]).runs.body
  const { session_id } = truthOf(STEPS[1])
  const answer = before[1].content
  const never = () => {}
  for (const [moment, stored, answers] of [['while the session is read', never, []], ['while an answer is being hidden', json(200, before), [never]], ['while the message is being sent', json(200, before), [recorded(STEPS[2]), never]]]) {
    const persist = shelf()
    let answerGet = json(200, before)
    const page = await connect({ agent: 'historian' }, answers, (request, response) => answerGet(request, response), { persist })
    await page.handler.openSession(session_id)
    const asked = page.server.requests.length
    answerGet = stored
    page.handler.edit(page.handler.getSnapshot().turns[1], RIGHT)
    await until(() => page.server.requests.filter(({ method }) => method === 'POST').length - (answers.length > 1) >= answers.length && page.server.requests.length > asked, moment)
    page.handler.dispose()
    answerGet = (request, response) => json(200, request.path.includes('another') ? [] : before)(request, response)
    const visit = () => {
      const handler = lib.createStreamHandler({ endpoint: page.server.url, agent: 'historian', notify: 'sync', retry: false, persist })
      handlers.push(handler)
      return handler
    }
    for (const reload of [1, 2]) {
      const handler = visit()
      assert.deepEqual(openTurn(handler), [[WRONG, answer, LEFT, RIGHT]], `${moment}, reload ${reload}`)
      await handler.openSession(session_id)
      assert.deepEqual(openTurn(handler)[1], [WRONG, answer, LEFT, RIGHT], moment)
      handler.dispose()
    }
    const handler = visit()
    await handler.openSession('another')
    assert.deepEqual([handler.getSnapshot().turns, persist.items.size], [[], 1])
    await handler.openSession(session_id)
    answers.push(...[STEPS[2], STEPS[3]].map(recorded))
    assert.equal(await handler.edit(handler.getSnapshot().turns[1], RIGHT), 'completed')
    handler.dispose()
    assert.equal(persist.items.size, 0, moment)
  }
})

test('an edit that the server has got is not returned, and one of another session waits for it', async () => {
  const before = truthOf(STEPS[1]).runs.body
  const { session_id } = truthOf(STEPS[1])
  const persist = shelf()
  const made = { run_id: 'made', status: 'COMPLETED', run_input: RIGHT, content: 'Right.', metadata: { ai_stream_handler_edit: { of: before[1].run_id, hid: [before[1].run_id], left: [] } } }
  let runs = before
  const page = await connect({ agent: 'historian' }, [() => {}], (request, response) => json(200, runs)(request, response), { persist })
  await page.handler.openSession(session_id)
  page.handler.edit(page.handler.getSnapshot().turns[1], RIGHT)
  await until(() => page.server.requests.some(({ method }) => method === 'POST'))
  page.handler.dispose()
  runs = [...before, made]
  const handler = lib.createStreamHandler({ endpoint: page.server.url, agent: 'historian', notify: 'sync', persist })
  handlers.push(handler)
  await handler.openSession(session_id)
  assert.deepEqual(openTurn(handler)[1], [RIGHT, 'Right.', null, null])
  handler.dispose()
  assert.equal(persist.items.size, 0)
})

test('metadata of the page stay beside the mark, and files make it a new run', async () => {
  const runs = [{ run_id: 'run-1', status: 'ERROR', run_input: 'One', messages: [{ role: 'user', content: 'One' }] }]
  const ran = (_, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(Buffer.concat(runOf('So.')))
  const page = await connect({ agent: 'historian' }, [ran, ran, ran], json(200, runs), { fields: { metadata: '{"mine":1}', user_id: 'ann' } })
  await page.handler.send('One')
  const form = new FormData()
  form.set('message', 'One, better')
  form.set('files', new File(['x'], 'x.txt'))
  assert.equal(await page.handler.edit('t0', form), 'completed')
  const sent = Object.fromEntries(asked(page).at(-1)[1])
  assert.deepEqual([asked(page).at(-1)[0], sent.message, sent.files.name, JSON.parse(sent.metadata)], ['/agents/historian/runs', 'One, better', 'x.txt', { mine: 1, ai_stream_handler_edit: { of: 'run-1', hid: [], left: [] } }])
  assert.deepEqual(page.handler.getSnapshot().turns[0].user.files_sent, ['x.txt'])
  assert.equal(await page.handler.edit('t0', 'One, in place'), 'completed')
  assert.deepEqual(asked(page).at(-1), ['/agents/historian/runs/run-1/continue', [['user_id', 'ann'], ['continue_from', '0'], ['input', 'One, in place']]])
})

test('what is refused changes nothing, and says why', async () => {
  const open = (_, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).write(Buffer.concat(runOf('So far.').slice(0, 2)))
  const page = await connect({ agent: 'historian' }, [recorded(STEPS[0]), open], json(500, {}))
  const { handler } = page
  await assert.rejects(handler.edit('t0', 'x'), { message: 'ai-stream-handler: edit(): there is no such turn in this conversation' })
  await handler.send(FIRST)
  const before = handler.getSnapshot().turns
  for (const [turn, message, why] of [
    ['t0', '', /^ai-stream-handler: edit\(\): the message is empty$/], ['t0', ' \n', /the message is empty$/], ['t9', 'x', /there is no such turn in this conversation$/],
    [{ id: 'x1' }, 'x', /there is no such turn in this conversation$/], [7, 'x', /^edit\(\) takes a turn or its id, not number 7$/], [null, 'x', /^edit\(\) takes a turn or its id/],
    ['t0', 7, /^edit\(\) takes a text or a FormData, not number 7$/], ['t0', undefined, /^edit\(\) takes a text or a FormData/], ['t0', 'x', /^The server answered with HTTP 500\.$/],
  ]) await assert.rejects(handler.edit(turn, message), { message: why })
  assert.equal(handler.getSnapshot().turns, before)
  const sent = handler.send('Second')
  await until(() => handler.getSnapshot().turns[1]?.answer.content, 'the first words')
  await assert.rejects(handler.edit('t0', 'x'), { message: 'ai-stream-handler: edit(): an answer is running; wait for its end, or cancel() it first' })
  handler.cancel()
  await sent
  assert.equal(asked(page).filter(([path]) => path.endsWith('continue')).length, 0)
  const make = (options) => lib.createStreamHandler({ endpoint: page.server.url, ...options })
  await assert.rejects(make({ workflow: 'w' }).edit('t0', 'x'), { message: 'ai-stream-handler: edit(): AgentOS has no such route for workflows' })
  await assert.rejects(make({ url: '/ask' }).edit('t0', 'x'), { message: /it needs one of the options agent and team$/ })
  await assert.rejects(make({}).edit('t0', 'x'), { name: 'TypeError', message: /edit\(\) needs one of the options agent, team, workflow or url$/ })
  const gone = make({ agent: 'a' })
  gone.dispose()
  assert.equal(await gone.edit('t0', 'x'), 'cancelled')
})

test('an older AgentOS, and one that refuses: the conversation as it was, and the text is returned', async () => {
  for (const [answer, words] of [
    [json(404, { detail: 'Not Found' }), /^The server could not edit the message; AgentOS can from version 3\.1\.10 on\. It says: /],
    [json(422, { detail: 'x' }), /^The server could not edit the message; AgentOS can from version 3\.1\.10 on\. It says: /],
    [stream('event: RunError\ndata: {"event":"RunError","agent_id":"","content":"No."}\n\n'), /^No\.$/],
  ]) {
    const { handler } = await connect({ agent: 'historian' }, [recorded(STEPS[0]), recorded(STEPS[1]), answer], json(200, truthOf(STEPS[1]).runs.body))
    await handler.send(FIRST)
    await handler.send(WRONG)
    const before = shown(handler)
    assert.equal(await handler.edit('t1', RIGHT), 'failed')
    const { turns, error } = handler.getSnapshot()
    assert.match(error.message, words)
    assert.deepEqual([shown(handler), turns[1].unsent, turns[1].notice, turns[0].unsent], [before, RIGHT, 'The message could not be edited. This is the conversation as it was.', null])
  }
})

test('imported turns are none of this conversation, and a message that never arrived is sent in its turn', async () => {
  const refused = json(401, { detail: 'no' })
  const page = await connect({ agent: 'historian' }, [refused, recorded(STEPS[0])])
  page.handler.load({ sessionId: null, messages: [{ role: 'user', content: 'Hi' }, { role: 'agent', content: 'Hello' }] })
  await assert.rejects(page.handler.edit(page.handler.getSnapshot().turns[0], 'x'), { message: /there is no such turn/ })
  assert.equal(await page.handler.send('Frist'), 'failed')
  assert.equal(await page.handler.edit(page.handler.getSnapshot().turns[1], FIRST), 'completed')
  assert.deepEqual(asked(page).at(-1), ['/agents/historian/runs', [['message', FIRST]]])
  const [, turn] = page.handler.getSnapshot().turns
  assert.deepEqual([turn.user.content, turn.unsent, turn.versions], [FIRST, null, { index: 1, count: 2 }])
})
