// The corpus of refusals (tests/fixtures/refusals) through the published package: each as the answer to a send, over `fetch`. What a page
// shows: that it waits, for how long and why, or the banner with its reason.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { bytesOf, frame, packed, root } from './support.mjs'

const lib = packed()
const folder = join(root, 'tests/fixtures/refusals')
const files = readdirSync(folder).map((name) => ({ name, ...JSON.parse(readFileSync(join(folder, name), 'utf8')) }))

/** 2026-11-29T05:00:00Z: what the absolute times of the corpus are relative to. */
const NOW = 1_795_928_400
const { now } = Date
before(() => { Date.now = () => NOW * 1000 })
after(() => { Date.now = now })

const PASSES = { rate_limit: 'rate_limit', overloaded: 'unavailable' }
const OWN_DELAY = 5
/** An hour: a longer wait is not waited out. */
const LONGEST = 3600

const textOf = ({ text, body, repeat = 1 }) => (text ?? (typeof body === 'string' ? body : body ? JSON.stringify(body) : '')).repeat(repeat)

function answerOf(refusal) {
  const { status, headers = {}, error_type } = refusal
  if (status) return new Response(textOf(refusal), { status, headers: { 'content-type': 'application/json', ...headers } })
  const base = { agent_id: 'a', agent_name: 'Agent', run_id: 'r', session_id: 's', created_at: NOW }
  const frames = [frame('RunStarted', base), frame('RunError', { ...base, content: textOf(refusal), ...(error_type && { error_type }) })]
  return new Response(Buffer.concat(frames), { headers: { 'content-type': 'text/event-stream' } })
}

/** The handler's first reaction. */
async function react(refusal, origin) {
  const handler = lib.createStreamHandler({ endpoint: origin, agent: 'a', notify: 'sync', shareLimits: false, retry: { baseDelay: OWN_DELAY }, fetch: async () => answerOf(refusal) })
  const waits = new Promise((resolve) => handler.subscribe(() => handler.getSnapshot().retry && resolve('retrying')))
  const outcome = await Promise.race([handler.send('hello'), waits])
  const snapshot = handler.getSnapshot()
  handler.dispose()
  return { outcome, snapshot }
}

let count = 0
for (const { name, provider, refusals } of files) {
  test(`${provider}: ${refusals.length} refusals`, async () => {
    const wrong = []
    for (const refusal of refusals) {
      const { kind, wait, sentence } = refusal
      const { outcome, snapshot } = await react(refusal, `http://refusal-${count++}.test`)
      const { retry, error, timeline } = snapshot
      const isWaitedOut = kind in PASSES && (wait ?? 0) <= LONGEST
      const check = (what, is, got) => is || wrong.push(`${name}, ${refusal.name}: ${what}: ${JSON.stringify(got)}`)
      check('outcome', outcome === (isWaitedOut ? 'retrying' : 'failed'), outcome)
      if (isWaitedOut) {
        check('wait', Math.abs(retry?.delay - (wait ?? OWN_DELAY)) < 1e-6, retry?.delay)
        check('cause', retry?.cause === PASSES[kind], retry?.cause)
        const because = timeline.find(({ eventType }) => eventType === 'retry')?.details?.errorMessage
        check('sentence', sentence === null || because === sentence, because)
      } else {
        check('reason', error?.reason === kind, error?.reason)
        check('sentence', error?.message?.includes(sentence ?? ''), error?.message)
        check('retryAt', kind in PASSES ? Math.abs(error?.retryAt - NOW - wait) < 1e-3 : error?.retryAt === undefined, error?.retryAt)
        check('provider', !('provider' in refusal) || (error?.provider ?? null) === refusal.provider, error?.provider)
        check('details', timeline.some(({ details }) => details?.errorMessage), timeline)
      }
    }
    assert.deepEqual(wrong, [])
  })
}

test('an error frame of a gateway in a stream of status 200, whatever its shape', async () => {
  for (const [data, delay] of [
    [[{ error: { code: 429, message: 'Slow down', status: 'RESOURCE_EXHAUSTED' } }], OWN_DELAY],
    [{ errors: [{ message: 'Slow down', code: 429 }] }, OWN_DELAY],
    [{ code: 429, msg: 'Slow down' }, OWN_DELAY],
    [{ success: false, message: 'Too many requests, please try again in 7s' }, 7],
    [{ object: 'error', message: 'Slow down', code: 429 }, OWN_DELAY],
    [{ type: 'error', errorText: 'Rate limit exceeded. Try again in 8 seconds.' }, 8],
    [{ type: 'response.failed', response: { error: { code: 'rate_limit_exceeded', message: 'Try again in 9s' } } }, 9],
  ]) {
    for (const type of ['text/event-stream', 'application/json']) {
      const json = JSON.stringify(data)
      const body = type === 'application/json' ? json : `data: ${json}\n\n`
      const handler = lib.createStreamHandler({ endpoint: `http://frame-${count++}.test`, agent: 'a', notify: 'sync', shareLimits: false, fetch: async () => new Response(bytesOf(body), { headers: { 'content-type': type } }) })
      const waits = new Promise((resolve) => handler.subscribe(() => handler.getSnapshot().retry && resolve(handler.getSnapshot().retry.delay)))
      assert.equal(await Promise.race([waits, handler.send('hello')]), delay, `${type}: ${json}`)
      handler.dispose()
    }
  }
})
