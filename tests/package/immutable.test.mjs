// Snapshots are immutable: frozen in development, and in production nothing that a page does to one reaches another handler.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { chunks, importFrom, install, recording, replay, runOf, runScript } from './support.mjs'

let lib, remove, scratch
before(async () => {
  ;({ remove, scratch } = await install())
  lib = await importFrom(scratch)
})
after(() => remove?.())

/** Everything within a value that is not frozen, by path. Reads what is parsed on first access. */
function loose(value, path = 'snapshot', seen = new Set()) {
  if (typeof value !== 'object' || value === null || seen.has(value)) return []
  seen.add(value)
  return [...(Object.isFrozen(value) ? [] : [path]), ...Object.entries(value).flatMap(([key, part]) => loose(part, `${path}.${key}`, seen))]
}

describe('in development', () => {
  for (const name of ['team_nested', 'hitl_agent_input.1_pause', 'agent_reasoning_tools']) {
    test(`a snapshot of ${name} is frozen down to its leaves, parsed ones too`, () => {
      const snapshot = replay(lib, [recording(name)], chunks)
      assert.deepEqual(loose(snapshot), [])
      assert.throws(() => snapshot.messages.push({}), TypeError)
      assert.throws(() => { snapshot.turns[0].answer.content = '' }, TypeError)
    })
  }

  test('so is one of a new handler, and one with loaded messages; the page’s own objects are not', () => {
    const handler = lib.createStreamHandler({ sessionId: 's' })
    assert.deepEqual(loose(handler.getSnapshot()), [])
    const messages = [{ role: 'user', content: 'Hello' }, { role: 'agent', content: 'Hi', tool_calls: [{ tool_name: 't' }] }]
    handler.load({ sessionId: null, messages })
    assert.deepEqual(loose(handler.getSnapshot()), [])
    assert.deepEqual(loose(messages), ['snapshot', 'snapshot.0', 'snapshot.1', 'snapshot.1.tool_calls', 'snapshot.1.tool_calls.0'])
    messages[1].tool_calls[0].tool_name = 'other'
    assert.equal(handler.getSnapshot().messages[1].tool_calls[0].tool_name, 't')
    handler.dispose()
  })

  test('streaming goes on from a frozen snapshot, read at every step', () => {
    for (const name of ['team_nested', 'hitl_agent_input.1_pause']) {
      const { cuts } = recording(name)
      const read = lib.createStreamHandler({ notify: 'sync' })
      read.begin('x')
      for (const piece of cuts) {
        read.feed(piece)
        JSON.stringify(read.getSnapshot())
      }
      read.end()
      const { turns } = replay(lib, [recording(name)], chunks)
      assert.equal(read.getSnapshot().turns[0].answer.content, turns.at(-1).answer.content)
      assert.equal(read.getSnapshot().timeline.length, turns.at(-1).timeline.length)
      read.dispose()
    }
  })
})

test('in production nothing that a page does to a snapshot reaches another handler', async () => {
  const script = `
    import assert from 'node:assert/strict'
    import { createStreamHandler, emptySnapshot } from 'ai-stream-handler'
    const frames = ${JSON.stringify(runOf('Hi.').map((part) => new TextDecoder().decode(part)))}
    const run = (handler) => { handler.begin('x'); for (const frame of frames) handler.feed(new TextEncoder().encode(frame)); handler.end(); return handler.getSnapshot() }
    const spoil = (value, seen = new Set()) => {
      if (typeof value !== 'object' || value === null || seen.has(value)) return
      seen.add(value)
      for (const part of Object.values(value)) spoil(part, seen)
      try { if (Array.isArray(value)) value.push('spoilt'); else value.spoilt = true } catch {}
    }
    const clean = (what) => assert.ok(!JSON.stringify(what).includes('spoilt'))
    spoil(createStreamHandler().getSnapshot())
    spoil(createStreamHandler().getServerSnapshot())
    spoil(createStreamHandler({ sessionId: 's' }).getSnapshot())
    spoil(emptySnapshot)
    const first = createStreamHandler()
    assert.ok(!Object.isFrozen(run(first)), 'nothing is frozen')
    const second = createStreamHandler()
    second.load({ sessionId: null, messages: first.getSnapshot().messages })
    spoil(first.getSnapshot())
    clean(second.getSnapshot())
    clean(run(createStreamHandler()))
    clean(createStreamHandler().getSnapshot())
    console.log('done')
  `
  process.env.NODE_ENV = 'production'
  try {
    assert.equal(await runScript(scratch, 'spoil.mjs', script), 'done\n')
  } finally {
    delete process.env.NODE_ENV
  }
})

test('what is parsed when it is read is the same in copies and through proxies of stores', () => {
  const snapshot = replay(lib, [recording('agent_reasoning_tools')], chunks)
  const { answer } = snapshot.turns[0]
  const [call] = answer.tool_calls
  const proxy = (target) => new Proxy(target, { get: (object, key, receiver) => {
    const value = Reflect.get(object, key, receiver)
    return typeof value === 'object' && value !== null && !Object.isFrozen(object) ? proxy(value) : value
  } })
  for (const [target, key] of [[call, 'tool_args'], [answer, 'extra_data']]) {
    assert.equal(typeof target[key], 'object')
    assert.ok(Object.keys(target[key]).length > 0)
    assert.equal({ ...target }[key], target[key])
    assert.equal(Object.create(target)[key], target[key])
    assert.equal(proxy(target)[key], target[key])
    assert.equal(proxy({ inner: target }).inner[key], target[key])
    assert.equal(Object.create(null, Object.getOwnPropertyDescriptors(target))[key], target[key])
    assert.deepEqual(structuredClone({ ...target })[key], target[key])
    assert.deepEqual(JSON.parse(JSON.stringify(target))[key], target[key])
    assert.deepEqual(Object.getOwnPropertyDescriptor(target, key).enumerable, true)
  }
})

test('bundlers drop the freezing in production', async () => {
  const { build } = await import('esbuild')
  const bundle = async (NODE_ENV) => (await build({
    stdin: { contents: `export { createStreamHandler } from 'ai-stream-handler'`, resolveDir: scratch }, bundle: true, minifySyntax: true, format: 'esm', write: false, define: { 'process.env.NODE_ENV': JSON.stringify(NODE_ENV) },
  })).outputFiles[0].text
  const freezes = (text) => (text.match(/isFrozen/g) ?? []).length
  const [development, production] = [await bundle('development'), await bundle('production')]
  assert.ok(!production.includes('process.env'), production.match(/.{60}process\.env.{60}/)?.[0])
  assert.equal(freezes(development), 1)
  assert.ok(production.length < development.length)
})
