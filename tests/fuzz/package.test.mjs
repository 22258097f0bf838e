// The packed package under spoiled streams: a trap of the module is what a user would see of a panic. FUZZ_SECONDS says how long
// (10 by default; `make fuzz`: 120), FUZZ_SEED from which number. What it finds becomes a test in tests/package/hostile.test.mjs.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { packed, recording, streamNames } from '../package/support.mjs'
import { pieces, random, spoiled } from './mutate.mjs'

const lib = packed()
const seconds = Number(process.env.FUZZ_SECONDS ?? 10)
const first = Number(process.env.FUZZ_SEED ?? 1)

/** All that a page can read of the snapshot. */
const picture = (snapshot) => JSON.parse(JSON.stringify(snapshot))

/** Where two pictures differ first. */
function difference(a, b, path = 'snapshot') {
  if (Object.is(a, b)) return null
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b) return `${path}: ${JSON.stringify(a)?.slice(0, 200)} and ${JSON.stringify(b)?.slice(0, 200)}`
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = difference(a[key], b[key], `${path}.${key}`)
    if (found) return found
  }
  return null
}

function read(cut, between = () => {}) {
  const now = Date.now
  Date.now = () => 1_795_460_000_000
  const handler = lib.createStreamHandler({ notify: 'sync' })
  try {
    handler.subscribe(() => handler.getSnapshot())
    handler.begin('hello')
    for (const piece of cut) {
      handler.feed(piece)
      between(handler)
    }
    handler.end()
    return picture(handler.getSnapshot())
  } finally {
    handler.dispose()
    Date.now = now
  }
}

test('no stream traps the module, and its split never matters', (context) => {
  const seeds = streamNames().map((name) => recording(name).bytes).filter((bytes) => bytes.length < 500_000)
  const end = performance.now() + seconds * 1000
  let number = first
  for (; performance.now() < end; number++) {
    const next = random(number)
    const bytes = spoiled(next, seeds)
    const where = `stream ${number} (FUZZ_SEED=${number})`
    try {
      const found = difference(read([bytes]), read(pieces(next, bytes)))
      if (found) throw new Error(`its split matters: ${found}`)
    } catch (error) {
      error.message = `${where}: ${error.message}`
      throw error
    }
  }
  context.diagnostic(`${number - first} streams from ${first}, 0 traps, 0 differences`)
  assert.ok(number > first)
})

/** Where nothing is paused, and nothing was streamed yet, `continueRun` and `resume` reject. */
const refused = (error) => assert.match(error.message, /without a paused run|at least one answer|without an answer to resume/)

test('no call in the middle of a stream traps it', (context) => {
  const seeds = streamNames().map((name) => recording(name).bytes).filter((bytes) => bytes.length < 100_000)
  const end = performance.now() + (seconds * 1000) / 3
  let number = first
  for (; performance.now() < end; number++) {
    const next = random(number + 1e9)
    const bytes = spoiled(next, seeds)
    const calls = ['cancel', 'dismissError', 'end', 'begin', 'clear', 'retryNow', 'getSnapshot', 'load', 'resume', 'continueRun']
    try {
      read(pieces(next, bytes), (handler) => {
        if (next() > 0.1) return
        const call = calls[Math.floor(next() * calls.length)]
        if (call === 'load') handler.load({ sessionId: next() < 0.5 ? 's' : null, messages: handler.getSnapshot().messages })
        else if (call === 'continueRun') void handler.continueRun(handler.getSnapshot().pause?.requirements.map((requirement) => ({ requirement, confirmed: true })) ?? []).catch(refused)
        else void handler[call]()?.catch?.(refused)
      })
    } catch (error) {
      error.message = `stream ${number} (FUZZ_SEED=${number}): ${error.message}`
      throw error
    }
  }
  context.diagnostic(`${number - first} streams from ${first}, 0 traps`)
})
