// A server that has never answered: said at once, with what to do; and addresses that cannot be meant. CORS, which Node does not have,
// is in tests/e2e/page.test.mjs.
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import { backend, packed, runOf } from './support.mjs'
import { freePort } from '../free-port.mjs'

const lib = packed()
const cleanups = []
afterEach(async () => { for (const clean of cleanups.splice(0)) await clean() })
const make = (options) => {
  const handler = lib.createStreamHandler({ agent: 'a', notify: 'sync', shareLimits: false, ...options })
  cleanups.push(() => handler.dispose())
  return handler
}
const says = (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(Buffer.concat(runOf('Hi.')))

test('a refused connection on the first request fails at once, says where, and names the address without its query', async () => {
  const origin = `http://127.0.0.1:${await freePort()}`
  const handler = make({ endpoint: origin, url: '/runs?token=s3cr3t#x' })
  assert.equal(await handler.send('hello'), 'failed')
  const { error, retry, turns, timeline } = handler.getSnapshot()
  assert.deepEqual(error, { message: `The server at ${origin} could not be reached. Is it running, and is the address right?`, type: 'network', retryable: true, url: `${origin}/runs` })
  assert.deepEqual([retry, turns[0].attempts, turns[0].error, timeline.map(({ eventType }) => eventType)], [null, 1, error, ['error']])
  assert.ok(!JSON.stringify(handler.getSnapshot()).includes('s3cr3t'))
})

test('once the server has answered, this handler or another of the page, a lost request is tried again', async () => {
  const server = await backend((_, response) => says(response))
  cleanups.push(server.close)
  let away = false
  const fetches = (request) => away ? (away = false, Promise.reject(new TypeError('Failed to fetch'))) : fetch(request)
  const first = make({ endpoint: server.url, retry: { delays: [0.01] }, fetch: fetches })
  const said = []
  first.subscribe(() => said.push(first.getSnapshot().activityStatus))
  assert.equal(await first.send('hello'), 'completed')
  away = true
  assert.equal(await first.send('hello'), 'completed')
  assert.ok(said.includes('The server could not be reached. Retrying in less than a second... (Attempt 1/3)'))
  away = true
  assert.equal(await make({ endpoint: server.url, retry: { delays: [0.01] }, fetch: fetches }).send('hello'), 'completed')
})

test('a list that was answered counts, and a gateway’s error does not', async () => {
  for (const [status, outcome] of [[200, 'completed'], [404, 'completed'], [502, 'failed'], [504, 'failed']]) {
    const server = await backend((request, response) => request.method === 'GET' ? response.writeHead(status).end('{"data":[]}') : says(response))
    cleanups.push(server.close)
    let away = true
    const handler = make({ endpoint: server.url, retry: { delays: [0.01] }, fetch: (request) => request.method === 'POST' && away ? (away = false, Promise.reject(new TypeError('Failed to fetch'))) : fetch(request) })
    await handler.loadSessions().catch(() => {})
    assert.equal(await handler.send('hello'), outcome, `${status}`)
  }
})

test('cancelled before it is known, it is cancelled', async () => {
  const handler = make({ endpoint: 'http://never.test', fetch: (request) => new Promise((_, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason))) })
  const sent = handler.send('hello')
  await new Promise(setImmediate)
  handler.cancel()
  assert.equal(await sent, 'cancelled')
  assert.equal(handler.getSnapshot().error, null)
})

test('an endpoint without a scheme is an error of creation, and of listComponents, that names what was meant', async () => {
  for (const [endpoint, meant] of [
    ['localhost:7777', 'localhost:7777'], ['localhost', 'localhost'], ['LOCALHOST:7777/', 'LOCALHOST:7777/'], ['127.0.0.1:7777', '127.0.0.1:7777'], ['[::1]:7777', '[::1]:7777'],
    ['os.example.com', 'os.example.com'], ['os.example.com:8000/os', 'os.example.com:8000/os'], ['my-host:7777', 'my-host:7777'], [' localhost:7777 ', 'localhost:7777'],
    ['http:localhost:7777', 'localhost:7777'], ['http:/localhost:7777', 'localhost:7777'], ['http//localhost:7777', 'localhost:7777'], ['ann:s3cr3t@localhost:7777?token=s3cr3t', 'localhost:7777'],
  ]) {
    const message = `endpoint must start with http:// or https://; did you mean "http://${meant}"?`
    assert.throws(() => make({ endpoint }), { name: 'TypeError', message: `createStreamHandler: ${message}` })
    await assert.rejects(lib.listComponents({ endpoint, fetch: () => assert.fail('a request') }), { name: 'TypeError', message: `listComponents: ${message}` })
  }
  for (const options of [{ url: 'localhost:7777/agents/a/runs' }, { fallbacks: [{ url: 'localhost:7777/agents/a/runs' }] }]) {
    assert.throws(() => make(options), { name: 'TypeError', message: 'createStreamHandler: url must start with http:// or https://; did you mean "http://localhost:7777/agents/a/runs"?' })
  }
  for (const url of ['/api/runs', 'v1.0/runs', 'runs', 'agents/a:b/runs', 'https://os.example.com/runs?x=a:b', '//os.example.com:8000/runs']) make({ url })
  for (const endpoint of ['', null, undefined, 'http://localhost:7777', 'HTTPS://os.example.com/', ' http://localhost:7777', '//os.example.com', '/api', './api', '../api', 'api', 'api/v1.0', 'app://os']) make({ endpoint })
})
