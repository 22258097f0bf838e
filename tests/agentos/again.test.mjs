// Regenerated answers, against the real AgentOS. The judge is what its model was sent: the question once, the answer that counts, and
// nothing of those that do not. AGAIN=all cuts and cancels at every frame; otherwise at a few.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settle, until } from '../package/support.mjs'
import { connected, cutAfter, frames, keys, typeOf, WORLDS } from './support.mjs'

const { agentos, connect, nextCall, stored, atRest } = connected()

const newKey = keys('k')
const answers = (handler) => handler.getSnapshot().turns.map(({ answer }) => answer.content)
const versionsOf = (handler) => handler.getSnapshot().turns.map(({ versions }) => [versions.index, versions.count])

/** What the model of `who` is sent with the next message, without that message itself. */
async function whatModelSees(handler, options, who) {
  await stored(handler, options)
  return nextCall(handler, who)
}

/** Opens the session in a second handler: it shows the same texts and versions. */
async function assertReopens(handler, options) {
  await stored(handler, options)
  const opened = connect(options)
  assert.equal(await opened.openSession(handler.getSnapshot().sessionId), true)
  assert.deepEqual([answers(opened), versionsOf(opened)], [answers(handler), versionsOf(handler)])
  assert.deepEqual(opened.getSnapshot().turns.map(({ user }) => user.content), handler.getSnapshot().turns.map(({ user }) => user.content))
  const tools = (h) => h.getSnapshot().turns.map(({ answer, work }) => [answer.tool_calls?.length ?? 0, work.map(({ content }) => content)])
  assert.deepEqual(tools(opened), tools(handler))
}

/** The model goes on from the answer that is shown, and so does a page that opens the session. */
async function assertGoesOn(handler, options, who, question) {
  const saw = await whatModelSees(handler, options, who)
  assert.deepEqual(saw, [`user: ${question}`, `assistant: ${answers(handler)[0]}`])
  const opened = connect(options)
  await stored(handler, options)
  await opened.openSession(handler.getSnapshot().sessionId)
  assert.deepEqual(answers(opened), answers(handler))
}

for (const [name, options, who] of WORLDS) {
  test(`the last answer once more: the model goes on from the new one (${name})`, async () => {
    const handler = connect(options)
    const key = newKey()
    await handler.send(`Why? [[take key=${key}]]`)
    await stored(handler, options)
    assert.equal(await handler.regenerate(), 'completed')
    assert.deepEqual([answers(handler), versionsOf(handler)], [[`Answer 2 of ${who}: b0 b1 b2 b3 b4 b5.`], [[1, 2]]])
    const [{ id }] = handler.getSnapshot().turns
    assert.equal(handler.showVersion(id, 0), true)
    assert.deepEqual([answers(handler), handler.showVersion(id, 2)], [[`Answer 1 of ${who}: a0 a1 a2 a3 a4 a5.`], false])
    handler.showVersion(handler.getSnapshot().turns[0], 1)
    await assertReopens(handler, options)
    assert.deepEqual(await whatModelSees(handler, options, who), [`user: Why? [[take key=${key}]]`, `assistant: Answer 2 of ${who}: b0 b1 b2 b3 b4 b5.`])
  })

  test(`instructions reach the model, and the tool before the answer stays (${name})`, async () => {
    const handler = connect(options)
    const key = newKey()
    await handler.send(`Look [[taketool key=${key}]]`)
    await stored(handler, options)
    await fetch(`${agentos.url}/log/clear`, { method: 'POST' })
    // What the model reads last decides what it does: the directive is repeated.
    assert.equal(await handler.regenerate({ instructions: `Shorter [[take key=${key}]]` }), 'completed')
    const [{ saw }] = (await agentos.get('/log')).filter((entry) => entry.who === who)
    assert.deepEqual([saw.length, saw.at(-1)], [4, `user: Shorter [[take key=${key}]]`])
    const [turn] = handler.getSnapshot().turns
    assert.equal(turn.answer.content, `Let me look. Answer 2 of ${who}: b0 b1 b2 b3 b4 b5.`)
    assert.deepEqual(turn.answer.tool_calls.map(({ tool_name, status }) => [tool_name, status]), [['search', 'completed']])
    await assertReopens(handler, options)
  })

  test(`an answer that failed goes on in the same run (${name})`, async () => {
    const handler = connect(options)
    const key = newKey()
    assert.equal(await handler.send(`Try [[take key=${key} fail=1 mid=1]]`), 'failed')
    const { runId } = handler.getSnapshot().turns[0]
    await stored(handler, options)
    assert.equal(await handler.regenerate(), 'completed')
    const [turn] = handler.getSnapshot().turns
    assert.deepEqual([turn.runId, turn.answer.content, turn.error, turn.versions.count, turn.attempts], [runId, `Answer 2 of ${who}: b0 b1 b2 b3 b4 b5.`, null, 1, 2])
    await assertReopens(handler, options)
    assert.deepEqual(await whatModelSees(handler, options, who), [`user: Try [[take key=${key} fail=1 mid=1]]`, `assistant: Answer 2 of ${who}: b0 b1 b2 b3 b4 b5.`])
  })

  test(`a stopped answer is asked for again, and the model sees the question once (${name})`, async () => {
    const handler = connect(options)
    const key = newKey()
    const sent = handler.send(`Long [[take key=${key} n=60 ms=20]]`)
    await until(() => handler.getSnapshot().turns[0]?.answer.content.length > 10, 'the first words')
    handler.cancel()
    assert.equal(await sent, 'cancelled')
    assert.equal(await handler.regenerate(), 'completed')
    assert.equal(handler.getSnapshot().turns.length, 1)
    assert.match(answers(handler)[0], new RegExp(`^Answer 2 of ${who}: b0 .* b59\\.$`))
    const saw = await whatModelSees(handler, options, who)
    assert.deepEqual([saw.length, saw[0]], [2, `user: Long [[take key=${key} n=60 ms=20]]`])
  })

  for (const at of frames(20, [1, 5])) {
    test(`stopped after ${at} frames, the old answer is shown, and asked again it comes out right (${name})`, async () => {
      const handler = connect(options)
      const key = newKey()
      await handler.send(`Once [[take key=${key} n=12 ms=30]]`)
      await stored(handler, options)
      const before = handler.getSnapshot().diagnostics.framesRead
      let isOver = false
      const again = handler.regenerate().finally(() => (isOver = true))
      await until(() => isOver || handler.getSnapshot().diagnostics.framesRead >= before + at, `${at} frames`)
      handler.cancel()
      const outcome = await again
      await atRest(handler, options)
      if (outcome === 'completed') return assertGoesOn(handler, options, who, `Once [[take key=${key} n=12 ms=30]]`)
      assert.equal(outcome, 'cancelled')
      const [turn] = handler.getSnapshot().turns
      assert.match(turn.answer.content, new RegExp(`^Answer 1 of ${who}: `))
      if (at > 0) assert.equal(turn.notice, 'The new answer was stopped. This is the one before it.')
      assert.deepEqual([await handler.regenerate(), handler.getSnapshot().error?.message], ['completed', undefined])
      assert.match(answers(handler)[0], new RegExp(`^Answer [2-4] of ${who}: `))
      await assertGoesOn(handler, options, who, `Once [[take key=${key} n=12 ms=30]]`)
    })
  }

  for (const at of frames(20, [0, 2, 8])) {
    test(`its connection breaks after ${at} frames: taken up, or the old answer is shown, and asked again it comes out right (${name})`, async () => {
      const cut = cutAfter()
      // AgentOS may leave the stream of a run that it has stopped open, and silent.
      const handler = connect({ ...options, resume: { baseDelay: 0.05 }, stall: { background: 2 }, fetch: cut.fetch })
      const key = newKey()
      await handler.send(`Once [[take key=${key} n=12 ms=20]]`)
      await stored(handler, options)
      cut.left = at
      const outcome = await handler.regenerate()
      cut.left = Infinity
      await atRest(handler, options)
      if (outcome !== 'completed') {
        // AgentOS stops a foreground run whose connection breaks, and says so to an agent's page that takes it up.
        assert.ok(/^(interrupted|cancelled)$/.test(outcome) && cut.struck && !options.background, outcome)
        const { turns: [turn] } = handler.getSnapshot()
        assert.match(turn.answer.content, new RegExp(`^Answer 1 of ${who}: `))
        assert.match(turn.notice, /This is the one before it\.$/)
        assert.deepEqual([await handler.regenerate(), handler.getSnapshot().error?.message], ['completed', undefined])
      }
      assert.match(answers(handler)[0], new RegExp(`^Answer [23] of ${who}: .*11\\.$`))
      await assertGoesOn(handler, options, who, `Once [[take key=${key} n=12 ms=20]]`)
    })
  }
}

for (const [name, options, who] of WORLDS.filter(([, { background }]) => background)) for (const act of ['send', 'regenerate']) {
  test(`a stop that AgentOS hears of after the run's end costs no second call (${act}, ${name})`, async () => {
    let handler, isTold = false
    const runs = () => agentos.runs(handler.getSnapshot().sessionId, typeOf(options)).catch(() => [])
    const isOver = async () => (await runs()).filter(({ status, parent_run_id }) => status === 'COMPLETED' && !parent_run_id).length === 1
    let asked = []
    const late = async (request) => {
      if (!/\/cancel$/.test(request.url)) {
        if (/\/(continue|runs)$/.test(request.url)) asked.push(request.url.split('/').at(-1))
        return fetch(request)
      }
      await fetch(`${agentos.url}/release/${key}`, { method: 'POST' })
      await until(isOver, 'the end of the run')
      return fetch(request).finally(() => (isTold = true))
    }
    handler = connect({ ...options, fetch: late })
    const key = newKey()
    const question = act === 'send' ? `Late [[take key=${key} hold=5]]` : `Late [[take key=${newKey()}]]`
    const sent = handler.send(question)
    if (act === 'regenerate') {
      assert.equal(await sent, 'completed')
      await stored(handler, options)
    }
    const running = act === 'send' ? sent : handler.regenerate({ instructions: `Once more [[take key=${key} hold=5]]` })
    await until(() => handler.getSnapshot().isStreaming && answers(handler)[0].includes(act === 'send' ? 'a' : 'Answer 1'), 'the first words')
    handler.cancel()
    assert.equal(await running, 'cancelled')
    await until(() => isTold, 'AgentOS to hear of it')
    asked = []
    assert.deepEqual([await handler.regenerate(), handler.getSnapshot().error?.message], ['completed', undefined])
    // Of an agent, AgentOS has stored the run as stopped by now.
    assert.deepEqual(asked, ['continue', act === 'send' && options.agent ? 'runs' : 'continue'], 'the one that AgentOS refuses, and another')
    const [turn] = handler.getSnapshot().turns
    assert.deepEqual([handler.getSnapshot().turns.length, turn.notice, turn.outcome], [1, null, 'completed'])
    const saw = await whatModelSees(handler, options, who)
    // The instructions of a version stay in the model's history.
    assert.deepEqual([saw[0], ...saw.slice(1).filter((line) => !line.startsWith('user: Once more'))], [`user: ${question}`, `assistant: ${answers(handler)[0]}`])
    await stored(handler, options)
    assert.equal(await handler.regenerate({ turn: turn.id }), 'completed')
  })
}

for (const [name, options] of WORLDS) {
  test(`stopped before its first frame, an answer goes on nowhere (${name})`, async () => {
    for (const act of ['send', 'regenerate']) for (const ms of [0, 5, 20, 60]) {
      const handler = connect(options)
      // Both would go on for many seconds: what is not stopped is seen.
      await handler.send(`First. [[take key=${newKey()} then=300 ms=20]]`)
      await stored(handler, options)
      const { sessionId, runId } = handler.getSnapshot()
      const { framesRead } = handler.getSnapshot().diagnostics
      const outcome = act === 'send' ? handler.send(`Second. [[take key=${newKey()} n=300 ms=20]]`) : handler.regenerate()
      if (act === 'regenerate') await until(() => handler.getSnapshot().isStreaming)
      await new Promise((resolve) => setTimeout(resolve, ms))
      const isEarly = handler.getSnapshot().diagnostics.framesRead === framesRead
      handler.cancel()
      await outcome
      if (!isEarly) continue
      assert.equal(handler.getSnapshot().isStreaming, false)
      // A run in the background begins after its request was taken. A regeneration that is stopped as it begins is forgotten by AgentOS.
      let others = []
      const look = async () => (others = (await agentos.runs(sessionId, typeOf(options))).filter((run) => run.run_id !== runId && !run.parent_run_id))
      if (options.background && act === 'send') await until(async () => (await look()).length, `the run of ${act} stopped after ${ms} ms`)
      else await settle(300)
      await atRest(handler, options)
      await look()
      assert.deepEqual(others.filter(({ status }) => status !== 'CANCELLED').map(({ status }) => status), [])
      if (!options.background || act === 'regenerate') continue
      const opened = connect(options)
      await opened.openSession(sessionId)
      assert.deepEqual(opened.getSnapshot().turns.map(({ outcome }) => outcome), ['completed', 'cancelled'], 'after a refresh')
      assert.deepEqual(handler.getSnapshot().turns.map(({ runId }) => runId), opened.getSnapshot().turns.map(({ runId }) => runId))
    }
  })
}

test('a member has written already: it does not write again', async () => {
  for (const background of [false, true]) {
    const options = { team: 'panel', background, retry: false }
    const handler = connect(options)
    const key = newKey()
    await handler.send(`Write [[takemember key=${key}]]`)
    await stored(handler, options)
    assert.equal(await handler.regenerate(), 'completed')
    const [turn] = handler.getSnapshot().turns
    assert.equal(turn.answer.content, 'I ask. Answer 2 of panel: b0 b1 b2 b3 b4 b5.')
    assert.deepEqual(turn.work.map(({ role, content, agentName }) => [role, content, agentName]), [['delegation', `Write it [[take key=${key}]]`, undefined], ['agent', 'Answer 1 of panel-writer: a0 a1 a2 a3 a4 a5.', 'Writer']])
    await assertReopens(handler, options)
  }
})

for (const at of frames(16, [0, 6])) {
  test(`a connection lost after ${at} frames of a regeneration in the background is taken up`, async () => {
    const options = { agent: 'historian', background: true, retry: false, resume: { baseDelay: 0.1 } }
    const cut = cutAfter(/\/continue$/)
    const handler = connect({ ...options, fetch: cut.fetch })
    const key = newKey()
    await handler.send(`Long [[take key=${key} n=20 ms=20]]`)
    await stored(handler, options)
    cut.left = at
    assert.equal(await handler.regenerate(), 'completed')
    const [turn] = handler.getSnapshot().turns
    assert.match(turn.answer.content, /^Answer 2 of historian: b0 .* b19\.$/)
    assert.deepEqual([turn.versions, turn.timeline.some(({ eventType }) => eventType === 'resume')], [{ index: 1, count: 2 }, true])
    await assertReopens(handler, options)
  })
}

test('what cannot be asked again is refused with words, and nothing is lost', async () => {
  const workflow = connect({ workflow: 'pipeline' })
  await assert.rejects(workflow.regenerate(), { message: 'ai-stream-handler: regenerate(): AgentOS has no such route for workflows' })
  const handler = connect({ agent: 'historian' })
  await assert.rejects(handler.regenerate(), { message: 'ai-stream-handler: regenerate(): there is no turn yet' })
  const sent = handler.send('Hello [[plain n=20 ms=20]]')
  await assert.rejects(handler.regenerate(), { message: 'ai-stream-handler: regenerate(): an answer is running; wait for its end, or cancel() it first' })
  assert.equal(await sent, 'completed')
  await assert.rejects(handler.regenerate({ turn: 't99' }), { message: 'ai-stream-handler: regenerate(): there is no such turn in this conversation' })
  await assert.rejects(handler.regenerate({ turn: 7 }), { name: 'TypeError', message: 'regenerate() takes a turn or its id, not number 7' })
  await assert.rejects(handler.regenerate({ instructions: 7 }), { name: 'TypeError' })
  assert.throws(() => handler.showVersion(null, 0), { name: 'TypeError' })
  assert.equal(handler.getSnapshot().turns.length, 1)
})
