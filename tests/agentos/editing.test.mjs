// Edited messages, against the real AgentOS. The judge is what its model was sent afterwards: what stood before the edited message,
// the edited one, and nothing of what came after. AGAIN=all stops it, and cuts its connection, at every frame; otherwise at a few.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../package/support.mjs'
import { connected, cutAfter, frames, keys, typeOf, WORLDS } from './support.mjs'

const { agentos, connect, nextCall, atRest } = connected()

const newKey = keys('e')
const asked = (handler) => handler.getSnapshot().turns.map(({ user, answer }) => [user.content, answer.content])
const versionsOf = (handler) => handler.getSnapshot().turns.map(({ versions }) => `${versions.index + 1}/${versions.count}`)
const runsOf = (handler, options) => agentos.runs(handler.getSnapshot().sessionId, typeOf(options)).catch(() => [])

/** Whether AgentOS has an answer that came of asking for this run again. */
const hasSuccessor = async (handler, options, id) => (await runsOf(handler, options)).some((run) => run.regenerated_from === id)

/** Waits until AgentOS has stored all runs of the session. */
const stored = (handler, options) => until(async () => {
  const runs = await runsOf(handler, options)
  const { runId } = handler.getSnapshot()
  return (!runId || runs.some(({ run_id }) => run_id === runId)) && !runs.some(({ status }) => /RUNNING|PENDING/.test(status))
}, 'the stored runs')

const said = (number, who, letter = ' abcdefg'[number]) => `Answer ${number} of ${who}: ${[0, 1, 2, 3, 4, 5].map((n) => letter + n).join(' ')}.`

/** A question whose answer, asked for again, would go on for many seconds: however late it is stopped, it is not completed. */
const hideable = (number, key) => `Question ${number} [[take key=${key}${'xyz'[number - 1]} then=300 ms=20]]`

/** Sends messages, one after the other. */
async function ask(handler, options, ...messages) {
  for (const message of messages) {
    assert.equal(await handler.send(message), 'completed')
    await stored(handler, options)
  }
}

/** What the model of `who` is sent with the next message, without that message itself. */
async function whatModelSees(handler, options, who) {
  await stored(handler, options)
  return nextCall(handler, who)
}

/** All that can be shown: for each version of each turn with several, the conversation. */
function branches(handler) {
  const shown = [asked(handler), versionsOf(handler)]
  for (const { id, versions } of handler.getSnapshot().turns) {
    for (let at = 0; versions.count > 1 && at < versions.count; at++) {
      assert.equal(handler.showVersion(id, at), true)
      shown.push([id, at, asked(handler), versionsOf(handler)])
    }
    handler.showVersion(id, versions.index)
  }
  return shown
}

/** Opens the session in a second handler: it shows the same conversation, in all its versions. */
async function assertReopens(handler, options) {
  await stored(handler, options)
  const opened = connect(options)
  assert.equal(await opened.openSession(handler.getSnapshot().sessionId), true)
  assert.deepEqual(branches(opened), branches(handler))
}

for (const [name, options, who] of WORLDS) {
  test(`two handlers edit the same message at once: it comes out as one of the two (${name})`, async () => {
    const key = newKey()
    const first = connect(options), second = connect(options)
    await ask(first, options, `Before [[take key=${key}]]`, `Wrong [[take key=${key}]]`)
    await second.openSession(first.getSnapshot().sessionId)
    const edits = [first, second].map((handler, at) => handler.edit(handler.getSnapshot().turns[1], `Edit ${at} [[take key=${key}]]`))
    const outcomes = await Promise.allSettled(edits)
    assert.deepEqual(outcomes.map(({ value, reason }) => value ?? /perhaps in another tab/.test(reason.message)).sort(), ['completed', true].sort())
    const winner = outcomes[0].value ? 0 : 1
    const [won, lost] = winner ? [second, first] : [first, second]
    assert.deepEqual(await whatModelSees(won, options, who), [
      `user: Before [[take key=${key}]]`, `assistant: ${said(1, who)}`, `user: Edit ${winner} [[take key=${key}]]`, `assistant: ${asked(won)[1][1]}`,
    ])
    // The other one goes on, and its edit takes the place of the first.
    await stored(won, options)
    await lost.openSession(won.getSnapshot().sessionId)
    assert.equal(await lost.edit(lost.getSnapshot().turns[1], `Edit again [[take key=${key}]]`), 'completed')
    assert.deepEqual(versionsOf(lost).slice(0, 2), ['1/1', '3/3'])
    assert.deepEqual((await whatModelSees(lost, options, who)).filter((line) => line.startsWith('user: ')), [`user: Before [[take key=${key}]]`, `user: Edit again [[take key=${key}]]`])
  })

  test(`a message in the middle: the model forgets what came after, and the old conversation stays a version (${name})`, async () => {
    const handler = connect(options)
    const key = newKey()
    await ask(handler, options, ...[1, 2, 3].map((n) => hideable(n, key)))
    const before = asked(handler)
    await fetch(`${agentos.url}/log/clear`, { method: 'POST' })
    const { id } = handler.getSnapshot().turns[1]
    assert.equal(await handler.edit(handler.getSnapshot().turns[1], `Better ${key}`), 'completed')
    const log = (await agentos.get('/log')).filter((entry) => entry.who === who)
    assert.deepEqual(log.at(-1).saw, [`user: ${hideable(1, key)}`, `assistant: ${said(1, who)}`, `user: Better ${key}`])
    assert.equal(log.length, 3, 'one begun call of the model for each hidden answer')
    assert.deepEqual([asked(handler).map(([question]) => question), versionsOf(handler)], [[before[0][0], `Better ${key}`], ['1/1', '2/2']])
    assert.equal(handler.getSnapshot().turns[1].id, id)
    assert.equal(handler.getSnapshot().turns[1].timeline.filter(({ eventType }) => eventType === 'edit').length, 2)
    assert.equal(handler.showVersion(id, 0), true)
    assert.deepEqual([asked(handler), versionsOf(handler)], [before, ['1/1', '1/2', '1/1']])
    handler.showVersion(id, 1)
    const saw = await whatModelSees(handler, options, who)
    assert.deepEqual(saw, asked(handler).slice(0, 2).flatMap(([question, answer]) => [`user: ${question}`, `assistant: ${answer}`]))
    await assertReopens(handler, options)
    await until(async () => (await runsOf(handler, options)).filter(({ status, parent_run_id }) => status === 'COMPLETED' && !parent_run_id).length === 3, 'what the model sees')
  })

  test(`edited again and again, also in the version that came of an edit (${name})`, async () => {
    const handler = connect(options)
    const key = newKey()
    await ask(handler, options, `One [[take key=${key}]]`, `Two [[take key=${key}]]`)
    const turn = (at) => handler.getSnapshot().turns[at]
    assert.equal(await handler.edit(turn(1), `Two, better [[take key=${key}]]`), 'completed')
    await ask(handler, options, `Three [[take key=${key}]]`)
    assert.equal(await handler.edit(turn(1).id, `Two, best [[take key=${key}]]`), 'completed')
    await ask(handler, options, `Four [[take key=${key}]]`)
    assert.equal(await handler.edit(turn(0), `Anew [[take key=${key}]]`), 'completed')
    await assertReopens(handler, options)
    handler.showVersion(turn(0), 0)
    assert.deepEqual(versionsOf(handler), ['1/2', '3/3', '1/1'])
    handler.showVersion(turn(1), 1)
    assert.deepEqual(asked(handler).map(([question]) => question.split(' [')[0]), ['One', 'Two, better', 'Three'])
    await assert.rejects(handler.edit(turn(2), 'No'), { message: /belongs to an earlier version of the conversation, which the model no longer sees$/ })
    const saw = await whatModelSees(handler, options, who)
    assert.deepEqual([saw.length, saw[0]], [2, `user: Anew [[take key=${key}]]`])
    assert.deepEqual(versionsOf(handler), ['2/2', '1/1'], 'a new message shows what the model sees')
  })

  if (who === 'panel') test(`a message that members worked on: they work on the edited one (${name})`, async () => {
    const handler = connect(options)
    const key = newKey()
    await ask(handler, options, `Write [[takemember key=${key}]]`, `Next [[take key=${key}]]`)
    assert.equal(await handler.edit('t0', `Write better [[takemember key=${key}]]`), 'completed')
    const [turn, ...later] = handler.getSnapshot().turns
    // The calls begun to hide the answers count, too.
    assert.match(turn.answer.content, /^I ask\. Answer \d of panel: \w0 .* \w5\.$/)
    assert.deepEqual([later.length, turn.versions], [0, { index: 1, count: 2 }])
    const members = (handler) => handler.getSnapshot().turns[0].work.filter(({ role }) => role === 'agent').map(({ content }) => content)
    assert.deepEqual(members(handler), [said(2, 'panel-writer')])
    await assertReopens(handler, options)
    const opened = connect(options)
    await opened.openSession(handler.getSnapshot().sessionId)
    assert.deepEqual(members(opened), members(handler))
    opened.showVersion(opened.getSnapshot().turns[0], 0)
    assert.deepEqual(members(opened), [said(1, 'panel-writer')])
    const saw = await whatModelSees(handler, options, who)
    assert.deepEqual(saw.filter((line) => line.startsWith('user: ')), [`user: Write better [[takemember key=${key}]]`])
  })

  for (const [how, directive] of [['failed', 'take fail=1 mid=1'], ['is paused', 'takeconfirm']]) {
    test(`an answer that ${how}: the message is replaced in its run (${name})`, async () => {
      const handler = connect(options)
      const key = newKey()
      await ask(handler, options, `Before [[take key=${key}x]]`)
      await handler.send(`Try [[${directive} key=${key}]]`)
      await stored(handler, options)
      const { runId, id, outcome } = handler.getSnapshot().turns[1]
      assert.equal(outcome, how === 'failed' ? 'failed' : 'paused')
      assert.equal(await handler.edit(id, `Try this [[take key=${key}y]]`), 'completed')
      const turn = handler.getSnapshot().turns[1]
      assert.deepEqual([turn.runId, turn.user.content, turn.answer.content, turn.error, turn.pause, versionsOf(handler)], [runId, `Try this [[take key=${key}y]]`, said(1, who), null, null, ['1/1', '2/2']])
      const saw = await whatModelSees(handler, options, who)
      assert.deepEqual(saw, [`user: Before [[take key=${key}x]]`, `assistant: ${said(1, who)}`, `user: Try this [[take key=${key}y]]`, `assistant: ${said(1, who)}`])
      const opened = connect(options)
      await opened.openSession(handler.getSnapshot().sessionId)
      assert.deepEqual([asked(opened), versionsOf(opened)], [asked(handler), versionsOf(handler)])
      opened.showVersion(opened.getSnapshot().turns[1], 0)
      assert.deepEqual([opened.getSnapshot().turns[1].user.content, opened.getSnapshot().turns[1].outcome], [`Try [[${directive} key=${key}]]`, outcome])
    })
  }

  test(`an answer that was stopped, and one that failed in the middle (${name})`, async () => {
    const handler = connect(options)
    const key = newKey()
    const sent = handler.send(`Long [[take key=${key} n=60 ms=20]]`)
    await until(() => handler.getSnapshot().turns[0]?.answer.content.length > 10, 'the first words')
    handler.cancel()
    assert.equal(await sent, 'cancelled')
    assert.equal(await handler.edit(handler.getSnapshot().turns[0], `Short [[take key=${key} fail=2]]`), 'failed')
    await stored(handler, options)
    await ask(handler, options, `Next [[take key=${key}]]`)
    assert.equal(await handler.edit(handler.getSnapshot().turns[0], `Shorter [[take key=${key}]]`), 'completed')
    assert.deepEqual(versionsOf(handler), ['3/3'])
    // Of what was stopped, AgentOS may have stored another word.
    const [shown] = branches(handler)
    const opened = connect(options)
    await opened.openSession(handler.getSnapshot().sessionId)
    assert.deepEqual([branches(opened)[0], versionsOf(opened)], [shown, ['3/3']])
    const saw = await whatModelSees(handler, options, who)
    assert.deepEqual(saw, [`user: Shorter [[take key=${key}]]`, `assistant: ${asked(handler)[0][1]}`])
  })
}

/** The conversation that the model sees is a beginning of this one, as the notices say. */
async function assertHonest(handler, options, who, before) {
  const { turns } = handler.getSnapshot()
  const first = (words) => turns.findIndex(({ notice }) => words.test(notice ?? ''))
  const [forgotten, unsure] = [first(/^The model no longer sees this answer/), first(/^The model may no longer see this answer/)]
  const upTo = (at) => (at < 0 ? before : before.slice(0, at)).flatMap(([question, answer]) => [`user: ${question}`, `assistant: ${answer}`])
  const saw = await whatModelSees(handler, options, who)
  if (unsure < 0 || saw.length !== upTo(unsure).length) assert.deepEqual(saw, upTo(forgotten), `${forgotten} ${unsure}`)
}

/** The last answer is asked for again after an edit that broke off: the model sees it, and what else no notice says to be forgotten. */
async function assertAskedAgain(handler, options, who) {
  assert.equal(await handler.regenerate(), 'completed')
  const { turns } = handler.getSnapshot()
  const noticed = (words) => turns.flatMap(({ notice }, at) => (words.test(notice ?? '') ? [at] : []))
  const [forgotten, unsure] = [noticed(/^The model no longer sees this answer/), noticed(/^The model may no longer see this answer/)]
  const shown = asked(handler)
  const without = (hidden) => pairs(shown.filter((_, at) => !hidden.includes(at)))
  const saw = await whatModelSees(handler, options, who)
  if (saw.length !== without([...forgotten, ...unsure]).length) assert.deepEqual(saw, without(forgotten))
  else assert.deepEqual(saw, without([...forgotten, ...unsure]))
}

/** What the model has to see next, if no answer that is shown has a notice: the turns, with the last version of each. */
const pairs = (turns) => turns.flatMap(([question, answer]) => [`user: ${question}`, `assistant: ${answer}`])

/** A session of three turns, in which the second one is about to be edited. */
async function threeTurns(handler, options) {
  const key = newKey()
  await ask(handler, options, ...[1, 2, 3].map((n) => `Question ${n} [[take key=${key} n=8 ms=20]]`))
  return { key, before: asked(handler) }
}

/** The message was edited, and the model sees what came before it and nothing else; so does a page that opens the session. */
async function assertEdited(handler, options, who, [first], question) {
  const turns = asked(handler)
  assert.deepEqual([turns.length, turns[0], turns[1][0]], [2, first, question])
  assert.deepEqual(await whatModelSees(handler, options, who), pairs(turns))
  await stored(handler, options)
  const opened = connect(options)
  await opened.openSession(handler.getSnapshot().sessionId)
  assert.deepEqual(asked(opened), asked(handler))
}

for (const [name, options, who] of WORLDS) {
  for (const at of frames(30, [0, 1, 4])) {
    test(`stopped after ${at} frames: the conversation as it was, its text returned, and edited again it comes out right (${name})`, async () => {
      const handler = connect(options)
      const { key, before } = await threeTurns(handler, options)
      const read = handler.getSnapshot().diagnostics.framesRead
      let isOver = false
      const edited = handler.edit('t1', `Better [[take key=${key}]]`).finally(() => (isOver = true))
      await until(() => isOver || (handler.getSnapshot().isStreaming && handler.getSnapshot().diagnostics.framesRead >= read + at), `${at} frames`)
      handler.cancel()
      const outcome = await edited
      await atRest(handler, options)
      if (outcome === 'completed') return assertEdited(handler, options, who, before, `Better [[take key=${key}]]`)
      assert.equal(outcome, 'cancelled')
      const [, turn] = handler.getSnapshot().turns
      if (turn.user.content === before[1][0]) {
        assert.deepEqual([asked(handler), turn.unsent], [before, `Better [[take key=${key}]]`])
        if (at % 2) await assertHonest(handler, options, who, before)
      }
      assert.equal(await handler.edit('t1', `Best [[take key=${key}]]`), 'completed')
      await assertEdited(handler, options, who, before, `Best [[take key=${key}]]`)
    })
  }

  for (const at of frames(30, [0, 3, 9])) {
    test(`its connection breaks after ${at} frames: taken up, or said honestly with its text returned, and what follows comes out right (${name})`, async () => {
      const cut = cutAfter()
      const handler = connect({ ...options, resume: { baseDelay: 0.05 }, fetch: cut.fetch })
      const { key, before } = await threeTurns(handler, options)
      cut.left = at
      const outcome = await handler.edit('t1', `Better [[take key=${key}]]`)
      cut.left = Infinity
      await atRest(handler, options)
      const { turns, error } = handler.getSnapshot()
      if (outcome === 'completed') return assertEdited(handler, options, who, before, `Better [[take key=${key}]]`)
      assert.deepEqual([outcome, cut.struck], ['interrupted', true])
      assert.ok(error?.message)
      const wasSent = turns[1].user.content === `Better [[take key=${key}]]`
      if (!wasSent) assert.deepEqual([asked(handler), turns[1].unsent], [before, `Better [[take key=${key}]]`])
      if (at % 3 === 2) return assertAskedAgain(handler, options, who)
      if (!wasSent && at % 3) await assertHonest(handler, options, who, before)
      assert.equal(await handler.edit('t1', `Best [[take key=${key}]]`), 'completed')
      await assertEdited(handler, options, who, before, `Best [[take key=${key}]]`)
    })
  }

  test(`each of its requests refused, unanswered, or cut off: said honestly, and nothing is lost (${name})`, async () => {
    for (const number of [1, 2, 3]) {
      for (const how of ['refused', 'unreachable', 'cut']) {
        let left = Infinity
        const handler = connect({ ...options, resume: false, fetch: async (request) => {
          if (request.method !== 'POST' || request.url.endsWith('/cancel') || --left) return fetch(request)
          if (how === 'refused') return new Response('{"detail":"No."}', { status: 503 })
          if (how === 'unreachable') throw new TypeError('no network')
          const { body, headers } = await fetch(request)
          const reader = body.getReader()
          const cut = new ReadableStream({ async start(controller) {
            controller.enqueue((await reader.read()).value)
            await reader.cancel()
            controller.error(new Error('cut'))
          } })
          return new Response(cut, { headers })
        } })
        const key = newKey()
        await ask(handler, options, ...[1, 2].map((n) => hideable(n, key)))
        const before = asked(handler)
        left = number
        const outcome = await handler.edit('t0', `Better [[take key=${key} n=8 ms=10]]`)
        assert.equal(outcome, number === 3 && how === 'cut' ? 'interrupted' : number < 3 && how === 'cut' ? 'interrupted' : 'failed', `${number} ${how}`)
        await atRest(handler, options)
        const [turn] = handler.getSnapshot().turns
        if (number < 3) assert.deepEqual([asked(handler), turn.unsent], [before, `Better [[take key=${key} n=8 ms=10]]`], `${number} ${how}`)
        else assert.deepEqual([turn.user.content, turn.versions, handler.getSnapshot().turns.length], [`Better [[take key=${key} n=8 ms=10]]`, { index: 1, count: 2 }, 1])
        assert.ok(handler.getSnapshot().error?.message || turn.notice)
        assert.equal(await handler.edit('t0', `Best [[take key=${key}]]`), 'completed', `${number} ${how}`)
        const saw = await whatModelSees(handler, options, who)
        assert.deepEqual(saw, [`user: Best [[take key=${key}]]`, `assistant: ${asked(handler)[0][1]}`], `${number} ${how}`)
      }
    }
  })

  test(`turns of another tab behind the message are hidden too, and a reload in the middle loses no answer (${name})`, async () => {
    const handler = connect(options)
    const key = newKey()
    await ask(handler, options, ...[1, 2].map((n) => hideable(n, key)))
    const other = connect(options)
    await other.openSession(handler.getSnapshot().sessionId)
    await ask(other, options, hideable(3, key))
    // The page is gone after the first answer is hidden.
    const gone = connect(options)
    await gone.openSession(handler.getSnapshot().sessionId)
    const left = gone.edit(gone.getSnapshot().turns[1], `Never ${key}`)
    await until(() => gone.getSnapshot().turns[1].timeline.length === 2 || !gone.getSnapshot().isStreaming && gone.getSnapshot().turns.length === 2, 'the second request')
    gone.dispose()
    assert.equal(await left, 'cancelled')
    await atRest(handler, options)
    const reloaded = connect(options)
    await reloaded.openSession(handler.getSnapshot().sessionId)
    assert.deepEqual(asked(reloaded), asked(other))
    // Unless AgentOS has forgotten the answer whose connection was dropped.
    if (await hasSuccessor(handler, options, reloaded.getSnapshot().turns[2].runId)) assert.match(reloaded.getSnapshot().turns[2].notice, /^The new answer was stopped\./)
    assert.equal(await handler.edit('t1', `Better [[take key=${key}]]`), 'completed')
    const saw = await whatModelSees(handler, options, who)
    assert.deepEqual(saw, asked(handler).slice(0, 2).flatMap(([question, answer]) => [`user: ${question}`, `assistant: ${answer}`]))
    const opened = connect(options)
    await stored(handler, options)
    await opened.openSession(handler.getSnapshot().sessionId)
    // A team may have completed the answer whose connection was dropped: then that is a version, too.
    assert.deepEqual(asked(opened), asked(handler))
    opened.showVersion(opened.getSnapshot().turns[1], 0)
    assert.deepEqual(asked(opened), asked(other))
  })
}

test('while another tab is being answered in the background, it is refused and says so', async () => {
  const options = { agent: 'historian', background: true, retry: false }
  const handler = connect(options)
  await ask(handler, options, 'Hello [[plain]]')
  const other = connect(options)
  await other.openSession(handler.getSnapshot().sessionId)
  const sent = other.send('Long [[plain n=200 ms=50]]')
  await until(() => other.getSnapshot().turns[1]?.answer.content, 'the first words')
  const before = handler.getSnapshot()
  await assert.rejects(handler.edit('t0', 'Better'), { message: 'ai-stream-handler: edit(): an answer of this session is still running on the server; try again when it has ended' })
  assert.equal(handler.getSnapshot(), before)
  other.cancel()
  await sent
})
