// The page that reads refusals: what was pasted → kind, wait, and the sentence that the user reads.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from '../package/support.mjs'
import { readPasted, toPasted } from '../../www/refusal/pasted.js'
import { assertAccessible } from './accessibility.mjs'
import { demoSite } from './demo-site.mjs'

const there = demoSite()
const examples = JSON.parse(readFileSync(join(root, 'www/recordings/refusals.json'), 'utf8'))

async function visit() {
  const view = await there.visit('', { path: 'refusal.html', shows: 'sentence' })
  return { ...view, read: async () => Promise.all(['kind', 'wait', 'provider', 'again', 'sentence'].map(view.text)) }
}

test('a text, an HTTP answer with its fields, a proxy’s page: each is read as it is typed', async () => {
  const view = await visit()
  await view.byId('pasted').fill('Rate limit reached for gpt-4o on tokens per min. Please try again in 6m12s.')
  assert.deepEqual(await view.read(), ['Rate limit', '6 min 12 s', 'OpenAI', 'yes', 'Rate limit reached for gpt-4o on tokens per min. Please try again in 6m12s.'])
  assert.match(await view.text('then'), /waits 6 min 12 s, in full view/)
  await view.byId('pasted').fill('HTTP/1.1 529\r\nRetry-After: 12\r\nContent-Type: application/json\r\n\r\n{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}')
  assert.deepEqual((await view.read()).slice(0, 2), ['Overloaded', '12 s'])
  await view.byId('pasted').fill('HTTP/1.1 401 Unauthorized\n\n{"detail":"Invalid or expired token"}')
  assert.deepEqual((await view.read()).slice(0, 2), ['Not authorized', 'none named'])
  assert.match(await view.text('then'), /trying again as it is would not help/)
  await view.byId('pasted').fill('{"error":{"message":"Too many requests, retry in 3 days","code":429}}')
  assert.match(await view.text('then'), /does not wait that long/)
  assert.match(await view.text('code'), /"reason": "rate_limit"/)
  await view.byId('pasted').fill(' ')
  assert.equal(await view.byId('sentence').isVisible(), false)
  await view.byId('pasted').fill('<img src=x onerror="globalThis.pwned=1">')
  assert.equal(await view.page.evaluate(() => globalThis.pwned), undefined)
  view.assertClean()
})

test('each example is what its provider said, and reads as the corpus has it', async () => {
  const view = await visit()
  assert.ok(examples.length >= 8)
  const kinds = []
  for (const [at, { provider, title }] of examples.entries()) {
    await view.byId(`example-${at}`).click()
    assert.equal(await view.text(`example-${at}`), `${provider}: ${title}`)
    assert.equal(await view.byId(`example-${at}`).getAttribute('aria-pressed'), 'true')
    kinds.push(await view.text('kind'))
    assert.ok((await view.text('sentence')).length > 5)
    assert.ok(!/[{}<>]/.test(await view.text('sentence')), 'prose')
  }
  assert.ok(new Set(kinds).size >= 5, kinds.join(', '))
  assert.ok(!kinds.includes('Unknown'))
  view.assertClean()
})

test('axe finds nothing to object to, and the demo leads here and back', async () => {
  const view = await visit()
  await assertAccessible(view.page, 'a refusal')
  await view.page.setViewportSize({ width: 1280, height: 860 })
  await view.page.getByRole('link', { name: 'ai-stream-handler' }).click()
  await view.byId('to-refusal').click()
  await view.byId('sentence').waitFor()
  assert.deepEqual(await view.forbidden(), [])
  view.assertClean()
})

test('what is pasted is an HTTP answer only if it begins with a status line', () => {
  assert.deepEqual(readPasted('HTTP/2 429\nretry-after: 3\n\nSlow down\nplease'), { status: 429, headers: [['retry-after', '3']], body: 'Slow down\nplease' })
  assert.deepEqual(readPasted('HTTP/1.1 503 Service Unavailable'), { status: 503, headers: [], body: '' })
  assert.deepEqual(readPasted('retry-after: 3'), { body: 'retry-after: 3' })
  for (const example of examples) {
    const { status, headers = [], body } = readPasted(toPasted(example))
    assert.equal(status, example.status)
    assert.deepEqual(Object.fromEntries(headers), example.headers ?? {})
    assert.ok(body.length > 0)
  }
})
