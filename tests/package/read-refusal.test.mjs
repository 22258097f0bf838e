// readRefusal: what a provider said, as kind, wait and sentence; the same as the handler's banner.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { backend, packed, root } from './support.mjs'

const lib = packed()
const readRefusal = (given) => lib.readRefusal(given)
const folder = join(root, 'tests/fixtures/refusals')
const refusals = readdirSync(folder).flatMap((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')).refusals.map((one) => ({ ...one, file })))

test('a text, an HTTP answer, an exception: reason, delay, message, provider, retryable', () => {
  assert.deepEqual(readRefusal('Rate limit reached for gpt-4o. Please try again in 6.2s.'),
    { reason: 'rate_limit', delay: 6.2, message: 'Rate limit reached for gpt-4o. Please try again in 6.2s.', provider: 'OpenAI', retryable: true })
  const headers = { 'Retry-After': '12' }
  const body = { error: { type: 'overloaded_error', message: 'Overloaded' } }
  for (const given of [headers, new Headers(headers), [['retry-after', '12']], new Map([['RETRY-AFTER', 12]])]) {
    const { reason, delay, retryable } = readRefusal({ status: 529, headers: given, body })
    assert.deepEqual([reason, delay, retryable], ['overloaded', 12, true])
  }
  assert.deepEqual(readRefusal({ body: JSON.stringify(body) }), readRefusal(JSON.stringify(body)))
  assert.equal(readRefusal({ status: 401 }).reason, 'auth')
  assert.equal(readRefusal(new Error('context_length_exceeded: too many tokens')).reason, 'unknown', 'an Error is given as body')
  assert.equal(readRefusal({ body: new Error('HTTP 429: too many requests') }).reason, 'rate_limit')
  assert.deepEqual(readRefusal(''), { reason: 'unknown', delay: null, message: readRefusal({}).message, provider: null, retryable: true })
})

/** 2026-11-29T05:00:00Z: what the absolute times of the corpus are relative to. */
const NOW = 1_795_928_400

test('every refusal of the corpus has the kind and the wait that it states', (context) => {
  assert.ok(refusals.length > 150)
  context.mock.method(Date, 'now', () => NOW * 1000)
  const wrong = []
  for (const { file, name, status, headers, body, text, repeat = 1, error_type: errorType, kind, wait } of refusals) {
    const read = readRefusal({ status, headers, body: body ?? (text ?? '').repeat(repeat), errorType })
    if (read.reason !== kind) wrong.push(`${file}, ${name}: ${read.reason}, not ${kind}`)
    else if (wait === null || read.delay === null ? wait !== read.delay : Math.abs(wait - read.delay) > 1e-6) wrong.push(`${file}, ${name}: ${read.delay}, not ${wait}`)
  }
  assert.deepEqual(wrong, [])
})

test('it says what the handler’s banner says', async (context) => {
  const answers = [[429, '{"error":{"message":"Too many requests, wait 3 days"}}'], [500, 'boom'], [413, '{"error":{"message":"Request too large for model"}}'], [403, '<html><body>Forbidden</body></html>']]
  for (const [status, body] of answers) {
    const server = await backend((_, response) => response.writeHead(status).end(body))
    const handler = lib.createStreamHandler({ endpoint: server.url, agent: 'a', retry: false })
    await handler.send('hello')
    const { message, reason, retryable } = handler.getSnapshot().error
    handler.dispose()
    server.close()
    const read = readRefusal({ status, body })
    assert.deepEqual([read.message, read.reason, read.retryable], [message, reason, retryable])
  }
})

test('what is of the wrong type is named', () => {
  for (const [given, words] of [[undefined, /give the text, or an object/], [null, /give the text/], [7, /give the text/], [{ status: '429' }, /status must be an HTTP status/], [{ headers: 'a: b' }, /headers must be/], [{ errorType: 3 }, /errorType must be a string/]]) {
    assert.throws(() => readRefusal(given), { name: 'TypeError', message: words })
  }
})

test('a megabyte, and hostile texts, are only texts', () => {
  assert.equal(readRefusal({ status: 429, body: '{"error":'.repeat(120_000) }).reason, 'rate_limit')
  assert.equal(typeof readRefusal('\u0000\ud800 <script>').message, 'string')
})
