// What the option `fetch` may return: streams of Node, mocks, polyfills, responses of another realm. The answer is shown, or the
// banner says why not; nothing is thrown, and no send stays open.
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { afterEach, test } from 'node:test'
import vm from 'node:vm'
import { bytesOf, concat, packed, PATIENCE, runOf } from './support.mjs'

const lib = packed()
const handlers = []
const uncaught = []
process.on('uncaughtException', (error) => uncaught.push(error))
process.on('unhandledRejection', (error) => uncaught.push(error))
afterEach(async () => {
  for (const handler of handlers.splice(0)) handler.dispose()
  await new Promise(setImmediate)
  assert.deepEqual(uncaught.splice(0), [])
})

const ANSWER = 'Hæ 👋 there'
const bytes = concat(runOf(ANSWER))
const text = new TextDecoder().decode(bytes)
const TYPE = { 'content-type': 'text/event-stream' }
const head = { ok: true, status: 200, headers: new Headers(TYPE) }
const whole = (name, value) => ({ ...head, [name]: async () => value })
const stream = (...chunks) => new ReadableStream({ start: (to) => { chunks.forEach((chunk) => to.enqueue(chunk)); to.close() } })
const reading = (read) => ({ getReader: () => ({ read }) })
const anotherRealm = (code) => vm.runInNewContext(code, { text, units: [...bytes] })

/** The outcome of a send, and the snapshot after it. */
async function ask(fetch, options = {}) {
  const errors = []
  const handler = lib.createStreamHandler({ endpoint: 'http://odd.test', agent: 'a', retry: false, fetch, onListenerError: (error) => errors.push(error), ...options })
  handlers.push(handler)
  const outcome = await Promise.race([handler.send('hello'), new Promise((late) => setTimeout(late, PATIENCE, 'open').unref())])
  const snapshot = handler.getSnapshot()
  return { outcome, snapshot, errors, content: snapshot.messages.at(-1).content, error: snapshot.error }
}

test('headers that have only `get` are read', async () => {
  const headers = { get: (name) => ({ 'retry-after': '7', 'content-type': 'application/json' })[name.toLowerCase()] ?? null }
  const handler = lib.createStreamHandler({ endpoint: 'http://odd.test', agent: 'a', notify: 'sync', shareLimits: false, fetch: async () => ({ status: 429, ok: false, headers, json: async () => ({ detail: 'Slow down' }) }) })
  handlers.push(handler)
  const delay = new Promise((resolve) => handler.subscribe(() => handler.getSnapshot().retry && resolve(handler.getSnapshot().retry.delay)))
  assert.equal(await Promise.race([delay, handler.send('hello')]), 7)
})

test('an address that only a page can complete is named where there is none', async () => {
  const { outcome, error } = await ask(() => assert.fail('a request'), { endpoint: '//x.test' })
  assert.deepEqual([outcome, error?.type, error?.message], ['failed', 'protocol', 'endpoint must start with http:// or https://: there is no page here that "//x.test" could be relative to.'])
})

const readable = {
  'a stream of Node': () => ({ ...head, body: Readable.from([Buffer.from(bytes.subarray(0, 30)), Buffer.from(bytes.subarray(30))]) }),
  'a stream of Node that decodes its text': () => ({ ...head, body: Readable.from([Buffer.from(bytes)]).setEncoding('utf8') }),
  'an async generator': () => ({ ...head, body: (async function* () { for (const byte of bytes) yield Uint8Array.of(byte) })() }),
  'a list of chunks': () => ({ ...head, body: [bytes.subarray(0, 7), text.slice(0, 0), bytes.subarray(7)] }),
  'texts instead of bytes': () => ({ ...head, body: stream(...text) }),
  'texts that split a surrogate pair': () => ({ ...head, body: stream(...text.split('')) }),
  'texts in a Response': () => new Response(stream(...text.split('')), { headers: TYPE }),
  'ArrayBuffers': () => ({ ...head, body: stream(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 9), bytes.slice(9).buffer) }),
  'ArrayBuffers in a Response': () => new Response(stream(bytes.slice().buffer), { headers: TYPE }),
  'views that are no Uint8Array': () => ({ ...head, body: stream(new DataView(bytes.slice().buffer), new Uint16Array(0)) }),
  'Blobs': () => ({ ...head, body: stream(new Blob([bytes])) }),
  'a body that is a Blob': () => ({ ...head, body: new Blob([bytes]) }),
  'a body that is a text': () => ({ ...head, body: text }),
  'a body that is bytes': () => ({ ...head, body: bytes }),
  'no body, but text()': () => whole('text', text),
  'no body, but arrayBuffer()': () => ({ ...whole('arrayBuffer', bytes.slice().buffer), body: null }),
  'no body, but blob()': () => whole('blob', new Blob([bytes])),
  'a body that is nothing known, but text()': () => ({ ...whole('text', text), body: { on() {}, pipe() {} } }),
  'a reader without cancel, that does not return promises': () => { const chunks = [bytes]; return { ...head, body: reading(() => ({ done: !chunks.length, value: chunks.pop() })) } },
  'no headers': () => ({ status: 200, body: new Response(bytes).body }),
  'headers in a record': () => ({ ...head, headers: { 'Content-Type': 'text/event-stream', 'no name': 'x', 'set-cookie': ['a', 'b'] }, body: stream(bytes) }),
  'headers in a Map': () => ({ ...head, headers: new Map([['Content-Type', 'text/event-stream']]), body: stream(bytes) }),
  'headers of null': () => ({ ...head, headers: null, body: stream(bytes) }),
  'no status': () => ({ body: stream(bytes) }),
  'a status in text': () => ({ ...head, status: '200', body: stream(bytes) }),
  'a Response of another realm, with chunks of that realm': () => Object.assign(anotherRealm('({ status: 200, headers: { get: () => null }, body: (async function* () { yield Uint8Array.from(units) })() })')),
  'an ArrayBuffer of another realm': () => ({ ...head, body: [anotherRealm('Uint8Array.from(units).buffer')] }),
  'a promise-like': () => ({ then: (done) => done(new Response(bytes, { headers: TYPE })) }),
}
for (const [what, response] of Object.entries(readable)) {
  test(`read: ${what}`, async () => {
    const { outcome, content, error, errors } = await ask(() => response())
    assert.deepEqual([outcome, content, error, errors], ['completed', ANSWER, null, []])
  })
}

const locked = () => { const response = new Response(bytes); response.body.getReader(); return response }
const unreadable = {
  'nothing': () => undefined,
  'null': () => null,
  'a text': () => text,
  'an empty object': () => ({}),
  'an opaque response': () => ({ type: 'opaque', status: 0, body: null }),
  'an error response': () => Response.error(),
  'objects as chunks': () => ({ ...head, body: [{ event: 'RunContent' }] }),
  'numbers as chunks': () => ({ ...head, body: stream(1, 2) }),
  'missing chunks': () => ({ ...head, body: stream(undefined) }),
  'a getReader that throws': () => ({ ...head, body: { getReader() { throw new Error('locked') } } }),
  'a reader that throws at once': () => ({ ...head, body: reading(() => { throw new Error('no') }) }),
  'properties that throw': () => ({ get status() { throw new Error('no') } }),
}
for (const [what, response] of Object.entries(unreadable)) {
  for (const retry of [false, {}]) {
    test(`not read, and said so: ${what}${retry ? ', which no retry mends' : ''}`, async () => {
      let asked = 0
      const { outcome, error, errors } = await ask(() => (asked++, response()), { retry })
      assert.deepEqual([outcome, error.type, error.retryable, error.url, asked], ['failed', 'protocol', false, 'http://odd.test/agents/a/runs', 1])
      assert.equal(error.message, 'The answer could not be read: fetch returned no response that can be streamed.')
      assert.deepEqual(errors.map(({ message }) => message), [error.message], 'the developer is told as well')
    })
  }
}

test('a body that was read already, or is locked, interrupts the answer, and the banner says why', async () => {
  for (const response of [locked(), await (async () => { const read = new Response(bytes); await read.text(); return read })()]) {
    const { outcome, error } = await ask(() => response, { retry: {} })
    assert.deepEqual([outcome, error.type], ['interrupted', 'interrupted'])
    assert.match(error.message, /has read the body of its response; it may read a clone\(\) of it/)
  }
})

test('a fetch that throws or rejects, with anything, is a server that cannot be reached', async () => {
  for (const fetch of [() => { throw new Error('no') }, () => { throw undefined }, () => Promise.reject(null), () => Promise.reject(new DOMException('x', 'TimeoutError'))]) {
    const { outcome, error } = await ask(fetch)
    assert.deepEqual([outcome, error.type, error.retryable], ['failed', 'network', true])
  }
})

test('an error whose body is only json(), text() or missing says what it says, or its status', async () => {
  for (const [response, message] of [
    [{ ok: false, status: 400, json: async () => ({ detail: 'No such field' }) }, 'No such field'],
    [{ ok: false, status: 422, headers: {}, text: async () => '{"detail":"Not that"}' }, 'Not that'],
    [{ status: 404 }, 'There is no such agent, team or workflow at this address. (HTTP 404)'],
    [{ ok: false }, 'The server failed while answering. (HTTP 500)'],
  ]) {
    const { outcome, error } = await ask(() => response)
    assert.deepEqual([outcome, error.type, error.message, error.url], ['failed', 'http', message, 'http://odd.test/agents/a/runs'])
  }
})

test('Retry-After of a record and of a Map is read', async () => {
  for (const headers of [{ 'Retry-After': '7' }, new Map([['Retry-After', '7']])]) {
    const handler = lib.createStreamHandler({ endpoint: 'http://odd.test', agent: 'a', notify: 'sync', shareLimits: false, fetch: () => ({ status: 429, headers, text: async () => '' }) })
    handlers.push(handler)
    const delays = new Promise((seen) => handler.subscribe(() => handler.getSnapshot().retry && seen(handler.getSnapshot().retry.delay)))
    void handler.send('hello')
    assert.equal(await delays, 7)
  }
})

test('a body that breaks off is interrupted, and one cancelled in the middle is released', async () => {
  const broken = async function* () { yield bytes.subarray(0, 200); throw new Error('gone') }
  const { outcome, error } = await ask(() => ({ ...head, body: broken() }))
  assert.deepEqual([outcome, error.type], ['interrupted', 'interrupted'])

  let released = false
  const endless = async function* () {
    try {
      yield runOf('x')[0]
      for (;;) {
        await new Promise((later) => setTimeout(later, 5))
        yield bytesOf(': still here\n\n')
      }
    } finally {
      released = true
    }
  }
  const handler = lib.createStreamHandler({ endpoint: 'http://odd.test', agent: 'a', notify: 'sync', fetch: () => ({ ...head, body: endless() }) })
  handlers.push(handler)
  const sent = handler.send('hello')
  while (!handler.getSnapshot().runId) await new Promise((later) => setTimeout(later, 5))
  handler.cancel()
  assert.equal(await sent, 'cancelled')
  while (!released) await new Promise((later) => setTimeout(later, 5))
})
