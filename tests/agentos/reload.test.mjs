// A session that is opened again shows the turns, versions and texts that it had while they streamed, against the real AgentOS.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../package/support.mjs'
import { connected, keys, typeOf, WORLDS } from './support.mjs'

const { agentos, connect, nextCall, stored } = connected()

const newKey = keys('r')
const answer = (n, who) => `Answer ${n} of ${who}: ${[0, 1, 2, 3, 4, 5].map((at) => 'abc'[n - 1] + at).join(' ')}.`
const shown = (handler) => handler.getSnapshot().turns.map(({ user, answer, versions, outcome }) => [user.content, answer.content, versions, outcome])

/** All versions of all turns. */
function everything(handler) {
  const { turns } = handler.getSnapshot()
  return turns.flatMap(({ id, versions }) => [...Array(versions.count).keys()].map((at) => {
    handler.showVersion(id, at)
    // AgentOS goes on for a moment after a stop.
    const texts = shown(handler).map(([user, text, index, outcome]) => [user, outcome === 'cancelled' ? null : text, index, outcome])
    handler.showVersion(id, versions.index)
    return texts
  }))
}

/** Opens the session in a second handler, which shows the same. */
async function reopened(handler, options) {
  const { sessionId } = handler.getSnapshot()
  await until(async () => (await agentos.runs(sessionId, typeOf(options))).every(({ status }) => !/RUNNING|PENDING/.test(status)), 'the end of the runs')
  await stored(handler, options)
  const opened = connect(options)
  assert.equal(await opened.openSession(sessionId), true)
  assert.deepEqual(everything(opened), everything(handler))
  return opened
}

async function stopped(handler, text) {
  const sent = handler.send(text)
  await until(() => handler.getSnapshot().turns.at(-1)?.answer.content.length > 10, 'the first words')
  handler.cancel()
  assert.equal(await sent, 'cancelled')
}

test('a failed answer that continues in the background in another tab is followed behind its failure', async () => {
  const options = { agent: 'historian', background: true }
  const handler = connect(options)
  const key = newKey()
  assert.equal(await handler.send(`Why? [[take key=${key} fail=1 n=60 ms=20]]`), 'failed')
  const other = await reopened(handler, options)
  const again = handler.regenerate()
  await until(() => handler.getSnapshot().turns[0].answer.content.length > 10, 'the first words')
  assert.equal(await other.follow(), 'completed')
  assert.equal(await again, 'completed')
  assert.deepEqual(shown(other), shown(handler))
})

for (const [name, options, who] of WORLDS) {
  test(`a stopped answer that is asked for again, with instructions, and with turns behind it, stays one turn (${name})`, async () => {
    const handler = connect(options)
    const [first, second] = [newKey(), newKey()]
    await stopped(handler, `Long [[take key=${first} n=60 ms=20]]`)
    await handler.send(`Short [[take key=${second}]]`)
    await stored(handler, options)
    assert.equal(await handler.regenerate({ turn: handler.getSnapshot().turns[0], instructions: 'Briefly' }), 'completed')
    assert.deepEqual(handler.getSnapshot().turns.map(({ versions }) => versions), [{ index: 1, count: 2 }, { index: 0, count: 1 }])
    await reopened(handler, options)
  })

  test(`a paused answer that is asked for again stays one turn (${name})`, async () => {
    const handler = connect(options)
    assert.equal(await handler.send(`Mail [[takeconfirm key=${newKey()}]]`), 'paused')
    await stored(handler, options)
    assert.equal(await handler.regenerate(), 'paused')
    await reopened(handler, options)
  })

  test(`in a copy of a session, an edit hides what stands behind the message, and nothing before it (${name})`, async () => {
    const original = connect(options)
    const [first, second, edited] = [newKey(), newKey(), newKey()]
    for (const key of [first, second]) await original.send(`Why? [[take key=${key}]]`)
    await stored(original, options)
    assert.equal(await original.regenerate({ turn: original.getSnapshot().turns[0] }), 'completed')
    await stored(original, options)
    const copy = connect(options)
    await copy.openSession(await original.forkSession())
    assert.equal(await copy.edit(copy.getSnapshot().turns[1], `What? [[take key=${edited}]]`), 'completed')
    await reopened(copy, options)
    const seen = await nextCall(copy, who)
    assert.deepEqual(seen, [
      `user: Why? [[take key=${first}]]`, `assistant: ${answer(2, who)}`, `user: What? [[take key=${edited}]]`, `assistant: ${answer(1, who)}`,
    ])
  })

  test(`a failed message that is edited again and again keeps all its versions (${name})`, async () => {
    const handler = connect(options)
    await handler.send(`Why? [[take key=${newKey()}]]`)
    for (const fail of [1, 1, 1, 0]) {
      await stored(handler, options)
      const outcome = await handler.edit(handler.getSnapshot().turns[0], `What? [[take key=${newKey()} fail=${fail}]]`)
      assert.equal(outcome, fail ? 'failed' : 'completed')
    }
    assert.deepEqual(handler.getSnapshot().turns.map(({ versions }) => versions), [{ index: 4, count: 5 }])
    await reopened(handler, options)
  })

  test(`the text of an answer that broke off, and after it went on that before its tool (${name})`, async () => {
    const handler = connect(options)
    assert.equal(await handler.send(`Look [[taketool key=${newKey()} fail=1 mid=1]]`), 'failed')
    assert.deepEqual(shown(handler)[0].slice(1), [`Let me look. Answer 1 of ${who} breaks off `, { index: 0, count: 1 }, 'failed'])
    const opened = await reopened(handler, options)
    assert.equal(await opened.regenerate(), 'completed')
    assert.equal(shown(opened)[0][1], `Let me look. ${answer(2, who)}`)
    await reopened(opened, options)
  })
}
