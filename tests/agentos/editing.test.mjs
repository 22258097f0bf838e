// Edited messages, against the real AgentOS. The judge is what its model was sent afterwards: what stood before the edited message,
// the edited one, and nothing of what came after. AGAIN=all stops at every frame; otherwise at a few.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../package/support.mjs'
import { connected } from './support.mjs'

const { agentos, connect } = connected()

let keys = 0
/** A key of its own for the counted answers of a test. */
const newKey = () => `e${++keys}`

const WORLDS = []
for (const [who, component] of [['historian', { agent: 'historian' }], ['panel', { team: 'panel' }]]) {
  for (const background of [false, true]) WORLDS.push([`${Object.keys(component)[0]}, ${background ? 'background' : 'foreground'}`, { ...component, background, retry: false }, who])
}

const typeOf = ({ team }) => (team ? 'team' : 'agent')
const asked = (handler) => handler.getSnapshot().turns.map(({ user, answer }) => [user.content, answer.content])
const versionsOf = (handler) => handler.getSnapshot().turns.map(({ versions }) => `${versions.index + 1}/${versions.count}`)
const runsOf = (handler, options) => agentos.runs(handler.getSnapshot().sessionId, typeOf(options)).catch(() => [])

/** Waits until AgentOS has stored all runs of the session. */
const stored = (handler, options) => until(async () => {
  const runs = await runsOf(handler, options)
  const { runId } = handler.getSnapshot()
  return (!runId || runs.some(({ run_id }) => run_id === runId)) && !runs.some(({ status }) => /RUNNING|PENDING/.test(status))
}, 'the stored runs')

const said = (number, who, letter = ' abcdefg'[number]) => `Answer ${number} of ${who}: ${[0, 1, 2, 3, 4, 5].map((n) => letter + n).join(' ')}.`

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
  await fetch(`${agentos.url}/log/clear`, { method: 'POST' })
  assert.equal(await handler.send('And now? [[plain]]'), 'completed')
  const log = await agentos.get('/log')
  return log.filter((entry) => entry.who === who).at(-1).saw.slice(0, -1)
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
  test(`a message in the middle: the model forgets what came after, and the old conversation stays a version (${name})`, async () => {
    const handler = connect(options)
    const key = newKey()
    await ask(handler, options, ...[1, 2, 3].map((n) => `Question ${n} [[take key=${key}]]`))
    const before = asked(handler)
    await fetch(`${agentos.url}/log/clear`, { method: 'POST' })
    const { id } = handler.getSnapshot().turns[1]
    assert.equal(await handler.edit(handler.getSnapshot().turns[1], `Better ${key}`), 'completed')
    const log = (await agentos.get('/log')).filter((entry) => entry.who === who)
    assert.deepEqual(log.at(-1).saw, [`user: Question 1 [[take key=${key}]]`, `assistant: ${said(1, who)}`, `user: Better ${key}`])
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
