// What must not leak, and whom not to believe: tokens, the page's storage, other tabs, redirects. The rows of SECURITY.md.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backend, closedAfterEach, frame, packed, play, settle, until } from './support.mjs'

const lib = packed()
const { handlers } = closedAfterEach()
const make = (options) => handlers[handlers.push(lib.createStreamHandler(options)) - 1]

const SECRET = 's3cr3t-t0ken'

/** A Storage that remembers everything that was ever put into it. */
function storage() {
  const map = new Map()
  const written = []
  return {
    written, getItem: (key) => map.get(key) ?? null, removeItem: (key) => map.delete(key), clear: () => map.clear(), key: (at) => [...map.keys()][at] ?? null,
    get length() { return map.size },
    setItem(key, value) { written.push(key, value); map.set(key, value) },
  }
}

test('a token and a field are in no snapshot, log line, error or storage, however the request ends', async (context) => {
  const answers = [
    (response) => play(response, 'agent_plain'),
    (response) => response.writeHead(401, { 'content-type': 'application/json' }).end('{"detail":"Missing bearer"}'),
    (response) => response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '0' }).end('{"error":"slow down"}'),
    (response) => response.socket.destroy(),
    (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const [event_index, content] of ['', 'Half an answer'].entries()) response.write(frame(event_index ? 'RunContent' : 'RunStarted', { run_id: 'r', session_id: 's', agent_id: 'a', event_index, content }))
      // Long enough for it to be kept.
      setTimeout(() => response.socket.destroy(), 1500)
    },
  ]
  const { url, requests, close } = await backend((_, response, number) => answers[(number - 1) % answers.length](response))
  context.after(close)
  const said = []
  const kept = storage()
  const handler = make({
    endpoint: url, agent: 'a', background: true, persist: kept, notify: 'sync', retry: { maxRetries: 1, baseDelay: 0 }, resume: { maxAttempts: 1, baseDelay: 0 },
    headers: () => ({ Authorization: `Bearer ${SECRET}`, 'X-Key': SECRET }), fields: { api_key: SECRET },
    log: (level, line) => said.push(line), onListenerError: (error) => said.push(String(error?.stack)),
  })
  handler.subscribe(() => said.push(JSON.stringify(handler.getSnapshot())))
  for (let i = 0; i < 5; i++) await handler.send('hello').catch((error) => said.push(error.stack))
  await until(() => requests.length > 5)
  assert.ok(requests.every(({ headers }) => headers.authorization === `Bearer ${SECRET}`), 'it was sent')
  assert.ok(said.length > 20 && kept.written.length > 0)
  for (const text of [...said, ...kept.written]) assert.ok(!text.includes(SECRET), text.slice(0, 300))
})

test('a headers function that fails with the token in its words does not show them', async () => {
  const handler = make({ endpoint: 'http://127.0.0.1:9', agent: 'a', retry: false, headers: () => { throw new Error(`no session for ${SECRET}`) } })
  await handler.send('hello')
  assert.ok(!JSON.stringify(handler.getSnapshot()).includes(SECRET))
})

test('of another tab a limit is believed, and nothing else', async (context) => {
  const { url, close } = await backend((_, response) => play(response, 'agent_plain'))
  context.after(close)
  const handler = make({ endpoint: url, agent: 'a', notify: 'sync' })
  handler.subscribe(() => {})
  const channel = new BroadcastChannel(`ai-stream-handler ${url}`)
  context.after(() => channel.close())
  const before = handler.getSnapshot()
  for (const hostile of [null, 7, 'until', [], { until: 'for ever' }, { until: Infinity }, { until: NaN }, { until: 1e300 }, { until: -1e300 }, { __proto__: null, until: {} }, { messages: ['x'] }, { ask: { toString: 'x' } }]) {
    channel.postMessage(hostile)
  }
  await settle(100)
  assert.deepEqual(handler.getSnapshot().messages, before.messages)
  const sent = handler.send('hello')
  // A limit that ends never or in a thousand years holds nobody back for longer than the longest that a server may name.
  assert.ok((handler.getSnapshot().pacing?.delay ?? 0) <= 3600)
  handler.retryNow()
  assert.equal(await sent, 'completed')
})

test('cookies go where the option says, and a redirect is left to fetch, which takes the token away from another origin', async (context) => {
  const { url, close } = await backend((_, response) => play(response, 'agent_plain'))
  context.after(close)
  const asked = []
  for (const credentials of [undefined, 'omit', 'include']) {
    const handler = make({ endpoint: url, agent: 'a', ...(credentials && { credentials }), fetch: (request) => (asked.push([request.credentials, request.redirect, request.mode]), fetch(request)) })
    assert.equal(await handler.send('hello'), 'completed')
  }
  assert.deepEqual(asked, [['same-origin', 'follow', 'cors'], ['omit', 'follow', 'cors'], ['include', 'follow', 'cors']])
})

test('what a server calls itself becomes no key of an object', () => {
  const handler = make({ notify: 'sync' })
  handler.begin('hello')
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    for (const event of ['RunStarted', name]) handler.feed(frame(event, { run_id: name, session_id: name, agent_id: name, agent_name: name, [name]: { polluted: true } }))
  }
  handler.end()
  assert.equal({}.polluted, undefined)
  assert.equal(Object.prototype.toString.call({}), '[object Object]')
  JSON.stringify(handler.getSnapshot())
})
