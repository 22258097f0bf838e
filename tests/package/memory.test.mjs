// What stays of a run that is over: the module's memory reaches a plateau, and a handler that is gone gives back what it held.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as tick } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { concat, frame, packed, until } from './support.mjs'

let memory
const { Instance } = WebAssembly
WebAssembly.Instance = function (...given) {
  const instance = new Instance(...given)
  memory = Object.values(instance.exports).find((value) => value instanceof WebAssembly.Memory)
  return instance
}

const lib = packed()
const megabytes = () => memory.buffer.byteLength / 2 ** 20

const RUNS = 1000
const of = (run, fields) => ({ created_at: 1_795_452_000, run_id: `run-${run}`, session_id: 'session-1', agent_id: 'a', agent_name: 'Agent', ...fields })
const members = 'a member said "this" at length\n'.repeat(32_000)

/** A run whose last frame has a megabyte of what its members said. */
const run = (at) => concat([
  frame('RunStarted', of(at, {})),
  frame('RunContent', of(at, { content: 'hello', content_type: 'str' })),
  frame('RunCompleted', of(at, { content: 'hello', content_type: 'str', member_responses: [{ content: members }] })),
])

test(`${RUNS} runs with a last frame of a megabyte, in one conversation and in one after another, leave a plateau`, async (t) => {
  const bytes = Array.from({ length: 10 }, (_, at) => run(at))
  const seen = []
  for (let at = 0; at < RUNS; at++) {
    const handler = lib.createStreamHandler({ notify: 'sync' })
    handler.begin('hello')
    handler.feed(bytes[at % 10])
    handler.end()
    assert.equal(handler.getSnapshot().status, 'completed')
    handler.dispose()
    await tick()
    seen.push(megabytes())
  }
  t.diagnostic(`handler after handler: ${seen[0]} MB after one run, ${seen.at(-1)} MB after ${RUNS}`)
  assert.equal(seen.at(-1), seen[20], 'handlers that are gone')

  const handler = lib.createStreamHandler({ notify: 'sync' })
  for (let at = 0; at < 200; at++) {
    handler.begin('hello')
    handler.feed(run(at))
    handler.end()
    handler.getSnapshot()
    if (at === 20) seen.push(megabytes())
  }
  assert.equal(handler.getSnapshot().turns.length, 200)
  t.diagnostic(`in one conversation: ${seen.at(-1)} MB after 20 runs, ${megabytes()} MB after 200`)
  assert.ok(megabytes() <= seen.at(-1) + 1, 'a conversation that goes on')
  handler.dispose()
})

test('a quick garbage collection, of young objects only, finds handlers that are gone', async (t) => {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc')
  const HANDLERS = 100
  const stays = async (handlers) => {
    gc()
    const before = process.memoryUsage().heapUsed
    for (let at = 0; at < handlers; at++) {
      const handler = lib.createStreamHandler({ notify: 'sync' })
      handler.begin('hello')
      for (let token = 0; token < 20; token++) handler.feed(frame('RunContent', of(at, { content: `${token} ${'text '.repeat(1600)}`, content_type: 'str' })))
      handler.end()
      assert.equal(handler.getSnapshot().messages.length, 2)
      handler.dispose()
      await tick()
    }
    gc({ type: 'minor' })
    gc({ type: 'minor' })
    return (process.memoryUsage().heapUsed - before) / 1024 / handlers
  }
  await stays(20)
  const kilobytes = await stays(HANDLERS)
  t.diagnostic(`of each answer of 160 KB, ${kilobytes.toFixed(1)} KB stay`)
  // V8 keeps an object that a function was assigned to until it collects everything.
  assert.ok(kilobytes < 25, `${kilobytes} KB`)
})

test('a handler that was made and never used, as on a server, is collected without being disposed of, whatever its options', async () => {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc')
  const made = (options) => {
    const headers = () => ({})
    const handler = lib.createStreamHandler({ agent: 'a', sessionId: 's', headers, ...options })
    assert.equal(handler.getSnapshot().sessionId, 's')
    return new WeakRef(headers)
  }
  const refs = [{}, { retry: { maxRetries: 1 } }, { resume: { maxAttempts: 1 } }, { stall: { background: 5 } }, { quota: 1000 }, { fallbacks: [{ agent: 'b' }] }].flatMap((options) => Array.from({ length: 5 }, () => made(options)))
  await until(async () => {
    await tick()
    gc()
    return refs.every((ref) => ref.deref() === undefined)
  }, 'all to be collected')
})
