// Two handlers on one session at once, against the real AgentOS: what one starts, regenerates, answers or stops goes on in the other.
// The judge is what the first one shows, and how often the model was asked and the tool ran. AGAIN=all cuts and stops at every frame;
// otherwise at a few.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../package/support.mjs'
import { connected, cutAfter, frames, keys, pictureOf } from './support.mjs'

const { agentos, lib, connect, stored, atRest } = connected()

/** Lets the model go on that holds (`[[… key=K hold=N]]`). */
const release = (key) => fetch(`${agentos.url}/release/${key}`, { method: 'POST' })

const newKey = keys('f')
const textOf = (handler) => handler.getSnapshot().turns.at(-1)?.answer.content ?? ''
const says = (handler, text, turns = 1) => until(() => handler.getSnapshot().turns.length >= turns && textOf(handler).includes(text), text)
const wordsOf = (turns) => turns.map(({ user, answer, versions }) => [user?.content, answer.content, versions])

/** What both show, by ids, texts, tools and outcomes. Frames that a later reader gets at once have no times of their own. */
const assertSame = (a, b) => assert.deepEqual(pictureOf(b.getSnapshot()), pictureOf(a.getSnapshot()))

/** How often a tool ran in the session. */
const toolRuns = async (sessionId, type) => (await agentos.runs(sessionId, type)).flatMap((run) => run.tools ?? []).filter(({ result }) => result === 'sent to Ann').length

for (const [type, component] of [['agent', { agent: 'historian' }], ['team', { team: 'panel' }]]) {
  const background = { ...component, background: true, retry: false }
  const foreground = { ...component, retry: false }

  /** Two handlers with one session, in which something was said. */
  async function pair(options, more = {}) {
    const first = connect({ ...options, follow: false, ...more })
    await first.send(`Hello [[take key=${newKey()}]]`)
    await stored(first, component)
    const second = connect({ ...options, ...more })
    assert.equal(await second.openSession(first.getSnapshot().sessionId), true)
    return [first, second]
  }

  test(`an answer in the background goes on in a second handler, live (${type})`, async () => {
    const [first, second] = await pair(background)
    assert.equal(await second.follow(), 'nothing')
    const key = newKey()
    const sent = first.send(`Long [[take key=${key} n=60 hold=20]]`)
    await says(first, 'a5 ', 2)
    const followed = second.follow()
    await says(second, 'a6 ', 2)
    assert.equal(second.getSnapshot().isStreaming, true, 'it is shown while it streams')
    assert.equal(await second.follow(), 'nothing', 'it is shown already')
    await assert.rejects(second.follow('another'), { message: 'ai-stream-handler: follow(): an answer is running; wait for its end, or cancel() it first' })
    await release(key)
    assert.deepEqual([await sent, await followed], ['completed', 'completed'])
    assert.match(textOf(second), /: a0 .* a59\.$/)
    assertSame(first, second)
    assert.equal(await second.follow(), 'nothing')
  })

  test(`messages that waited in the queue appear in the other tab, too, also if one of them is removed (${type})`, async () => {
    for (const options of [foreground, background]) {
      const [first, second] = await pair(options, { follow: true })
      const texts = ['one [[plain n=20 ms=15]]', 'two [[plain]]', 'removed', 'three [[plain]]']
      const sent = texts.map((text) => first.send(text))
      await says(first, 'tok', 2)
      first.cancelQueued(first.getSnapshot().queue[1].id)
      assert.deepEqual(await Promise.all(sent), ['completed', 'completed', 'cancelled', 'completed'])
      // Only news, no look of its own, brings them.
      await until(() => second.getSnapshot().turns.length === 4 && !second.getSnapshot().isStreaming, 'the messages of the queue')
      assertSame(first, second)
    }
  })

  test(`a session in which an answer runs is opened and followed by its id, from its first frame (${type})`, async () => {
    const first = connect(background)
    const sent = first.send(`New [[take${type === 'team' ? 'member' : 'tool'} key=${newKey()} n=40 ms=25]]`)
    await says(first, type === 'team' ? 'ask' : 'look')
    const second = connect(background)
    const third = connect(background)
    await third.openSession(first.getSnapshot().sessionId)
    assert.deepEqual(third.getSnapshot().turns.map(({ outcome }) => outcome), ['interrupted'])
    const opened = third.follow()
    assert.equal(await second.follow(first.getSnapshot().sessionId), 'completed')
    assert.equal(await opened, 'completed')
    await sent
    for (const handler of [second, third]) assertSame(first, handler)
    assert.equal(await second.send(`More [[take key=${newKey()}]]`), 'completed')
    assert.equal(second.getSnapshot().sessionId, first.getSnapshot().sessionId)
  })

  test(`a foreground answer cannot be followed; it is there when it has ended (${type})`, async () => {
    const [first, second] = await pair(foreground)
    const sent = first.send(`Long [[take key=${newKey()} n=20 ms=20]]`)
    await says(first, 'a5 ', 2)
    assert.equal(await second.follow(), 'nothing')
    await sent
    await stored(first, component)
    assert.equal(await second.follow(), 'completed')
    assert.deepEqual(wordsOf(second.getSnapshot().turns), wordsOf(first.getSnapshot().turns))
    assert.equal(await second.follow(), 'nothing')
  })

  for (const at of frames(24, [0, 1, 7])) {
    test(`the connection of the second handler breaks after ${at} frames: the answer is taken up there (${type})`, async () => {
      const [first] = await pair(background)
      const cut = cutAfter(/\/resume$/)
      const second = connect({ ...background, resume: { baseDelay: 0.05 }, fetch: cut.fetch })
      await second.openSession(first.getSnapshot().sessionId)
      const key = newKey()
      const sent = first.send(`Long [[take key=${key} n=30 hold=20]]`)
      await says(first, 'a5 ', 2)
      cut.left = at
      // Without its first frame, nobody can tell whether the run goes on.
      let followed = second.follow()
      if (at === 0) {
        assert.equal(await followed, 'interrupted')
        followed = second.follow()
      }
      await until(() => cut.struck || textOf(second).includes('a19'), 'the cut')
      await release(key)
      assert.deepEqual([await sent, await followed, cut.struck], ['completed', 'completed', true])
      assertSame(first, second)
    })

    test(`stopped by the second handler after ${at} frames, it is stopped in both and on the server (${type})`, async () => {
      const [first, second] = await pair(background)
      const sent = first.send(`Long [[take${type === 'team' ? 'member' : ''} key=${newKey()} n=400 ms=20]]`)
      await says(first, type === 'team' ? 'ask' : 'a2 ', 2)
      const read = second.getSnapshot().diagnostics.framesRead
      const followed = second.follow()
      await until(() => second.getSnapshot().isStreaming && second.getSnapshot().diagnostics.framesRead >= read + at, `${at} frames`)
      second.cancel()
      assert.deepEqual([await sent, await followed], ['cancelled', 'cancelled'])
      await atRest(first, component)
      const third = connect(background)
      await third.openSession(first.getSnapshot().sessionId)
      for (const handler of [first, second, third]) assert.deepEqual([await handler.follow(), handler.getSnapshot().turns.at(-1).outcome], ['nothing', 'cancelled'])
    })
  }

  for (const options of [background, foreground]) {
    const how = options.background ? 'background' : 'foreground'

    test(`a regeneration goes on in a second handler (${type}, ${how})`, async () => {
      const [first, second] = await pair(options, { follow: true })
      const [{ id }] = second.getSnapshot().turns
      const again = first.regenerate({ instructions: `Longer [[take key=${newKey()} n=60 ms=25]]` })
      // A team's cannot be followed: in the foreground its stream is not kept, in the background it says that it has ended.
      if (type === 'agent') {
        await says(second, 'a6 ')
        assert.deepEqual([second.getSnapshot().turns[0].id, second.getSnapshot().turns[0].versions, second.getSnapshot().isStreaming], [id, { index: 1, count: 2 }, true])
      }
      assert.equal(await again, 'completed')
      await until(() => textOf(second) === textOf(first) && !second.getSnapshot().isStreaming, 'the end')
      assert.deepEqual(wordsOf(second.getSnapshot().turns), wordsOf(first.getSnapshot().turns))
    })

    test(`a pause that is continued goes on in the other handler, and is answered once (${type}, ${how})`, async () => {
      const [first, second] = await pair(options)
      const key = newKey()
      assert.equal(await first.send(`Mail [[takeconfirm key=${key} n=60 hold=20]]`), 'paused')
      assert.equal(await second.follow(), 'paused')
      const { sessionId, pause } = first.getSnapshot()
      const continued = first.continueRun(pause.requirements.map((r) => lib.confirm(r)))
      await says(first, 'a5 ')
      const other = second.continueRun(second.getSnapshot().pause.requirements.map((r) => lib.reject(r)))
      await says(second, 'a6 ')
      assert.equal(second.getSnapshot().isStreaming, true)
      await release(key)
      assert.deepEqual([await continued, await other], ['completed', 'completed'])
      assert.equal(textOf(second), textOf(first))
      assert.deepEqual(second.getSnapshot().turns.at(-1).answer.tool_calls.map(({ status }) => status), ['completed'])
      await stored(first, component)
      assert.equal(await toolRuns(sessionId, type), 1)
    })

    test(`a pause that both answer at the same moment is answered once (${type}, ${how})`, async () => {
      const [first, second] = await pair(options)
      const key = newKey()
      assert.equal(await first.send(`Mail [[takeconfirm key=${key} n=30 ms=20]]`), 'paused')
      assert.equal(await second.follow(), 'paused')
      await fetch(`${agentos.url}/log/clear`, { method: 'POST' })
      const answer = (handler) => handler.continueRun(handler.getSnapshot().pause.requirements.map((r) => lib.confirm(r)))
      assert.deepEqual(await Promise.all([answer(first), answer(second)]), ['completed', 'completed'])
      assert.equal(textOf(second), textOf(first))
      assert.match(textOf(first), /^May I\? Answer 1 of \S+: a0 .* a29\.$/)
      const log = await agentos.get('/log')
      assert.equal(log.filter(({ saw }) => saw.some((line) => line.includes(key))).length, 1, 'the model was asked once')
      await stored(first, component)
      assert.equal(await toolRuns(first.getSnapshot().sessionId, type), 1)
    })

    test(`a pause that was answered elsewhere before is shown with its end (${type}, ${how})`, async () => {
      const [first, second] = await pair(options)
      assert.equal(await first.send(`Mail [[takeconfirm key=${newKey()}]]`), 'paused')
      assert.equal(await second.follow(), 'paused')
      const third = connect(options)
      await third.openSession(first.getSnapshot().sessionId)
      await first.continueRun(first.getSnapshot().pause.requirements.map((r) => lib.confirm(r)))
      await stored(first, component)
      assert.equal(await second.continueRun(second.getSnapshot().pause.requirements.map((r) => lib.confirm(r))), 'completed')
      assert.equal(await third.follow(), 'completed')
      for (const handler of [second, third]) assert.equal(textOf(handler), textOf(first))
      assert.equal((await agentos.runs(first.getSnapshot().sessionId, type)).filter(({ parent_run_id }) => !parent_run_id).length, 2)
    })
  }

  test(`with follow: true the other tab sees it at once, and what was stopped stays stopped (${type})`, async () => {
    const [first, second] = await pair(background, { follow: true })
    const sent = first.send(`Long [[take key=${newKey()} n=200 ms=25]]`)
    await says(second, 'a2 ', 2)
    first.cancel()
    assert.equal(await sent, 'cancelled')
    await until(() => !second.getSnapshot().isStreaming, 'the end')
    assert.equal(second.getSnapshot().turns.at(-1).outcome, 'cancelled')
    await stored(first, component)
    // A refresh.
    const third = connect({ ...background, follow: true })
    await third.openSession(first.getSnapshot().sessionId)
    for (const handler of [first, second, third]) {
      assert.equal(await handler.follow(), 'nothing')
      assert.deepEqual([handler.getSnapshot().isStreaming, handler.getSnapshot().turns.at(-1).outcome], [false, 'cancelled'])
    }
  })

  test(`a run that was stopped a moment ago is not followed again where it was stopped, and ends where it was not (${type})`, async () => {
    const [first] = await pair(background, { follow: true })
    const sent = first.send(`Long [[take key=${newKey()} n=200 ms=25]]`)
    await says(first, 'a2 ', 2)
    first.cancel()
    assert.equal(await first.follow(), 'nothing')
    assert.equal(await sent, 'cancelled')
    // A refresh while the server still stops it.
    const second = connect({ ...background, follow: true })
    await second.openSession(first.getSnapshot().sessionId)
    await until(() => second.getSnapshot().turns.at(-1).outcome === 'cancelled' && !second.getSnapshot().isStreaming, 'the end')
    assert.equal(first.getSnapshot().turns.at(-1).outcome, 'cancelled')
  })
}

test('two messages at once: each handler shows both in the end', async () => {
  const options = { agent: 'historian', background: true, follow: true }
  const first = connect(options)
  await first.send(`Hello [[take key=${newKey()}]]`)
  await stored(first, { agent: 'historian' })
  const second = connect(options)
  await second.openSession(first.getSnapshot().sessionId)
  const [one, two] = [first.send(`One [[take key=${newKey()} n=30 ms=20]]`), second.send(`Two [[take key=${newKey()} n=50 ms=20]]`)]
  assert.deepEqual([await one, await two], ['completed', 'completed'])
  for (const handler of [first, second]) {
    await until(() => handler.getSnapshot().turns.length === 3 && !handler.getSnapshot().isStreaming, 'both')
    assert.deepEqual(handler.getSnapshot().turns.map(({ outcome }) => outcome), ['completed', 'completed', 'completed'])
  }
})

test('nothing to follow, and what cannot be followed', async () => {
  const handler = connect({ agent: 'historian' })
  assert.equal(await handler.follow(), 'nothing')
  assert.equal(await handler.follow('nobody'), 'nothing')
  await assert.rejects(handler.follow(7), { name: 'TypeError', message: 'follow() takes the id of a session, not number 7' })
  await assert.rejects(handler.follow(''), { name: 'TypeError' })
  await assert.rejects(connect({ workflow: 'pipeline' }).follow(), { message: 'ai-stream-handler: follow(): AgentOS has no such route for workflows' })
  await assert.rejects(lib.createStreamHandler({ url: '/ask' }).follow(), { message: /it needs one of the options agent and team$/ })
  handler.dispose()
  assert.equal(await handler.follow(), 'nothing')
})
