// Options of the wrong kind are refused by name; ids come and go as they do in an address.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { backend, closedAfterEach, install, packed, play } from './support.mjs'

const lib = packed()
const { handlers } = closedAfterEach()
const make = (options) => handlers[handlers.push(lib.createStreamHandler(options)) - 1]

const refused = (options, words) => assert.throws(() => make(options), (error) => {
  assert.ok(error instanceof TypeError, `${error}`)
  assert.match(error.message, /^createStreamHandler: /)
  assert.match(error.message, words)
  return true
})

test('each option of the wrong kind is refused with its name, what it must be, and what it was', () => {
  const wrong = {
    endpoint: 7777, agent: 1, team: {}, workflow: [], url: new URL('http://localhost/'), name: 3, sessionId: 5, headers: 'Bearer x',
    credentials: 'always', fields: 'user_id=ann', retry: 3, resume: true, stall: 40, fallbacks: { agent: 'b' }, quota: '1000',
    shareLimits: 'no', log: 'console', background: 1, persist: 'cookies', notify: 'often', activityTexts: 'Working', limits: 5,
    fetch: 'fetch', onListenerError: true,
  }
  for (const [name, value] of Object.entries(wrong)) refused({ [name]: value }, new RegExp(`: ${name} must be .+, not .+`))
  refused({ headers: 'Bearer x' }, /headers must be an object or a function, not "Bearer x"$/)
  refused({ retry: 3 }, /retry must be an object or false, not number 3$/)
})

test('parts of an option are refused by name: of the wrong kind, misspelled, out of bounds', () => {
  refused({ limits: { maxTextBytes: 'x' } }, /: limits\.maxTextBytes must be a number, not "x"$/)
  refused({ retry: { maxRetires: 1 } }, /: there is no option retry\.maxRetires; there are maxRetries, baseDelay, maxDelay, delays, jitter$/)
  refused({ resume: { maxRetries: 1 } }, /no option resume\.maxRetries; there are maxAttempts, /)
  refused({ stall: { Background: 1 } }, /no option stall\.Background; there are background, foreground, requests$/)
  refused({ limits: { maxText: 1 } }, /no option limits\.maxText; there are maxEventBytes, /)
  refused({ retry: { delays: 'abc' } }, /: retry\.delays must be an array, not "abc"$/)
  refused({ retry: { maxRetries: '3' } }, /: retry\.maxRetries must be a number, not "3"$/)
  refused({ stall: { background: null } }, /: stall\.background must be a number, not null$/)
  refused({ fallbacks: [{ agent: 'b' }, null] }, /: fallbacks\[1\] must be an object, not null$/)
  refused({ fallbacks: [{ agent: 7 }] }, /: fallbacks\[0\]\.agent must be a string or null, not number 7$/)
  refused({ fallbacks: [{ agnet: 'b' }] }, /no option fallbacks\[0\]\.agnet; there are name, agent, team, workflow, url$/)
  const beyond = (options, name) => assert.throws(() => make(options), { name: 'RangeError', message: new RegExp(`^createStreamHandler: ${name} must be from [01] to 2147483647$`) })
  for (const bad of [-5, NaN, Infinity, 1e10]) beyond({ notify: bad }, 'notify')
  for (const bad of [-1, 0, NaN, Infinity]) beyond({ limits: { maxTextBytes: bad } }, 'limits\\.maxTextBytes')
  make({ notify: 0, limits: { maxTextBytes: 1, maxMessages: undefined }, retry: { maxRetries: 0, delays: [] }, stall: { background: 0 }, fallbacks: [{ agent: 'b', name: 'B' }] })
})

test('a component in development refuses what createStreamHandler refuses, with the same words and its own name', async (context) => {
  const { scratch, remove } = await install()
  context.after(remove)
  writeFileSync(join(scratch, 'component.mjs'), `export * from 'ai-stream-handler/lit'`)
  const { AIStreamController } = await import(pathToFileURL(join(scratch, 'component.mjs')).href)
  const errorOf = (call) => { try { call() } catch ({ name, message }) { return [name, message.replace(/^AIStreamController/, 'createStreamHandler')] } }
  const component = (options) => new AIStreamController({ addController() {}, requestUpdate() {} }, options)
  const wrong = [
    null, [], { apiUrl: 'x' }, { agent: 'a', team: 'b' }, { notify: -1 }, { endpoint: 'localhost:7777' },
    ...[-1, 101, 1.5, NaN].flatMap((n) => [{ retry: { maxRetries: n } }, { resume: { maxAttempts: n } }]),
    ...[-1, 3601, NaN].flatMap((n) => [{ retry: { baseDelay: n } }, { retry: { maxDelay: n } }, { retry: { delays: [1, n] } }, { resume: { baseDelay: n } }, { resume: { maxDelay: n } }]),
    ...[-0.1, 1.1].map((jitter) => ({ retry: { jitter } })), ...[-1, 86_401].flatMap((n) => [{ stall: { background: n } }, { stall: { foreground: n } }, { stall: { requests: n } }]),
    { quota: 0 }, { quota: -5 }, { quota: { 'gpt-5': 0 } }, { fallbacks: [{}] }, { fallbacks: [{ agent: 'b' }, { name: 'B', agent: '' }] },
  ]
  for (const options of wrong) {
    const expected = errorOf(() => make(options))
    assert.ok(expected, JSON.stringify(options))
    assert.deepEqual(errorOf(() => component(options)), expected, JSON.stringify(options))
  }
  for (const options of [{ retry: false, resume: false, stall: false, quota: false }, { retry: { maxRetries: 100, baseDelay: 0, maxDelay: 3600, delays: [], jitter: 1 }, stall: { background: 0 }, quota: { m: 1 }, fallbacks: [{ url: '/x' }], agent: '' }]) {
    make(options)
    component(options)
  }
})

test('fields that are gone through in another way are refused, and not lost', async () => {
  refused({ fields: new FormData() }, /: fields must be a plain object or a function, not FormData$/)
  refused({ fields: new URLSearchParams('user_id=ann') }, /, not URLSearchParams$/)
  for (const given of [new FormData(), new Map(), [], 'user_id=ann']) {
    await assert.rejects(make({ agent: 'a', fields: () => given }).send('hello'), { name: 'TypeError', message: /fields must be a plain object, not / })
  }
})

test('what is no options at all is refused', () => {
  for (const value of [null, 'team', 7, [], new Map()]) assert.throws(() => lib.createStreamHandler(value), /createStreamHandler: takes an object of options, not /)
  for (const [given, what] of [['http://os.test', '"http://os.test"'], [new URL('http://os.test'), 'URL'], [new Date(), 'Date'], [Promise.resolve({ agent: 'a' }), 'Promise']]) {
    assert.throws(() => lib.createStreamHandler(given), { name: 'TypeError', message: `createStreamHandler: takes an object of options, not ${what}` })
  }
  refused({ endpoint: new URL('http://os.test') }, /: endpoint must be a string or null, not URL$/)
  refused({ fields: new Date() }, /: fields must be a plain object or a function, not Date$/)
})

test('options may be an object of a class, or a module', async () => {
  class Options { agent = 'a' }
  const module = await import('data:text/javascript,export const agent = "a"')
  for (const options of [new Options(), module, Object.assign(Object.create(null), { agent: 'a' }), Object.create(null)]) make(options)
})

test('an option that does not exist is refused, with the one that was meant', () => {
  refused({ agentId: 'a' }, /there is no option agentId; did you mean agent\?$/)
  refused({ api: '/api/chat' }, /no option api; did you mean url\?$/)
  refused({ Team: 'x' }, /no option Team; did you mean team\?$/)
  refused({ color: 'red' }, /no option color$/)
  const meant = {
    apiUrl: 'endpoint', baseURL: 'endpoint', base_url: 'endpoint', agents: 'agent', teams: 'team', team_id: 'team', workflow_id: 'workflow', session_id: 'sessionId', threadId: 'sessionId',
    body: 'fields', storage: 'persist', endpont: 'endpoint', endpiont: 'endpoint', workflows: 'workflow', headrs: 'headers', credential: 'credentials', max_retries: 'retry',
  }
  for (const [name, option] of Object.entries(meant)) refused({ [name]: 'x' }, new RegExp(`no option ${name}; did you mean ${option}\\?$`))
  refused({ token: 'x' }, /no option token; pass it in headers: \{ Authorization: `Bearer \$\{token\}` \}$/)
  refused({ userId: 'x' }, /no option userId; pass it in fields: \{ user_id: … \}$/)
  refused({ onError() {} }, /no option onError; errors are in snapshot\.error; onListenerError gets those of your own code$/)
  refused({ onFinish() {} }, /no option onFinish; await send\(\), which resolves with the outcome$/)
  refused({ messages: [] }, /no option messages; show them with load\(\)$/)
  refused({ constructor: 1 }, /no option constructor$/)
})

test('two targets are refused; url may stand beside one', () => {
  refused({ team: 'a', agent: 'b' }, /one of agent, team and workflow, not agent and team$/)
  refused({ agent: 'b', workflow: 'c' }, /not agent and workflow$/)
  make({ team: 'a', url: '/api/teams/a/runs' })
})

test('no target is an error of send, which says what is missing; null and an empty text are none', async () => {
  for (const options of [{}, { agent: null, team: null, workflow: undefined, url: null }, { agent: '', team: '', workflow: '', url: '' }]) {
    await assert.rejects(make(options).send('hello'), { name: 'TypeError', message: 'createStreamHandler: send() needs one of the options agent, team, workflow or url' })
  }
})

test('an empty id beside a whole one is none, in a fallback too', async () => {
  const asked = []
  const handler = make({ endpoint: 'http://x.test', url: '', agent: '', team: 't', retry: false, fallbacks: [{ team: null, url: '', agent: 'b' }], fetch: async (request) => (asked.push(new URL(request.url).pathname), Promise.reject(new Error('away'))) })
  assert.equal(await handler.send('hello'), 'failed')
  assert.deepEqual(asked, ['/teams/t/runs', '/agents/b/runs'])
  refused({ fallbacks: [{ agent: '' }] }, /each of fallbacks needs one of/)
})

test('an empty message makes no turn and no request', async () => {
  const asked = []
  const handler = make({ endpoint: 'http://x.test', agent: 'a', fetch: async (request) => (asked.push(request.url), Promise.reject(new Error('away'))), retry: false })
  const form = new FormData()
  form.set('message', ' \n')
  const before = handler.getSnapshot()
  for (const given of ['', '  \n', form, new FormData()]) assert.equal(await handler.send(given), 'cancelled')
  assert.equal(handler.getSnapshot(), before)
  assert.deepEqual(asked, [])
  form.set('files', new Blob(['x']), 'x.txt')
  await handler.send(form)
  assert.equal(handler.getSnapshot().turns.length, 1, 'a file is something to send')
})

test('an uncaught error prints a few lines in Node, and no bundle', async () => {
  const { spawnSync } = await import('node:child_process')
  const { scratch, remove } = await install()
  try {
    for (const script of [`import { createStreamHandler } from 'ai-stream-handler'; createStreamHandler({ apiUrl: 'x' })`, `import { createPlayer } from 'ai-stream-handler/replay'; createPlayer({})`]) {
      const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd: scratch, encoding: 'utf8' })
      assert.match(stderr, /TypeError: (createStreamHandler: there is no option apiUrl; did you mean endpoint\?|ai-stream-handler\/replay takes what createStreamHandler returned)/)
      assert.ok(stderr.length < 3000, `${stderr.length} bytes`)
    }
  } finally {
    remove()
  }
})

test('send after dispose says so', async () => {
  const handler = make({ agent: 'a' })
  handler.dispose()
  await assert.rejects(handler.send('hello'), /^Error: ai-stream-handler: send\(\) after dispose\(\)$/)
})

test('a call with what it does not take is refused by name: a promise rejects, and nothing is sent', async () => {
  let asked = 0
  const handler = make({ endpoint: 'http://x.test', agent: 'a', fetch: () => asked++ })
  for (const [call, given, words] of [
    ['send', undefined, 'a text or a FormData, not undefined'], ['send', 5, 'a text or a FormData, not number 5'], ['send', null, 'a text or a FormData, not null'],
    ['send', { message: 'x' }, 'a text or a FormData, not an object'], ['send', new URLSearchParams(), 'a text or a FormData, not URLSearchParams'],
    ...[[undefined, 'undefined'], [{}, 'an object'], [[null], 'null'], ['yes', '"yes"']].map(([given, kind]) => ['continueRun', given, `what confirm(), reject(), fill() or giveResult() made, or a list of it, not ${kind}`]),
  ]) {
    const promise = handler[call](given)
    await assert.rejects(promise, { name: 'TypeError', message: `${call}() takes ${words}` })
  }
  for (const given of [undefined, {}]) assert.throws(() => handler.subscribe(given), { name: 'TypeError', message: /^subscribe\(\) takes a function, not / })
  assert.deepEqual([asked, handler.getSnapshot().messages], [0, []])
  handler.dispose()
  assert.equal(await handler.continueRun(), 'cancelled')
})

test('openSession and load name what they do not take, before anything is asked or replaced', async () => {
  let asked = 0
  const handler = make({ endpoint: 'http://x.test', agent: 'a', fetch: async () => (asked++, Response.json({ data: [] })) })
  handler.load({ sessionId: null, messages: [{ role: 'user', content: 'kept' }] })
  const before = handler.getSnapshot()
  for (const given of [undefined, null, '', 5, {}]) await assert.rejects(handler.openSession(given), { name: 'TypeError', message: /^openSession\(\) takes the id of a session, not / })
  for (const [given, words] of [
    [undefined, 'an object { sessionId, messages }, not undefined'], [null, 'an object { sessionId, messages }, not null'], [[], 'an object { sessionId, messages }, not an empty array'],
    [{}, 'a list of messages, not undefined'], [{ sessionId: null, messages: 'x' }, 'a list of messages, not "x"'], [{ sessionId: 5, messages: [] }, 'the id of a session, or null, not number 5'],
    [{ sessionId: null, messages: [null] }, 'messages that are objects, not null'],
  ]) assert.throws(() => handler.load(given), { name: 'TypeError', message: `load() takes ${words}` })
  assert.deepEqual([asked, handler.getSnapshot()], [0, before])
  assert.deepEqual(await handler.loadSessions(null), [])
  handler.load({ messages: [] })
  assert.equal(handler.getSnapshot().sessionId, null)
})

test('after dispose the sessions are not asked for', async () => {
  const asked = []
  const handler = make({ endpoint: 'http://x.test', agent: 'a', fetch: async (request) => (asked.push(request.url), Response.json({ data: [{ session_id: 's' }] })) })
  handler.dispose()
  assert.deepEqual([await handler.loadSessions(), await handler.openSession('s'), asked], [[], false, []])
})

test('fields may be a function, called for each send', async (context) => {
  const { url, requests, close } = await backend((request, response) => play(response, 'agent_plain'))
  context.after(close)
  let calls = 0
  const handler = make({ endpoint: url, agent: 'a', sessionId: null, fields: () => ({ user_id: `user ${++calls}` }) })
  await handler.send('one')
  await handler.send('two')
  assert.deepEqual(requests.map(({ form }) => form.get('user_id')), ['user 1', 'user 2'])
})

test('a fields function that throws fails the send, not the handler', async (context) => {
  const { url, requests, close } = await backend((request, response) => play(response, 'agent_plain'))
  context.after(close)
  let fails = true
  const handler = make({ endpoint: url, agent: 'a', fields: () => { if (fails) throw new Error('no user yet'); return {} } })
  await assert.rejects(handler.send('one'), /no user yet/)
  fails = false
  assert.equal(await handler.send('two'), 'completed')
  assert.equal(requests.length, 1)
})

test('messages that another handler streamed keep an id of their own beside those that this one streams', () => {
  const first = make({ notify: 'sync' })
  first.begin('one')
  first.feed(new TextEncoder().encode('data: {"event":"RunContent","run_id":"r","content":"1"}\n\n'))
  first.end()
  const second = make({ notify: 'sync' })
  second.load({ sessionId: 's', messages: first.getSnapshot().messages })
  second.begin('two')
  const ids = second.getSnapshot().messages.map(({ id }) => id)
  assert.equal(new Set(ids).size, 4, ids.join())
  second.load({ sessionId: 's', messages: [{ id: 'of-the-database', role: 'user', content: 'x' }] })
  assert.equal(second.getSnapshot().messages[0].id, 'of-the-database')
})
