// Answers that AgentOS has forgotten. It hides an answer from the model as soon as that is asked for again, and stores the new one when it
// has ended. If AgentOS is shut down before, or loses the connection too early, the old answer is hidden and there is no new one. The judge
// is what its model was sent.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../package/support.mjs'
import { connected, keys, typeOf, WORLDS } from './support.mjs'

const { agentos, connect, nextCall, stored } = connected()

const newKey = keys('g')
const NOTICE = 'The model no longer sees this answer, and no new one is there yet. If none comes, ask for the answer again.'
const statusOf = async (handler, options) => (await agentos.runs(handler.getSnapshot().sessionId, typeOf(options))).filter(({ parent_run_id }) => !parent_run_id).map(({ status }) => status)

/** An answer that is being asked for again; the model waits for `release`. */
async function regenerating(options) {
  const handler = connect({ ...options, resume: false })
  const [question, key] = [`Why? [[take key=${newKey()}]]`, newKey()]
  assert.equal(await handler.send(question), 'completed')
  await stored(handler, options)
  const again = handler.regenerate({ instructions: `Longer [[take key=${key} n=12 hold=5]]` })
  let ended
  again.then((outcome) => (ended = outcome), (error) => (ended = error))
  await until(async () => {
    const { error, diagnostics } = handler.getSnapshot()
    assert.equal(ended, undefined, `the new answer has ended: ${JSON.stringify({ error, diagnostics })}`)
    return (await statusOf(handler, options)).includes('REGENERATED')
  }, 'the source to be hidden')
  return { question, again, sessionId: handler.getSnapshot().sessionId, release: () => fetch(`${agentos.url}/release/${key}`, { method: 'POST' }) }
}

async function opened(options, sessionId) {
  const handler = connect(options)
  assert.equal(await handler.openSession(sessionId), true)
  return handler
}

const shown = (handler) => handler.getSnapshot().turns.map(({ user, versions, versionInUse, notice, outcome }) => [user.content, versions, versionInUse, notice, outcome])

for (const [name, options, who] of WORLDS) {
  test(`an answer without a successor says that the model does not see it, and comes out right asked again or edited (${name})`, async () => {
    const sessions = await Promise.all([options, options, options].map(regenerating))
    await agentos.restart()
    await Promise.all(sessions.map(({ again }) => again))
    const [left, again, edited] = await Promise.all(sessions.map(async ({ sessionId, question }) => {
      const handler = await opened(options, sessionId)
      assert.deepEqual(await statusOf(handler, options), ['REGENERATED'])
      assert.deepEqual(shown(handler), [[question, { index: 0, count: 1 }, null, NOTICE, 'completed']])
      assert.match(handler.getSnapshot().turns[0].answer.content, new RegExp(`^Answer 1 of ${who}: `))
      return handler
    }))

    assert.deepEqual(await nextCall(left, who), [], 'the model does not see it')
    assert.equal(left.getSnapshot().turns[0].notice, NOTICE)

    assert.equal(await again.regenerate(), 'completed')
    assert.deepEqual(shown(again), [[sessions[1].question, { index: 1, count: 2 }, 1, null, 'completed']])
    const answer = again.getSnapshot().turns[0].answer.content
    await stored(again, options)
    assert.deepEqual(await nextCall(again, who), [`user: ${sessions[1].question}`, `assistant: ${answer}`])

    assert.equal(await edited.edit(edited.getSnapshot().turns[0], 'Edited. [[plain]]'), 'completed')
    assert.deepEqual(shown(edited), [['Edited. [[plain]]', { index: 1, count: 2 }, 1, null, 'completed']])
    await stored(edited, options)
    assert.deepEqual(await nextCall(edited, who), ['user: Edited. [[plain]]', 'assistant: Here it is: tok0 tok1 tok2 tok3 tok4 tok5 '])

    for (const handler of [left, again, edited]) {
      await stored(handler, options)
      assert.deepEqual(shown(await opened(options, handler.getSnapshot().sessionId)), shown(handler))
    }
  })

  test(`an answer that is being asked for again right now: what it says is true, and followed, it says nothing (${name})`, async () => {
    const { again, sessionId, question, release } = await regenerating(options)
    const handler = await opened(options, sessionId)
    assert.deepEqual(shown(handler), [[question, { index: 0, count: 1 }, null, NOTICE, 'completed']])
    // A team's stream says that it has ended.
    if (options.background && options.agent) {
      const followed = handler.follow()
      await until(() => handler.getSnapshot().isStreaming, 'the new answer')
      assert.deepEqual(shown(handler)[0].slice(1, 4), [{ index: 1, count: 2 }, null, null])
      await release()
      assert.equal(await followed, 'completed')
    }
    await release()
    assert.equal(await again, 'completed')
    await until(async () => (await statusOf(handler, options)).length === 2, 'the new answer to be stored')
    if (!(options.background && options.agent)) assert.equal(await handler.follow(), 'completed')
    assert.deepEqual(shown(handler), [[question, { index: 1, count: 2 }, 1, null, 'completed']])
  })
}
