// Answers of other tabs, through the package: the recordings of docs/agentos-protocol.md §15 over HTTP, news over a real
// BroadcastChannel, and servers that cannot tell what runs.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backend, closedAfterEach, packed, runOf, settle, streamOf, truthOf, until } from './support.mjs'

const lib = packed()
const { servers, handlers } = closedAfterEach()

const json = (response, body, status = 200) => response.writeHead(status, { 'content-type': 'application/json' }).end(typeof body === 'string' ? body : JSON.stringify(body))
const stream = (response, bytes) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(bytes)

async function serve(handle) {
  const server = await backend(handle)
  servers.push(server)
  return server
}
function connect(server, options) {
  const handler = lib.createStreamHandler({ endpoint: server.url, notify: 'sync', retry: false, resume: { baseDelay: 0.01 }, ...options })
  handlers.push(handler)
  return handler
}
const paths = (server) => server.requests.map(({ method, path }) => `${method} ${path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, (id) => id.slice(0, 4))}`)

test('the recorded second tab: what a background run of a team sends is shown as AgentOS stored it', async () => {
  const { session_id, run_id, runs } = truthOf('follow_second_tab.3_resume')
  const running = runs.body.map((run) => ({ ...run, status: 'RUNNING', events: null, content: '', messages: null })).filter(({ parent_run_id }) => !parent_run_id)
  const server = await serve((request, response) => {
    if (request.path.endsWith('/resume')) return stream(response, streamOf('follow_second_tab.3_resume'))
    if (request.path.includes('/run-previews')) return json(response, streamOf('follow_second_tab.2_previews').toString())
    return json(response, running)
  })
  const opened = connect(server, { team: 'panel', sessionId: session_id })
  assert.equal(await opened.follow(session_id), 'completed')
  const [turn] = opened.getSnapshot().turns
  const stored = runs.body.find((run) => run.run_id === run_id)
  assert.deepEqual([turn.user.content, turn.runId, turn.outcome, turn.error], [stored.run_input, run_id, 'completed', null])
  assert.equal(turn.answer.content, stored.content)
  assert.deepEqual(turn.work.filter(({ role }) => role === 'agent').map(({ content }) => content).sort(), runs.body.filter(({ parent_run_id }) => parent_run_id).map(({ content }) => content).sort())
  assert.deepEqual(paths(server), ['GET /sessions/56ed/runs?type=team', 'POST /teams/panel/runs/0a9c/resume', 'POST /teams/panel/runs/0a9c/resume'])
  assert.deepEqual([...server.requests[2].form], [['session_id', session_id]], 'from the beginning')
  // The list says so, too, for a conversation that is there already.
  server.requests.length = 0
  const other = connect(server, { team: 'panel', sessionId: session_id })
  assert.equal(await other.follow(), 'completed')
  assert.equal(other.getSnapshot().turns[0].answer.content, turn.answer.content)
  assert.equal(paths(server)[0], 'GET /sessions/56ed/run-previews?type=team')
})

test('the recorded regeneration in the background is followed under the id of its source', async () => {
  const { session_id, runs } = truthOf('regen_agent_background.5_resume_source')
  const [source, successor] = runs.body
  const frames = Buffer.concat([streamOf('regen_agent_background.6_resume_source_from_start')])
  const live = Buffer.from(frames.toString().replace(/^event: replay\ndata: .*$/m, `event: catch_up\ndata: {"event": "catch_up", "run_id": "${source.run_id}", "status": "running"}`))
  const server = await serve((request, response) => {
    if (request.path.endsWith('/resume')) return stream(response, live)
    return json(response, [{ ...source, status: 'REGENERATED' }])
  })
  const handler = connect(server, { agent: 'historian' })
  assert.equal(await handler.follow(session_id), 'completed')
  const [turn] = handler.getSnapshot().turns
  assert.deepEqual([turn.versions, turn.runId], [{ index: 1, count: 2 }, successor.run_id])
  assert.equal(turn.answer.content, successor.content)
  handler.showVersion(turn, 0)
  assert.equal(handler.getSnapshot().turns[0].answer.content, source.content)
})

test('an older AgentOS cannot tell what runs: it says so once, in words, and nothing is lost', async () => {
  for (const status of [404, 405, 422]) {
    const server = await serve((request, response) => (request.method === 'POST' ? stream(response, Buffer.concat(runOf('Hello.'))) : json(response, { detail: status === 404 ? 'Not Found' : 'x' }, status)))
    const told = []
    const handler = connect(server, { agent: 'historian' })
    assert.equal(await handler.send('Hi'), 'completed')
    const message = 'This AgentOS cannot tell which answers are running, so answers of other tabs do not go on here; it can from version 3.1.10 on.'
    await assert.rejects(handler.follow(), { message, httpStatus: status })
    assert.equal(await handler.follow(), 'nothing')
    assert.equal(server.requests.length, 2, 'it is asked once')
    assert.deepEqual(handler.getSnapshot().turns.map(({ answer }) => answer.content), ['Hello.'])
    const watching = connect(server, { agent: 'historian', follow: true, onListenerError: (error) => told.push(error.message) })
    watching.load({ sessionId: 's', messages: [] })
    await until(() => told.length)
    watching.load({ sessionId: 's2', messages: [] })
    await settle()
    assert.deepEqual(told, [message])
  }
})

test('a session that is not stored yet, and a server that does not answer', async () => {
  const server = await serve((_, response) => json(response, { detail: 'Session with ID s not found' }, 404))
  assert.equal(await connect(server, { agent: 'a', sessionId: 's' }).follow(), 'nothing')
  assert.equal(await connect(server, { agent: 'a' }).follow('s'), 'nothing')
  const away = connect(server, { agent: 'a', sessionId: 's', fetch: () => Promise.reject(new Error('away')) })
  await assert.rejects(away.follow(), { message: 'The server could not be reached.' })
  const broken = await serve((_, response) => json(response, {}, 500))
  await assert.rejects(connect(broken, { agent: 'a', sessionId: 's' }).follow(), { httpStatus: 500 })
  assert.throws(() => connect(server, { follow: 'yes' }), { name: 'TypeError', message: /follow must be true or false/ })
})

test('marks and followed answers find out once that the server has no list of runs', async () => {
  const server = await serve((request, response) => {
    if (request.path.includes('/run-previews')) return json(response, { detail: 'Not Found' }, 404)
    if (request.path.startsWith('/sessions?')) return json(response, { data: [{ session_id: 's' }, { session_id: 's2' }] })
    return stream(response, Buffer.concat(runOf('Hello.')))
  })
  const handler = connect(server, { agent: 'historian' })
  assert.equal(await handler.send('Hi'), 'completed')
  await handler.loadSessions()
  const looks = () => server.requests.filter(({ path }) => path.includes('/run-previews')).length
  const before = looks()
  await handler.loadSessions()
  await assert.rejects(handler.follow(), /^RequestError: This AgentOS cannot tell which answers are running/)
  assert.equal(await handler.follow(), 'nothing')
  assert.deepEqual([before > 0, looks()], [true, before])
})

test('a paused version that another one has replaced is not followed', async () => {
  const runs = [
    { run_id: 'old', status: 'PAUSED', run_input: 'Mail Ann', events: [{ event: 'RunStarted', run_id: 'old' }, { event: 'RunPaused', run_id: 'old' }] },
    { run_id: 'new', status: 'COMPLETED', run_input: 'Mail Bob', content: 'Sent.', metadata: { ai_stream_handler_edit: { of: 'old', hid: [], left: [] } } },
  ]
  const server = await serve((request, response) => {
    const [, run] = /\/runs\/(\w+)\/resume/.exec(request.path) ?? []
    if (run) return stream(response, frames({ event: 'catch_up', run_id: run, status: 'running' }, { event: 'RunContent', run_id: run, content: 'Of the old one.', event_index: 3 }, { event: 'RunCompleted', run_id: run, content: 'Of the old one.', event_index: 4 }))
    return json(response, runs)
  })
  const handler = connect(server, { agent: 't' })
  for (const look of [() => handler.follow('s'), () => handler.follow()]) {
    assert.equal(await look(), 'nothing')
    const [turn, ...rest] = handler.getSnapshot().turns
    assert.deepEqual([turn.versions, turn.answer.content, turn.outcome, rest.length], [{ index: 1, count: 2 }, 'Sent.', 'completed', 0])
  }
})

test('a fetch that ignores its signal, and headers that never come, hold up no answer to a pause', async (context) => {
  const server = await serve((request, response) => {
    if (request.path.endsWith('/continue')) return stream(response, frames({ event: 'RunContinued', run_id: 'run-1' }, { event: 'RunCompleted', run_id: 'run-1', content: 'Sent.' }))
    return stream(response, frames(...paused))
  })
  const never = new Promise(() => {})
  const body = () => new Response(new ReadableStream({}), { headers: { 'content-type': 'text/event-stream' } })
  context.mock.timers.enable({ apis: ['setTimeout'] })
  for (const asked of [() => never, async () => body()]) {
    let hasAsked = false
    const handler = connect(server, { agent: 't', fetch: (request) => (request.url.endsWith('/resume') || request.url.endsWith('/resume?') ? ((hasAsked = true), asked()) : fetch(request)) })
    assert.equal(await handler.send('Mail'), 'paused')
    const outcome = answerOf(handler)
    while (!hasAsked) await new Promise(setImmediate)
    context.mock.timers.tick(5000)
    assert.equal(await outcome, 'completed')
  }
})

test('news of another handler make a look, over the BroadcastChannel; foreign news and those of other sessions do not', async () => {
  const rows = []
  const server = await serve((request, response) => {
    if (request.method === 'POST') return stream(response, Buffer.concat(runOf('Hello.')))
    return json(response, rows)
  })
  const listening = connect(server, { agent: 'historian', follow: true, sessionId: null })
  listening.load({ sessionId: 's1', messages: [] })
  const deaf = connect(server, { agent: 'historian' })
  deaf.load({ sessionId: 's1', messages: [] })
  deaf.subscribe(() => {})
  await until(() => server.requests.length === 1)
  const channel = new BroadcastChannel(`ai-stream-handler ${server.url}`)
  for (const news of [null, 7, { news: {} }, { news: { session: 's1' } }, { news: { session: 's2', run: 'r' } }, { news: { session: 's1', run: 7 } }]) channel.postMessage(news)
  channel.postMessage({ news: { session: 's1', run: 'r1', isOver: true } })
  await until(() => server.requests.length === 2)
  await settle()
  channel.close()
  assert.deepEqual(paths(server), ['GET /sessions/s1/run-previews?type=agent', 'GET /sessions/s1/run-previews?type=agent'])
})

test('the end of another tab\'s answer is looked for until the server lists it', async () => {
  let looks = 0
  const run = { run_id: 'r1', status: 'COMPLETED', run_input: 'Hello?', content: 'Hello.' }
  const server = await serve((request, response) => json(response, request.path.includes('/run-previews') && ++looks < 3 ? [] : [run]))
  const listening = connect(server, { agent: 'historian', follow: true })
  listening.load({ sessionId: 's1', messages: [] })
  await until(() => looks === 1)
  const channel = new BroadcastChannel(`ai-stream-handler ${server.url}`)
  channel.postMessage({ news: { session: 's1', run: 'r1', isOver: true } })
  await until(() => listening.getSnapshot().turns.length === 1)
  channel.close()
  assert.deepEqual([listening.getSnapshot().turns[0].outcome, listening.getSnapshot().messages.at(-1).content, looks], ['completed', 'Hello.', 3])
})

/** A handler that shows a stored answer, and `hide`, by which AgentOS hides it because it is being asked for again. */
async function showing() {
  const at = { run_input: 'Hello?', session_id: 's1', agent_id: 'historian', created_at: 1_795_452_000 }
  const runs = [{ ...at, run_id: 'r1', status: 'COMPLETED', content: 'Hello.' }]
  const server = await serve((request, response) => json(response, request.path.endsWith('/resume') ? { detail: 'Not Found' } : runs, request.path.endsWith('/resume') ? 404 : 200))
  const handler = connect(server, { agent: 'historian', follow: true })
  assert.equal(await handler.openSession('s1'), true)
  const channel = new BroadcastChannel(`ai-stream-handler ${server.url}`)
  return {
    handler, server,
    hide: () => (runs[0].status = 'REGENERATED'),
    store: (status) => runs.push({ ...at, run_id: 'r2', status, content: 'Hi.', regenerated_from: 'r1' }),
    tell: (isOver) => channel.postMessage({ news: { session: 's1', run: 'r2', isOver } }),
    close: () => channel.close(),
    shown: () => handler.getSnapshot().turns.map(({ answer, notice }) => [answer.content, notice]),
  }
}
const FORGOTTEN = 'The model no longer sees this answer, and no new one is there yet. If none comes, ask for the answer again.'

test('an answer that was asked for again elsewhere, of which nothing has come, says so: after the last look, and if the page asks', async () => {
  const { handler, hide, tell, close, shown, server } = await showing()
  const [{ answer }] = handler.getSnapshot().turns
  hide()
  tell(true)
  const looks = () => paths(server).filter((path) => path.includes('run-previews')).length
  await until(() => looks() === 2)
  await settle()
  assert.deepEqual(shown(), [['Hello.', null]], 'the new answer may be stored in a moment')
  await until(() => shown()[0][1] !== null, 'the notice')
  close()
  assert.deepEqual([shown(), looks()], [[['Hello.', FORGOTTEN]], 3])
  assert.equal(handler.getSnapshot().turns[0].answer, answer, 'nothing else has changed')

  const other = await showing()
  other.hide()
  assert.equal(await other.handler.follow(), 'nothing')
  assert.deepEqual(other.shown(), [['Hello.', FORGOTTEN]])
  other.store('COMPLETED')
  assert.equal(await other.handler.follow(), 'completed')
  assert.deepEqual(other.shown(), [['Hi.', null]])
  other.close()
})

test('an answer that was asked for again elsewhere is replaced without such words if the new one is there in time', async () => {
  for (const status of ['COMPLETED', 'ERROR']) {
    const { handler, hide, store, tell, close, shown } = await showing()
    const notices = new Set()
    handler.subscribe(() => notices.add(shown()[0][1]))
    hide()
    tell(false)
    store(status)
    tell(true)
    await until(() => handler.getSnapshot().turns[0].versions.count === 2, 'the new answer')
    await handler.follow()
    close()
    assert.ok(!notices.has(FORGOTTEN), JSON.stringify([...notices]))
  }
})

test('an answer tells the other tabs when it begins and when it has ended, with its ids and nothing else', async () => {
  const heard = []
  const server = await serve((_, response, number) => {
    const frames = runOf('Hello.')
    if (number > 1) return stream(response, Buffer.concat(frames))
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(Buffer.concat(frames.slice(0, 2)))
    void until(() => heard.length).then(() => response.end(Buffer.concat(frames.slice(2))))
  })
  const channel = new BroadcastChannel(`ai-stream-handler ${server.url}`)
  channel.onmessage = ({ data }) => data.news && heard.push(data)
  const handler = connect(server, { agent: 'historian' })
  await handler.send('A secret')
  const { sessionId, runId } = handler.getSnapshot()
  await until(() => heard.length === 2)
  assert.deepEqual(heard, [false, true].map((isOver) => ({ news: { session: sessionId, run: runId, isOver } })))
  // One that comes in a single chunk.
  await handler.send('Another')
  await until(() => heard.length === 3)
  channel.close()
  assert.equal(heard[2].news.isOver, true)
})

const frames = (...list) => list.map((data) => `event: ${data.event}\ndata: ${JSON.stringify(data)}\n\n`).join('')
const tool = { tool_call_id: 'c1', tool_name: 'send_mail', tool_args: { to: 'Ann' }, requires_confirmation: true }
/** A run that waits for a confirmation. */
const paused = [{ event: 'RunStarted', run_id: 'run-1', session_id: 's' }, { event: 'RunPaused', run_id: 'run-1', session_id: 's', agent_id: 't', tools: [tool], requirements: [{ id: 'q', tool_execution: tool }] }]
const answerOf = (handler) => handler.continueRun(handler.getSnapshot().pause.requirements.map((one) => lib.confirm(one)))

test('a pause is asked about before it is answered: whatever cannot tell does not keep the answer back', async () => {
  const answers = { 404: '', 500: '', 200: 'no stream', error: frames({ event: 'error', error: 'not found in buffer or database' }), other: frames({ event: 'catch_up', run_id: 'another', status: 'running' }), paused: frames({ event: 'replay', run_id: 'run-1', status: 'PAUSED' }) }
  for (const [name, body] of Object.entries(answers)) {
    const server = await serve((request, response) => {
      if (request.path.endsWith('/resume')) return response.writeHead(Number(name) || 200, { 'content-type': 'text/event-stream' }).end(body)
      if (request.path.endsWith('/continue')) return stream(response, frames({ event: 'RunContinued', run_id: 'run-1' }, { event: 'RunCompleted', run_id: 'run-1', content: 'Sent.' }))
      return stream(response, frames(...paused))
    })
    const handler = connect(server, { agent: 't' })
    assert.equal(await handler.send('Mail'), 'paused')
    assert.equal(await answerOf(handler), 'completed', name)
    assert.deepEqual(server.requests.map(({ path }) => path.split('/').at(-1)), ['runs', 'resume', 'continue'], name)
  }
})

test('a look that is under way when a pause is answered does not replace the answer', async () => {
  let list, finish
  const server = await serve((request, response) => {
    const { path } = request
    if (path.includes('/run-previews')) return void (list = () => json(response, [{ run_id: 'run-0', status: 'COMPLETED' }, { run_id: 'run-1', status: 'PAUSED' }]))
    if (path.includes('/sessions/')) return json(response, [{ run_id: 'run-0', status: 'COMPLETED', run_input: 'Before', content: 'x' }, { run_id: 'run-1', status: 'PAUSED', run_input: 'Mail' }])
    if (path.endsWith('/resume')) return stream(response, frames({ event: 'replay', run_id: 'run-1', status: 'PAUSED' }))
    if (!path.endsWith('/continue')) return stream(response, frames(...paused))
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(frames({ event: 'RunContinued', run_id: 'run-1' }))
    finish = () => response.end(frames({ event: 'RunCompleted', run_id: 'run-1', content: 'Sent.' }))
  })
  const handler = connect(server, { agent: 't' })
  assert.equal(await handler.send('Mail'), 'paused')
  const followed = handler.follow()
  await until(() => list)
  const outcome = answerOf(handler)
  await until(() => handler.getSnapshot().status === 'streaming')
  list()
  assert.equal(await followed, 'nothing')
  await until(() => finish)
  finish()
  assert.equal(await outcome, 'completed')
  assert.equal(handler.getSnapshot().turns.at(-1).answer.content, 'Sent.')
})

test('an answer to a pause that was answered elsewhere while the server was asked ends as that one does', async () => {
  let asked = 0, tellFirst, finish
  const server = await serve((request, response) => {
    const { path } = request
    if (path.includes('/sessions/')) return json(response, [{ run_id: 'run-1', status: 'RUNNING', run_input: 'Mail' }])
    if (!path.endsWith('/resume')) return stream(response, frames(...paused))
    asked++
    if (asked === 1) return void (tellFirst = () => stream(response, frames({ event: 'replay', run_id: 'run-1', status: 'PAUSED' })))
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(frames({ event: 'catch_up', run_id: 'run-1', status: 'running' }, { event: 'RunContinued', run_id: 'run-1' }))
    finish = () => response.end(frames({ event: 'RunCompleted', run_id: 'run-1', content: 'Sent.' }))
  })
  const handler = connect(server, { agent: 't' })
  assert.equal(await handler.send('Mail'), 'paused')
  const outcome = answerOf(handler)
  await until(() => tellFirst)
  const followed = handler.follow()
  await until(() => handler.getSnapshot().status === 'streaming')
  tellFirst()
  await settle()
  finish()
  assert.deepEqual(await Promise.all([outcome, followed]), ['completed', 'completed'])
  assert.equal(handler.getSnapshot().turns.at(-1).answer.content, 'Sent.')
  assert.equal(server.requests.filter(({ path }) => path.endsWith('/continue')).length, 0)
})

test('who finds a pause answered already lets the next one ask, before the answer has ended', async () => {
  let asked = 0
  const server = await serve((request, response) => {
    if (!request.path.endsWith('/resume')) return stream(response, frames(...paused))
    asked++
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(frames({ event: 'catch_up', run_id: 'run-1', status: 'running' }))
  })
  const two = [connect(server, { agent: 't' }), connect(server, { agent: 't' })]
  for (const handler of two) assert.equal(await handler.send('Mail'), 'paused')
  const outcomes = two.map(answerOf)
  await until(() => asked === 4)
  for (const handler of two) handler.dispose()
  assert.deepEqual(await Promise.all(outcomes), ['cancelled', 'cancelled'])
})

test('of a queue, each answer is told when it begins and when it has ended; a message that is taken out changes nothing', async () => {
  const heard = [], open = []
  const server = await serve((_, response, number) => {
    const [begin, ...rest] = runOf('Hello.', `run-${number}`)
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(begin)
    open.push(() => response.end(Buffer.concat(rest)))
  })
  const channel = new BroadcastChannel(`ai-stream-handler ${server.url}`)
  channel.onmessage = ({ data }) => data.news && heard.push(`${data.news.run} ${data.news.isOver ? 'over' : 'begins'}`)
  const handler = connect(server, { agent: 'historian' })
  const first = handler.send('One')
  await until(() => heard.length === 1)
  const [dropped, second] = [handler.send('Never sent'), handler.send('Two')]
  handler.cancelQueued(handler.getSnapshot().queue[0].id)
  assert.equal(await dropped, 'cancelled')
  await settle()
  assert.equal(heard.length, 1)
  open[0]()
  assert.equal(await first, 'completed')
  await until(() => heard.length === 3)
  open[1]()
  assert.equal(await second, 'completed')
  await until(() => heard.length === 4)
  channel.close()
  assert.deepEqual(heard.map((one) => one.split(' ')[1]), ['begins', 'over', 'begins', 'over'])
  assert.deepEqual(heard.map((one) => one.split(' ')[0]), [heard[0], heard[0], heard[2], heard[2]].map((one) => one.split(' ')[0]))
  assert.notEqual(heard[0], heard[2])
})
