// The actions of connectAgentUI (answer again, versions, following, sessions, queue) against a store like that of agent-ui, also in
// a session that the page has loaded by itself; and the components of examples/agent-ui that use them, type-checked.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import { backend, frame, install, root, runOf, streamOf, truthOf, until } from '../package/support.mjs'
import { pageAround, pageStore } from './store.mjs'

let connectAgentUI, installed
before(async () => {
  installed = await install()
  ;({ connectAgentUI } = await import(`${installed.scratch}/node_modules/ai-stream-handler/dist/agent-ui.js`))
})
after(() => installed?.remove())
const closing = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const truth = truthOf('regen_agent_replace.3_next_message')
const ANSWER = (n, letter) => `Answer ${n} of historian: ${[0, 1, 2, 3, 4, 5].map((i) => letter + i).join(' ')}.`

async function open(handle, options = {}, ids = {}) {
  const served = await backend(handle)
  const around = pageStore({})
  around.store.setState({ selectedEndpoint: served.url, mode: 'agent' })
  const ui = connectAgentUI({ store: around.store, notify: 'sync', retry: false, ...options })
  closing.push(() => ui.disconnect(), served.close)
  const { sessionId = null, ...component } = ids
  const page = pageAround(ui, around, { agent: 'historian', team: null, ...component })
  ui.update({ ...page.address, sessionId, setSessionId: page.setSessionId })
  return { ...around, ui, page, requests: served.requests, shown: () => around.state().messages.map(({ content }) => content) }
}
const json = (response, body) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
const stream = (response, bytes) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(bytes)

test('an answer of this visit is asked for again, and its versions are shown in the store', async () => {
  const recorded = ['regen_agent_replace.1_run', 'regen_agent_replace.2_regenerate']
  const { ui, shown } = await open((request, response) => stream(response, streamOf(recorded.shift())))
  assert.deepEqual([ui.showVersion('t0', 0), ui.editQueued(1, 'x'), ui.resumeQueue()], [false, false, false], 'before there is a conversation')
  assert.equal(await ui.send('What is a fjord?'), 'completed')
  const { regenerate } = ui
  assert.equal(typeof ui.edit, 'function')
  assert.equal(await regenerate(), 'completed')
  assert.deepEqual(shown(), ['What is a fjord?', ANSWER(2, 'b')])
  const [turn] = ui.handler.getSnapshot().turns
  assert.equal(ui.showVersion(turn, 0), true)
  assert.deepEqual(shown(), ['What is a fjord?', ANSWER(1, 'a')])
})

test('an earlier turn is asked for again, edited and shown in another version, and the session deleted: the store follows', async () => {
  const answers = ['One.', 'Two.', 'Uno.'].map((text, at) => runOf(text, `run-${at}`))
  // An answer that is hidden for the edit.
  const stopped = (run_id = crypto.randomUUID()) => ['RunContinued', 'RunCancelled'].map((event) => frame(event, { agent_id: 'a', run_id, session_id: 'session-1' }))
  const { ui, shown, store } = await open((request, response) => {
    if (request.method === 'DELETE') return response.writeHead(204).end()
    if (request.method === 'GET') return json(response, [])
    if (request.form?.get('message') === 'bad') return response.writeHead(400, { 'content-type': 'application/json' }).end('{"detail":"No."}')
    stream(response, Buffer.concat({ 3: runOf('Three.', 'run-9'), 4: runOf('Four.', 'run-10') }[request.form?.get('message')] ?? answers.shift() ?? stopped()))
  })
  store.getState().setMessages([{ role: 'user', content: 'before' }, { role: 'agent', content: 'Before.' }])
  const before = ['before', 'Before.']
  assert.equal(await ui.send('1'), 'completed')
  assert.equal(await ui.send('bad'), 'failed')
  assert.equal(await ui.send('2'), 'completed')
  assert.deepEqual(shown(), [...before, '1', 'One.', '2', 'Two.'])
  const [first] = ui.handler.getSnapshot().turns
  assert.equal(await ui.regenerate({ turn: first }), 'completed')
  assert.deepEqual(shown(), [...before, '1', 'Uno.', '2', 'Two.'])
  assert.equal(ui.showVersion(first, 0), true)
  assert.deepEqual(shown(), [...before, '1', 'One.', '2', 'Two.'])
  assert.equal(await ui.send('3'), 'completed')
  assert.equal(ui.showVersion(first, 1), true)
  assert.deepEqual(shown(), [...before, '1', 'Uno.', '2', 'Two.', '3', 'Three.'])
  assert.equal(await ui.edit(first, '4'), 'completed')
  ui.showVersion(first, 1)
  assert.deepEqual(shown(), [...before, '1', 'Uno.', '2', 'Two.', '3', 'Three.'])
  assert.equal(await ui.send('3'), 'completed')
  assert.deepEqual(shown(), [...before, '4', 'Four.', '3', 'Three.'], 'the version that the model sees')
  await ui.deleteSession(ui.handler.getSnapshot().sessionId)
  assert.deepEqual(shown(), [])
})

test('in a session that the page has loaded, the handler opens it first; what the page had is not shown twice', async () => {
  const { ui, store, shown, requests } = await open((request, response) => {
    if (request.method === 'POST') return stream(response, streamOf('regen_agent_replace.2_regenerate'))
    return json(response, request.path.includes('/runs/') ? { status: 'COMPLETED' } : truth.runs.body)
  }, {}, { sessionId: truth.session_id })
  store.getState().setMessages(truth.runs.body.flatMap(({ run_input, content }) => [{ role: 'user', content: run_input }, { role: 'agent', content }]))
  assert.equal(ui.handler, null)
  assert.equal(await ui.regenerate({ instructions: 'Shorter' }), 'completed')
  assert.deepEqual(shown(), ['What is a fjord? [[take key=ra]]', ANSWER(2, 'b'), 'And a lake? [[take key=ra]]', ANSWER(2, 'b')])
  assert.equal(requests.at(-1).form.get('additional_instructions'), 'Shorter')
  assert.equal(ui.handler.getSnapshot().turns.length, 2)
})

test('an answer of another tab goes on in the store', async () => {
  const { session_id: sessionId, runs } = truthOf('regen_agent_background.5_resume_source')
  const [run] = runs.body
  const { ui, shown } = await open((request, response) => {
    if (request.method === 'POST') return stream(response, Buffer.concat([Buffer.from(`event: catch_up\ndata: {"event": "catch_up", "run_id": "${run.run_id}", "status": "running"}\n\n`), streamOf('regen_agent_background.1_run')]))
    return json(response, [{ ...run, status: 'RUNNING', events: null, messages: null, content: '' }])
  }, {}, { sessionId })
  assert.equal(await ui.follow(), 'completed')
  assert.deepEqual(shown(), [run.run_input, run.content])
})

test('the queue is in the user’s hands, and a session is renamed, copied and deleted', async () => {
  let release
  const { ui, requests, shown } = await open((request, response) => {
    if (request.path.endsWith('/fork')) return json(response, { session_id: 'copy' })
    if (request.method === 'DELETE') return response.writeHead(204).end()
    if (/rename|run-previews|\/runs\//.test(request.path)) return json(response, { status: 'COMPLETED' })
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(Buffer.concat(runOf('One.').slice(0, 2)))
    release = () => response.end(Buffer.concat(runOf('One.').slice(2)))
  })
  const first = ui.send('one')
  await until(() => shown().at(-1)?.length)
  const second = ui.send('two')
  const [{ id }] = ui.handler.getSnapshot().queue
  assert.deepEqual([ui.editQueued(id, 'two and a half'), ui.handler.getSnapshot().queue[0].text], [true, 'two and a half'])
  assert.equal(ui.cancelQueued(id), true)
  release()
  assert.deepEqual([await first, await second], ['completed', 'cancelled'])
  const { sessionId } = ui.handler.getSnapshot()
  assert.equal(await ui.forkSession(), 'copy')
  await ui.renameSession(sessionId, 'Kaffe')
  await ui.deleteSession(sessionId)
  const asked = requests.slice(1).map(({ method, path }) => `${method} ${path.split('?')[0].split('/').at(-1)}`)
  assert.deepEqual(asked.filter((request) => request !== 'GET run-previews'), ['POST fork', 'POST rename', `DELETE ${sessionId}`])
})

test('the list of sessions in the store follows what is done to them, at once, and goes back if the server refuses', async () => {
  let answer, fails = false
  const { ui, store } = await open(async (request, response) => {
    if (/rename/.test(request.path) || request.method === 'DELETE') await new Promise((resolve) => (answer = resolve))
    if (fails) return response.writeHead(500).end()
    if (request.path.endsWith('/fork')) return json(response, { session_id: 'copy' })
    if (request.method === 'DELETE') return response.writeHead(204).end()
    if (/rename|run-previews|\/runs\//.test(request.path)) return json(response, { status: 'COMPLETED' })
    stream(response, Buffer.concat(runOf('One.')))
  })
  assert.equal(await ui.send('one'), 'completed')
  const { sessionId } = ui.handler.getSnapshot()
  const other = { session_id: 'other', session_name: 'Other', created_at: 1, mine: true }
  const listed = () => store.getState().sessionsData.map(({ session_id, session_name }) => [session_id, session_name])
  const names = () => listed().map(([, name]) => name)
  const load = () => store.getState().setSessionsData([{ session_id: sessionId, session_name: 'one', created_at: 2 }, other])
  load()
  assert.equal(await ui.forkSession(), 'copy')
  assert.deepEqual(listed(), [['copy', 'one'], [sessionId, 'one'], ['other', 'Other']])

  const done = async (promise, before) => {
    answer = undefined
    await until(() => answer)
    before?.()
    answer()
    await promise
  }
  const renamed = ui.renameSession('other', 'Kaffe')
  assert.deepEqual(names(), ['one', 'one', 'Kaffe'], 'at once')
  assert.equal(store.getState().sessionsData[2].mine, true)
  await done(renamed, load)
  assert.deepEqual(names(), ['one', 'Kaffe'], 'although the list was loaded meanwhile')
  const deleted = ui.deleteSession('other')
  assert.deepEqual(names(), ['one'])
  await done(deleted, load)
  assert.deepEqual(names(), ['one'])

  load()
  fails = true
  for (const [call, during] of [[() => ui.renameSession('other', 'Te'), ['one', 'Te']], [() => ui.deleteSession('other'), ['one']], [() => ui.renameSession(sessionId, 'Te'), ['Te', 'Other']]]) {
    const refused = call()
    assert.deepEqual(names(), during)
    await done(assert.rejects(refused, { httpStatus: 500 }))
    assert.deepEqual(names(), ['one', 'Other'])
  }
  await assert.rejects(ui.renameSession('other', ' '), { name: 'TypeError' })
  assert.deepEqual(names(), ['one', 'Other'])

  fails = false
  await done(ui.deleteSession('other'))
  await done(ui.deleteSession(sessionId))
  await new Promise((resolve) => setTimeout(resolve, 20))
  store.getState().setSessionsData([other])
  assert.deepEqual(listed(), [['other', 'Other']], 'a deleted one does not come back')
})

/** A page with its list of sessions; `answer(status)` answers the deletion that waits. */
async function listing() {
  let answer
  const page = await open(async (request, response) => {
    if (request.method === 'DELETE') return response.writeHead(await new Promise((resolve) => (answer = resolve))).end()
    if (/run-previews|\/runs\//.test(request.path)) return json(response, { status: 'COMPLETED' })
    stream(response, Buffer.concat(runOf('One.')))
  })
  assert.equal(await page.ui.send('one'), 'completed')
  const entry = (session_id) => ({ session_id, session_name: session_id.toUpperCase(), created_at: 1 })
  const { setSessionsData, setIsSessionsLoading } = page.state()
  return {
    ...page, setIsSessionsLoading,
    show: (...ids) => setSessionsData(ids.map(entry)),
    /** A list that the page has asked for arrives. */
    arrives(...ids) {
      setSessionsData(ids.map(entry))
      setIsSessionsLoading(false)
    },
    listed: () => page.state().sessionsData.map(({ session_id }) => session_id),
    async answer(status) {
      await until(() => answer)
      answer(status)
      answer = undefined
    },
  }
}
const HERE = 'session-1'

test('a deletion that the server refuses after the page shows another agent’s sessions changes nothing there', async () => {
  for (const before of [['s', 't', HERE], ['s']]) {
    const { ui, page, show, arrives, listed, answer, setIsSessionsLoading } = await listing()
    show(...before)
    const deleted = ui.deleteSession('s')
    assert.ok(!listed().includes('s'))
    page.select({ agent: 'other' })
    // It tells the connection when it has rendered.
    await new Promise((resolve) => setTimeout(resolve, 20))
    setIsSessionsLoading(true)
    arrives('x', 'y')
    await answer(500)
    await assert.rejects(deleted, { httpStatus: 500 })
    assert.deepEqual(listed(), ['x', 'y'], JSON.stringify(before))
  }
})

test('a deletion that the server refuses after the page has loaded its list again is taken back in that', async () => {
  const { ui, show, arrives, listed, answer, setIsSessionsLoading } = await listing()
  show('t', 's', HERE)
  const deleted = ui.deleteSession('s')
  setIsSessionsLoading(true)
  arrives('new', 's', 't', HERE)
  assert.deepEqual(listed(), ['new', 't', HERE], 'until the server has answered it is not shown')
  // Another is deleted meanwhile.
  show('new', HERE)
  await answer(500)
  await assert.rejects(deleted, { httpStatus: 500 })
  assert.deepEqual(listed(), ['new', 's', HERE])
})

test('a list that the page asked for before a deletion does not show the session again; one asked for afterwards has the last word', async () => {
  for (const sessions of [['s', 't', HERE], ['s']]) {
    const { ui, store, show, arrives, listed, answer, setIsSessionsLoading } = await listing()
    show(...sessions)
    setIsSessionsLoading(true)
    const deleted = ui.deleteSession('s')
    await answer(204)
    await deleted
    const seen = []
    const stop = store.subscribe(({ sessionsData }) => seen.push(...sessionsData.map(({ session_id }) => session_id)))
    arrives(...sessions)
    assert.ok(!listed().includes('s'), JSON.stringify(listed()))
    // What the page may write a moment later.
    await new Promise((resolve) => setTimeout(resolve, 20))
    assert.ok(!listed().includes('s'))
    stop()
    setIsSessionsLoading(true)
    arrives(...sessions)
    assert.deepEqual(listed().filter((id) => sessions.includes(id)), sessions)
  }
})

/** A page whose session is being opened: `release` lets the server answer. */
async function opening() {
  let release
  const released = new Promise((resolve) => (release = resolve))
  const page = await open(async (request, response) => {
    if (request.path.endsWith('/continue')) return stream(response, streamOf('regen_agent_replace.2_regenerate'))
    if (/\/runs(\?|$)/.test(request.path)) await released
    return json(response, request.path.includes('/runs/') ? { status: 'COMPLETED' } : truth.runs.body)
  }, {}, { sessionId: truth.session_id })
  return { ...page, release }
}

test('disconnected while the session is being opened: nothing is shown, asked or left open', async () => {
  const { ui, shown, requests, release, store } = await opening()
  const outcome = ui.regenerate()
  await until(() => requests.length)
  ui.disconnect()
  store.getState().setMessages([])
  release()
  assert.equal(await outcome, 'cancelled')
  assert.deepEqual([ui.handler, shown(), requests.filter(({ method }) => method === 'POST')], [null, [], []])
})

test('two actions at once open the session once for both, and one that the page has left in between is not shown', async () => {
  const both = await opening()
  const first = both.ui.regenerate(), second = both.ui.renameSession('other', 'Name')
  both.release()
  assert.deepEqual([await first, await second], ['completed', undefined])
  assert.equal(both.shown().length, 4)
  assert.equal(both.ui.handler.getSnapshot().turns.length, 2)

  const left = await opening()
  const outcome = left.ui.regenerate()
  await until(() => left.requests.length)
  left.page.setSessionId(null)
  left.ui.update({ ...left.page.address, setSessionId: left.page.setSessionId })
  left.release()
  assert.deepEqual([await outcome, left.ui.handler, left.shown()], ['completed', null, []])
})

test('without an agent or a team the actions say what is missing', async () => {
  const { ui } = await open((_, response) => json(response, {}), {}, { agent: null })
  await assert.rejects(ui.regenerate(), { message: /it needs one of the options agent and team$/ })
})

test('the components of examples/agent-ui fit the types', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ai-stream-handler-examples-'))
  try {
    mkdirSync(join(folder, 'src'))
    for (const name of readdirSync(join(root, 'examples/agent-ui')).filter((name) => /^(AnswerActions|SendQueue|SessionActions)\.tsx$/.test(name))) cpSync(join(root, 'examples/agent-ui', name), join(folder, 'src', name))
    writeFileSync(join(folder, 'src/store.ts'), `
      interface Session { session_id: string; session_name: string }
      interface Store { isStreaming: boolean; messages: unknown[]; sessionsData: Session[] | null; setSessionsData: (given: Session[]) => void; setStreamingErrorMessage: (text: string) => void }
      export declare const useStore: (<T>(select: (state: Store) => T) => T) & { getState: () => Store }
    `)
    writeFileSync(join(folder, 'src/nuqs.d.ts'), `declare module 'nuqs' { export function useQueryState(name: string): [string | null, (value: string | null) => Promise<URLSearchParams>] }`)
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({
      compilerOptions: { target: 'es2022', module: 'esnext', moduleResolution: 'bundler', lib: ['es2023', 'dom', 'dom.iterable'], types: [], jsx: 'react-jsx', strict: true, noEmit: true, skipLibCheck: true, paths: { '@/*': ['./src/*'], 'ai-stream-handler/*': [join(installed.scratch, 'node_modules/ai-stream-handler/dist/*')] } },
      include: ['src'],
    }))
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' })
  } catch (error) {
    assert.fail(error.stdout || error.message)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
