// The lazy handler before, while and after its core arrives. The layer is bundled as the entries bundle it, with one difference: the
// tests say when `import()` of the main entry (the packed one) settles, and how.
import assert from 'node:assert/strict'
import { afterEach, before, beforeEach, test } from 'node:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { backend, frame, install, packed, play, recording, root, runScript, settle, until } from './support.mjs'

const lib = packed()
let scratch, remove, replay
/** A copy of the room for each test: it keeps its state for the life of a page. */
let page = 0
let makeLazy, loads
const handlers = []

before(async () => {
  ;({ scratch, remove } = await install())
  replay = await import(`${scratch}/node_modules/ai-stream-handler/dist/replay.js`)
  const { outputFiles } = await build({
    stdin: { contents: `export { createLazyHandler } from './lazy/lazy-handler'; export { awaitCore, loadCore } from './lazy/core-chunk'`, resolveDir: join(root, 'pkg/src'), loader: 'ts' },
    bundle: true, format: 'esm', write: false, external: ['*/index'], logLevel: 'warning',
  })
  const text = outputFiles[0].text
  assert.equal(text.split('import("../index")').length, 2)
  writeFileSync(join(scratch, 'lazy.mjs'), text.replace('import("../index")', 'globalThis.importCore()'))
})
beforeEach(async () => {
  loads = []
  globalThis.importCore = () => new Promise((resolve, reject) => loads.push({ arrive: (core = lib) => resolve(core), miss: () => reject(new TypeError('Failed to fetch dynamically imported module')) }))
  const { createLazyHandler } = await import(`${pathToFileURL(join(scratch, 'lazy.mjs'))}?${page++}`)
  makeLazy = (options) => handlers[handlers.push(createLazyHandler(options)) - 1]
})
afterEach(() => {
  for (const handler of handlers.splice(0)) handler.dispose()
})
test.after(() => remove?.())

/** A backend that plays a recording, or answers each message with its text. */
async function server(context, name) {
  const served = await backend((request, response) => {
    if (name) return play(response, name)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const [run_id, content] = [`run-${served.requests.length}`, `re: ${request.form?.get('message')}`]
    response.end(Buffer.concat([frame('RunStarted', { run_id, session_id: 's' }), frame('RunContent', { run_id, content }), frame('RunCompleted', { run_id, content })]))
  })
  context.after(served.close)
  return served
}
const ids = ({ turns, messages }) => [turns.map(({ id }) => id), messages.map(({ id }) => id)]
const said = ({ messages }) => messages.map(({ content }) => content)

test('creating one does nothing; its snapshot is the empty one; a wrong option is refused by name', async () => {
  const handler = makeLazy({ agent: 'a' })
  await settle()
  assert.equal(loads.length, 0)
  assert.deepEqual(handler.getSnapshot(), lib.emptySnapshot)
  assert.equal(handler.getSnapshot(), makeLazy({}).getSnapshot())
  assert.equal(handler.getServerSnapshot(), handler.getSnapshot())
  assert.deepEqual(makeLazy({ sessionId: 's' }).getSnapshot(), { ...lib.emptySnapshot, sessionId: 's' })
  for (const [options, words] of [
    [{ agentId: 'a' }, 'there is no option agentId'], [{ agent: 1 }, 'agent must be string, not number'], [{ retry: 3 }, 'retry must be object or boolean, not number'],
    [{ headers: 'Bearer x' }, 'headers must be object or function, not string'], [{ onListenerError: true }, 'onListenerError must be function, not boolean'],
  ]) assert.throws(() => makeLazy(options), { name: 'TypeError', message: `createStreamHandler: ${words}` })
})

test('every option and every method of a handler is known', () => {
  const all = {
    endpoint: '', agent: 'a', team: null, workflow: undefined, url: '', name: 'A', headers: {}, credentials: 'omit', fields: () => ({}), sessionId: null, retry: false, resume: false,
    stall: false, fallbacks: [], quota: 5, shareLimits: false, log: () => {}, background: false, persist: false, notify: 'sync', activityTexts: {}, limits: {}, fetch, onListenerError: () => {},
  }
  const direct = lib.createStreamHandler(all)
  assert.deepEqual(Object.keys(makeLazy(all)).sort(), Object.keys(direct).sort())
  direct.dispose()
})

test('a send shows the message at once as the core shows it, and the core goes on with it', async (context) => {
  const { url, requests } = await server(context, 'team_nested')
  const options = { endpoint: url, team: 'web-researcher', notify: 'sync' }
  const handler = makeLazy(options)
  let told = 0
  handler.subscribe(() => told++)
  const outcome = handler.send('What is new?')
  const pending = handler.getSnapshot()
  assert.equal(handler.getSnapshot(), pending)
  assert.equal(loads.length, 1)

  const direct = lib.createStreamHandler({ ...options, fetch: () => new Promise(() => {}) })
  void direct.send('What is new?')
  const dated = ({ turns, messages, ...rest }, at) => JSON.parse(JSON.stringify({ turns, messages, ...rest }, (key, value) => (key === 'blocks' || key === 'linkDefinitions' ? undefined : value)).replaceAll(String(turns[0].times.beganAt), at))
  assert.deepEqual(dated(pending, '1'), dated(direct.getSnapshot(), '1'))
  direct.dispose()
  await settle()
  assert.equal(told, 1)

  const shown = []
  handler.subscribe(() => shown.push(handler.getSnapshot()))
  loads[0].arrive()
  assert.equal(await outcome, 'completed')
  assert.equal(requests.length, 1)
  assert.equal(said(handler.getSnapshot()).at(-1), recording('team_nested').truth.run.body.content)
  // Never without the question, and never under another id.
  for (const snapshot of shown) {
    assert.deepEqual(ids(snapshot).map(([first]) => first), ids(pending).map(([first]) => first))
    assert.equal(snapshot.messages[0].created_at, pending.messages[0].created_at)
    assert.equal(snapshot.turns[0].times.beganAt, pending.turns[0].times.beganAt)
  }
  assert.ok(shown.length > 2)
})

test('nothing changes when the core arrives and nothing was called: neither the snapshot, nor for a listener', async () => {
  for (const options of [{ agent: 'a' }, { agent: 'a', sessionId: 's', retry: { maxRetries: 1 } }]) {
    const handler = makeLazy(options)
    let told = 0
    handler.subscribe(() => told++)
    const before = handler.getSnapshot()
    await until(() => loads.length === 1)
    loads[0].arrive()
    await settle()
    assert.equal(handler.getSnapshot(), before)
    assert.equal(told, 0)
    handler.begin('hello')
    const { sessions, quota, diagnostics, status } = handler.getSnapshot()
    assert.deepEqual([sessions === before.sessions, quota === before.quota, diagnostics === before.diagnostics, status], [true, true, true, 'streaming'])
  }
})

test('calls are made in their order, and their promises settle', async (context) => {
  const { url, requests } = await server(context)
  const handler = makeLazy({ endpoint: url, agent: 'a', notify: 'sync' })
  handler.load({ sessionId: 's', messages: [{ role: 'user', content: 'before' }, { role: 'agent', content: 'yes' }] })
  const sent = ['one', 'two', 'three'].map((text) => handler.send(text))
  assert.deepEqual(handler.getSnapshot().queue.map(({ text, waitsFor }) => [text, waitsFor]), [['two', 'run'], ['three', 'run']])
  assert.equal(handler.getSnapshot().sessionId, 's')
  loads[0].arrive()
  assert.deepEqual(await Promise.all(sent), ['completed', 'completed', 'completed'])
  assert.deepEqual(requests.map(({ form }) => [form.get('message'), form.get('session_id')]), [['one', 's'], ['two', 's'], ['three', 's']])
  assert.deepEqual(said(handler.getSnapshot()), ['before', 'yes', 'one', 're: one', 'two', 're: two', 'three', 're: three'])
})

test('the queue can be changed before the core is there', async (context) => {
  const { url, requests } = await server(context)
  const handler = makeLazy({ endpoint: url, agent: 'a' })
  const sent = ['one', 'two', 'three', 'four'].map((text) => handler.send(text))
  const [two, three, four] = handler.getSnapshot().queue.map(({ id }) => id)
  assert.deepEqual([handler.cancelQueued(three), handler.cancelQueued(three), handler.cancelQueued(99)], [true, false, false])
  assert.equal(await sent[2], 'cancelled')
  assert.deepEqual(handler.getSnapshot().queue.map(({ text }) => text), ['two', 'four'])
  assert.deepEqual([handler.editQueued(two, 'deux'), handler.moveQueued(four, 0), handler.editQueued(three, 'x')], [true, true, false])
  loads[0].arrive()
  await Promise.all(sent)
  assert.deepEqual(requests.map(({ form }) => form.get('message')), ['one', 'four', 'deux'])
})

test('a form is sent as it was when it was given', async (context) => {
  const { url, requests } = await server(context)
  const handler = makeLazy({ endpoint: url, agent: 'a' })
  const form = new FormData()
  form.set('message', 'with a file')
  form.set('files', new File(['text'], 'notes.txt'))
  const sent = handler.send(form)
  form.set('message', 'changed since')
  assert.deepEqual(handler.getSnapshot().messages[0].files_sent, ['notes.txt'])
  loads[0].arrive()
  assert.equal(await sent, 'completed')
  assert.deepEqual([requests[0].form.get('message'), requests[0].form.get('files').name], ['with a file', 'notes.txt'])
  assert.deepEqual(handler.getSnapshot().messages[0].files_sent, ['notes.txt'])
})

test('cancel before the core is there: the message stays, nothing is sent, the next one is the second', async (context) => {
  const { url, requests } = await server(context)
  const handler = makeLazy({ endpoint: url, agent: 'a' })
  const one = handler.send('one')
  handler.cancel()
  assert.equal(await one, 'cancelled')
  const { status, turns: [turn] } = handler.getSnapshot()
  assert.deepEqual([status, turn.outcome, turn.answer.cancelled], ['cancelled', 'cancelled', true])
  const two = handler.send('two')
  const pending = ids(handler.getSnapshot())
  loads[0].arrive()
  assert.equal(await two, 'completed')
  assert.deepEqual(ids(handler.getSnapshot()), pending)
  assert.deepEqual(requests.map(({ form }) => form.get('message')), ['two'])
  assert.deepEqual(handler.getSnapshot().turns.map(({ outcome }) => outcome), ['cancelled', 'completed'])
})

test('cancel keeps what waits, and drops it when asked to', async (context) => {
  const { url, requests } = await server(context)
  for (const drop of [false, true]) {
    const handler = makeLazy({ endpoint: url, agent: 'a' })
    const sent = ['one', 'two'].map((text) => handler.send(text))
    handler.cancel(drop ? { queue: 'drop' } : undefined)
    assert.equal(await sent[0], 'cancelled')
    assert.deepEqual(handler.getSnapshot().queue.map(({ text }) => text), drop ? [] : ['two'])
    if (drop) assert.equal(await sent[1], 'cancelled')
    loads[0].arrive()
    await settle()
    assert.deepEqual([handler.getSnapshot().queue.length, handler.getSnapshot().queuePaused, requests.length], drop ? [0, false, 0] : [1, true, 0])
  }
})

test('clear takes a message away that still waits for the core', async () => {
  const handler = makeLazy({ agent: 'a', sessionId: 's' })
  const sent = handler.send('one')
  handler.clear()
  assert.equal(await sent, 'cancelled')
  assert.deepEqual([handler.getSnapshot().messages, handler.getSnapshot().status, handler.getSnapshot().sessionId], [[], 'idle', null])
  loads[0].arrive()
  await settle()
  assert.deepEqual([handler.getSnapshot().messages, handler.getSnapshot().status, handler.getSnapshot().sessionId], [[], 'idle', null])
})

test('a stream of the page’s own is kept, bytes copied', async () => {
  const handler = makeLazy({ agent: 'a' })
  const bytes = new TextEncoder().encode('data: {"event":"RunContent","run_id":"r","content":"hi"}\n\n')
  handler.begin('hello')
  handler.feed(bytes)
  bytes.fill(0)
  handler.end()
  loads[0].arrive()
  await settle()
  assert.deepEqual(said(handler.getSnapshot()), ['hello', 'hi'])
})

test('dispose before the core is there settles what was asked, and never makes a core', async () => {
  let made = 0
  const handler = makeLazy({ agent: 'a' })
  handler.subscribe(() => assert.fail('told after dispose'))
  const asked = [handler.send('one'), handler.send('two'), handler.resume(), handler.continueRun([]), handler.loadSessions(), handler.openSession('s')]
  handler.dispose()
  assert.deepEqual(await Promise.all(asked), ['cancelled', 'cancelled', 'cancelled', 'cancelled', [], false])
  loads[0].arrive({ ...lib, createStreamHandler: () => assert.fail(`made ${++made}`) })
  await settle()
  await assert.rejects(handler.send('three'), /^Error: ai-stream-handler: send\(\) after dispose\(\)$/)
  assert.deepEqual([await handler.resume(), await handler.loadSessions(), await handler.openSession('s'), handler.cancelQueued(1), handler.retryNow()], ['cancelled', [], false, false, false])
  handler.begin()
  handler.clear()
  handler.subscribe(() => {})()
  handler.dispose()
  assert.deepEqual([said(handler.getSnapshot()), made, loads.length], [['one', ''], 0, 1])
})

test('unsubscribing works across the arrival, and the same function may subscribe twice', async () => {
  const handler = makeLazy({ agent: 'a', notify: 'sync' })
  let told = 0
  const listener = () => told++
  const [stop, stopOther] = [handler.subscribe(listener), handler.subscribe(listener)]
  await until(() => loads.length === 1)
  stopOther()
  loads[0].arrive()
  await settle()
  handler.begin('hello')
  assert.equal(told, 1)
  stop()
  handler.end()
  assert.equal(told, 1)
})

test('one that waits for the core and throws does not keep it from the others', async () => {
  const printed = await runScript(scratch, 'waiting.mjs', `
    let arrive
    globalThis.importCore = () => new Promise((resolve) => (arrive = resolve))
    const { awaitCore, loadCore } = await import('./lazy.mjs')
    process.on('unhandledRejection', (error) => console.log(error.message))
    awaitCore(() => { throw new Error('thrown') })
    awaitCore(() => console.log('told'))
    const loaded = loadCore()
    arrive({})
    await loaded
  `)
  assert.deepEqual(printed.trim().split('\n').sort(), ['thrown', 'told'])
})

test('a listener that throws is reported, and the others are told', async () => {
  const errors = []
  const handler = makeLazy({ agent: 'a', onListenerError: (error) => errors.push(error.message) })
  let told = 0
  handler.subscribe(() => { throw new Error('mine') })
  handler.subscribe(() => told++)
  void handler.send('one')
  await settle()
  assert.deepEqual([errors, told], [['mine'], 1])
})

test('a core that does not come is tried again; after five attempts the send has failed, and its text stays', { timeout: 60_000 }, async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const missAll = async (count) => {
    for (let n = 0; n < count; n++) {
      loads.at(-1).miss()
      for (let turn = 0; turn < 5; turn++) await Promise.resolve()
      context.mock.timers.tick(30_000)
    }
  }
  const { url, requests } = await server(context)
  const handler = makeLazy({ endpoint: url, agent: 'a' })
  handler.subscribe(() => {})
  const [one, two] = [handler.send('one'), handler.send('two')]
  await missAll(4)
  assert.deepEqual([loads.length, handler.getSnapshot().status], [5, 'connecting'])
  await missAll(1)
  assert.deepEqual(await Promise.all([one, two]), ['failed', 'failed'])
  const { status, error, turns, queue, activityStatus } = handler.getSnapshot()
  assert.deepEqual([status, queue, activityStatus], ['failed', [], null])
  assert.deepEqual(error, { message: 'The chat could not be loaded. Try again, or reload the page.', type: 'network', retryable: true })
  assert.deepEqual(turns.map(({ user, outcome, unsent }) => [user.content, outcome, unsent]), [['one', 'failed', 'one'], ['two', 'failed', 'two']])

  handler.dismissError()
  assert.equal(handler.getSnapshot().error, null)
  const tries = loads.length
  // In an attempt's way: the next one comes with the next send.
  const three = handler.send('three')
  assert.equal(handler.getSnapshot().status, 'connecting')
  const shown = ids(handler.getSnapshot())
  assert.ok(loads.length >= tries)
  context.mock.timers.reset()
  loads.at(-1).arrive()
  assert.equal(await three, 'completed')
  assert.deepEqual(ids(handler.getSnapshot()), shown)
  assert.deepEqual(requests.filter(({ form }) => form).map(({ form }) => form.get('message')), ['three'])
  assert.deepEqual(handler.getSnapshot().turns.map(({ user, outcome, unsent, error }) => [user.content, outcome, unsent, error?.message]), [
    ['one', 'failed', 'one', 'The chat could not be loaded. Try again, or reload the page.'],
    ['two', 'failed', 'two', 'The chat could not be loaded. Try again, or reload the page.'], ['three', 'completed', null, undefined],
  ])
})

test('a failed send shows its banner on when the core arrives later', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const handler = makeLazy({ agent: 'a' })
  const sent = handler.send('one')
  for (let n = 0; n < 5; n++) {
    loads.at(-1).miss()
    for (let turn = 0; turn < 5; turn++) await Promise.resolve()
    context.mock.timers.tick(30_000)
  }
  assert.equal(await sent, 'failed')
  context.mock.timers.reset()
  const before = handler.getSnapshot()
  loads.at(-1).arrive()
  await settle()
  const { status, error, turns } = handler.getSnapshot()
  assert.deepEqual([status, error.message, error.type, turns[0].unsent], ['failed', before.error.message, 'network', 'one'])
  assert.deepEqual(ids(handler.getSnapshot()), ids(before))
})

test('a core that cannot start fails the send with what to do, and is reported', async () => {
  const errors = []
  for (const [options, core, message] of [
    [{ agent: 'a' }, { createStreamHandler() { throw new Error("Add 'wasm-unsafe-eval' to its script-src.") } }, "Add 'wasm-unsafe-eval' to its script-src."],
  ]) {
    const handler = makeLazy({ ...options, onListenerError: (error) => errors.push(error.message) })
    const sent = handler.send('one')
    loads[0].arrive(core)
    assert.equal(await sent, 'failed')
    assert.deepEqual([handler.getSnapshot().error.message, handler.getSnapshot().turns[0].unsent, errors], [message, 'one', [message]])
    assert.equal(await handler.send('two'), 'failed')
    assert.deepEqual(said(handler.getSnapshot()), ['one', '', 'two', ''])
  }
})

test('what only the core checks fails the send, and is reported by name', async () => {
  const errors = []
  const handler = makeLazy({ agent: 'a', retry: { maxRetries: -1 }, onListenerError: (error) => errors.push(error) })
  const sent = handler.send('one')
  loads[0].arrive()
  assert.equal(await sent, 'failed')
  assert.match(errors[0].message, /maxRetries/)
  assert.match(handler.getSnapshot().error.message, /maxRetries/)
  const without = makeLazy({})
  await assert.rejects(without.send('one'), { name: 'TypeError', message: 'createStreamHandler: send() needs one of the options agent, team, workflow or url' })
})

test('what was stored is resumed without a call: subscribing is enough', async (context) => {
  const { url } = await server(context)
  const store = new Map()
  const storage = { getItem: (key) => store.get(key) ?? null, setItem: (key, value) => store.set(key, value), removeItem: (key) => store.delete(key) }
  const point = { version: 1, at: Date.now() / 1000, runId: 'r', sessionId: 's', lastIndex: 3, name: 'A', user: 'asked before', askedAt: 1, text: 'half', pause: null }
  storage.setItem(`ai-stream-handler ${url}/agents/a/runs`, JSON.stringify(point))
  const handler = makeLazy({ endpoint: url, agent: 'a', background: true, persist: storage })
  handler.subscribe(() => {})
  await until(() => loads.length === 1)
  loads[0].arrive()
  await until(() => said(handler.getSnapshot())[0] === 'asked before')
})

test('recording and playing back work before the core is there', async (context) => {
  const { url } = await server(context)
  const handler = makeLazy({ endpoint: url, agent: 'a' })
  const recorder = replay.record(handler)
  const sent = handler.send('one')
  loads[0].arrive()
  assert.equal(await sent, 'completed')
  const recordingMade = recorder.stop()
  assert.ok(recordingMade.events.length > 3)
  const other = lib.createStreamHandler()
  const player = replay.createPlayer(other, recordingMade)
  player.seek(player.duration)
  assert.deepEqual(said(other.getSnapshot()), ['one', 're: one'])
  player.dispose()
  other.dispose()
})

test('a player of a lazy handler plays when the core arrives', async () => {
  const { recordingOf, createPlayer } = replay
  const handler = makeLazy({})
  const player = createPlayer(handler, recordingOf({ bytes: new TextEncoder().encode('data: {"event":"RunContent","run_id":"r","content":"hi"}\n\n'), message: 'hello' }))
  player.seek(player.duration)
  loads[0].arrive()
  await settle()
  assert.deepEqual(said(handler.getSnapshot()), ['hello', 'hi'])
  player.dispose()
})
