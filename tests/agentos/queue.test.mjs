// The queue in the user's hands, and a session that takes one message at a time, against the real AgentOS. The judge is what its model was
// sent, message by message, and which runs it has stored as stopped.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../package/support.mjs'
import { connected, keys, typeOf, WORLDS } from './support.mjs'

const { agentos, connect, atRest } = connected()

const newKey = keys('q')
const queue = (handler) => handler.getSnapshot().queue
const outcomes = (handler) => handler.getSnapshot().turns.map(({ user, outcome }) => [user.content, outcome])

/** A message whose answer takes a while, and others that wait for it. */
async function busy(options, ...waiting) {
  const handler = connect(options)
  await fetch(`${agentos.url}/log/clear`, { method: 'POST' })
  const first = `First [[plain n=400 ms=20 key=${newKey()}]]`
  const sent = [first, ...waiting].map((text) => handler.send(text))
  await until(() => handler.getSnapshot().turns[0]?.answer.content.includes('tok1 '), 'the first words')
  return { handler, first, sent }
}

/** The messages that the model of `who` was asked, in order; what it saw before the last one. */
async function asked(who) {
  const log = (await agentos.get('/log')).filter((entry) => entry.who === who)
  return { messages: log.map(({ saw }) => saw.at(-1).replace(/^user: /, '')), before: log.at(-1).saw.slice(0, -1) }
}

/** How AgentOS has stored the top-level runs, in order. */
async function statuses(handler, options) {
  await atRest(handler, options)
  const runs = await agentos.runs(handler.getSnapshot().sessionId, typeOf(options))
  return runs.filter(({ parent_run_id }) => !parent_run_id).map(({ status }) => status)
}

for (const [name, options, who] of WORLDS) {
  test(`messages are edited, moved, removed and sent now: the model is asked in that order (${name})`, async () => {
    const { handler, first, sent } = await busy(options, 'Two', 'Three', 'Four', 'Five')
    const [two, three, four, five] = queue(handler).map(({ id }) => id)
    assert.deepEqual([handler.editQueued(two, 'Two, better'), handler.moveQueued(five, 0), handler.cancelQueued(three), handler.sendQueuedNow(four)], [true, true, true, true])
    assert.deepEqual(await Promise.all(sent), ['cancelled', 'completed', 'cancelled', 'completed', 'completed'])
    const { messages, before } = await asked(who)
    assert.deepEqual(messages, [first, 'Four', 'Five', 'Two, better'])
    assert.deepEqual(before.filter((line) => line.startsWith('user: ')), ['user: Four', 'user: Five'], 'what was stopped is hidden from it')
    assert.deepEqual(outcomes(handler), [[first, 'cancelled'], ['Four', 'completed'], ['Five', 'completed'], ['Two, better', 'completed']])
    assert.deepEqual(await statuses(handler, options), ['CANCELLED', 'COMPLETED', 'COMPLETED', 'COMPLETED'])
  })

  test(`a message that is sent now stops the answer, here and on the server (${name})`, async () => {
    const { handler, first, sent } = await busy(options, 'Later')
    assert.equal(await handler.send('Now', { when: 'now' }), 'completed')
    assert.deepEqual(await Promise.all(sent), ['cancelled', 'completed'])
    assert.deepEqual((await asked(who)).messages, [first, 'Now', 'Later'])
    assert.deepEqual(await statuses(handler, options), ['CANCELLED', 'COMPLETED', 'COMPLETED'])
  })

  test(`Stop keeps what waits until it is resumed, by a call or by the next message; dropped, nothing of it is asked (${name})`, async () => {
    const { handler, first, sent } = await busy(options, 'Two', 'Three')
    handler.cancel()
    assert.equal(await sent[0], 'cancelled')
    assert.deepEqual(await statuses(handler, options), ['CANCELLED'])
    assert.deepEqual([handler.getSnapshot().queuePaused, queue(handler).map(({ text, waitsFor }) => [text, waitsFor])], [true, [['Two', 'resume'], ['Three', 'resume']]])
    assert.deepEqual((await asked(who)).messages, [first])
    assert.equal(handler.resumeQueue(), true)
    assert.deepEqual(await Promise.all(sent.slice(1)), ['completed', 'completed'])
    const again = [`Again [[plain n=400 ms=20]]`, 'Four'].map((text) => handler.send(text))
    await until(() => handler.getSnapshot().turns[3]?.answer.content.includes('tok1 '), 'the first words')
    handler.cancel()
    assert.equal(await handler.send('Instead'), 'completed')
    assert.deepEqual(await Promise.all(again), ['cancelled', 'completed'])
    const last = [`Last [[plain n=400 ms=20]]`, 'Never'].map((text) => handler.send(text))
    await until(() => handler.getSnapshot().turns[6]?.answer.content.includes('tok1 '), 'the first words')
    handler.cancel({ queue: 'drop' })
    assert.deepEqual(await Promise.all(last), ['cancelled', 'cancelled'])
    assert.deepEqual((await asked(who)).messages, [first, 'Two', 'Three', 'Again [[plain n=400 ms=20]]', 'Instead', 'Four', 'Last [[plain n=400 ms=20]]'])
    assert.deepEqual(await statuses(handler, options), ['CANCELLED', 'COMPLETED', 'COMPLETED', 'CANCELLED', 'COMPLETED', 'COMPLETED', 'CANCELLED'])
  })
}

for (const background of [false, true]) {
  test(`a session that is busy with another handler's message takes this one's when it is free (${background ? 'background' : 'foreground'})`, async () => {
    const options = { agent: 'outsider', background, retry: false }
    const first = connect(options)
    assert.equal(await first.send('Hello'), 'completed')
    const second = connect(options)
    await atRest(first, options)
    await second.openSession(first.getSnapshot().sessionId)
    await fetch(`${agentos.url}/log/clear`, { method: 'POST' })
    const long = first.send('Long [[plain n=60 ms=20]]')
    await until(() => first.getSnapshot().turns[1]?.answer.content.includes('out1 '), 'the first words')
    const short = second.send('Short')
    await until(() => queue(second)[0]?.waitsFor === 'run' && second.getSnapshot().pacing?.cause === 'session', 'the refusal')
    assert.deepEqual([second.getSnapshot().error, outcomes(second).length], [null, 2])
    assert.deepEqual([await long, await short], ['completed', 'completed'])
    assert.deepEqual((await asked('outsider')).messages, ['Long [[plain n=60 ms=20]]', 'Short'])
    assert.deepEqual(await statuses(second, options), ['COMPLETED', 'COMPLETED', 'COMPLETED'])
    assert.equal(second.getSnapshot().turns.at(-1).answer.content, 'out0 out1 out2 out3 out4 out5 ')
  })

  test(`a message that waits for a busy session can be given up (${background ? 'background' : 'foreground'})`, async () => {
    const options = { agent: 'outsider', background, retry: false }
    const first = connect(options)
    const long = first.send('Long [[plain n=60 ms=20]]')
    await until(() => first.getSnapshot().turns[0]?.answer.content.includes('out1 '), 'the first words')
    const second = connect({ ...options, sessionId: first.getSnapshot().sessionId })
    await fetch(`${agentos.url}/log/clear`, { method: 'POST' })
    const short = second.send('Short')
    await until(() => queue(second)[0]?.waitsFor === 'run', 'the refusal')
    second.cancel({ queue: 'drop' })
    assert.deepEqual([await short, second.getSnapshot().turns.at(-1)?.unsent], ['cancelled', 'Short'])
    assert.equal(await long, 'completed')
    assert.deepEqual(await agentos.get('/log'), [])
  })
}
