// Options of the wrong kind are refused by name; ids come and go as they do in an address.
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { backend, packed, play } from './support.mjs'

const lib = packed()
const handlers = []
const make = (options) => handlers[handlers.push(lib.createStreamHandler(options)) - 1]
afterEach(() => {
  for (const handler of handlers.splice(0)) handler.dispose()
})

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

test('what is no options at all is refused', () => {
  for (const value of [null, 'team', 7]) assert.throws(() => lib.createStreamHandler(value), /createStreamHandler: takes an object of options, not /)
})

test('an option that does not exist is refused, with the one that was meant', () => {
  refused({ agentId: 'a' }, /there is no option agentId; did you mean agent\?$/)
  refused({ api: '/api/chat' }, /no option api; did you mean url\?$/)
  refused({ Team: 'x' }, /no option Team; did you mean team\?$/)
  refused({ colour: 'red' }, /no option colour$/)
})

test('two targets are refused; url may stand beside one', () => {
  refused({ team: 'a', agent: 'b' }, /one of agent, team and workflow, not agent and team$/)
  refused({ agent: 'b', workflow: 'c' }, /not agent and workflow$/)
  make({ team: 'a', url: '/api/teams/a/runs' })
})

test('no target is an error of send, which says what is missing; null is none', async () => {
  for (const options of [{}, { agent: null, team: null, workflow: undefined, url: null }]) {
    await assert.rejects(make(options).send('hello'), { name: 'TypeError', message: 'createStreamHandler: send() needs one of the options agent, team, workflow or url' })
  }
})

test('send after dispose says so', async () => {
  const handler = make({ agent: 'a' })
  handler.dispose()
  await assert.rejects(handler.send('hello'), /^Error: ai-stream-handler: send\(\) after dispose\(\)$/)
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
