// Sessions as the real AgentOS stores them: listed, opened, continued. Opening one shows what streaming it showed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../package/support.mjs'
import { connected, pictureOf } from './support.mjs'

const { agentos, lib, connect, stored } = connected({ retry: { baseDelay: 0.05 } })

const SCENARIOS = {
  plain: [{ agent: 'assistant' }, ['Say something. [[plain n=8]]']],
  'two turns': [{ agent: 'assistant' }, ['First. [[plain]]', 'Second. [[tool]]']],
  tools: [{ agent: 'assistant' }, ['Search for both. [[tools]]']],
  nested: [{ team: 'cirkelline' }, ['Research this. [[nested]]']],
  workflow: [{ workflow: 'pipeline' }, ['hello']],
  failed: [{ team: 'cirkelline', retry: false }, ['Again. [[limit key=stored times=99]]']],
  paused: [{ agent: 'assistant' }, ['Mail Ann. [[confirm]]']],
}

for (const [name, [options, messages]] of Object.entries(SCENARIOS)) {
  test(`opening a session shows what streaming it showed: ${name}`, async () => {
    const streamed = connect(options)
    for (const message of messages) await streamed.send(message)
    await stored(streamed, options)
    const { sessionId } = streamed.getSnapshot()
    const opened = connect(options)
    assert.equal(await opened.openSession(sessionId), true)
    const snapshot = opened.getSnapshot()
    assert.deepEqual(pictureOf(snapshot), pictureOf(streamed.getSnapshot()))
    assert.deepEqual([snapshot.sessionId, snapshot.error, snapshot.isStreaming], [sessionId, null, false])
    assert.equal(snapshot.status, name === 'paused' ? 'paused' : 'idle')
    // What happened long ago is not counted as if it had happened now.
    assert.deepEqual([snapshot.monitor.answers, snapshot.monitor.retries, snapshot.quota, snapshot.diagnostics.framesRead], [0, 0, [], 0])
    const times = (turns) => turns.map(({ answer, timeline }) => [answer.created_at, ...timeline.map(({ timestamp }) => timestamp)])
    for (const [at, when] of times(snapshot.turns).flat().entries()) assert.ok(Math.abs(when - Date.now() / 1000) < 600, `${at}: ${when}`)
  })
}

test('parallel members are all there, whatever their order', async () => {
  const options = { team: 'cirkelline' }
  const streamed = connect(options)
  await streamed.send('Ask both. [[parallel]]')
  await stored(streamed, options)
  const opened = connect(options)
  await opened.openSession(streamed.getSnapshot().sessionId)
  assert.deepEqual(pictureOf(opened.getSnapshot(), { ordered: false }), pictureOf(streamed.getSnapshot(), { ordered: false }))
})

test('attempts that ended in an error are the attempts of one turn', async () => {
  const options = { team: 'cirkelline' }
  const streamed = connect(options)
  assert.equal(await streamed.send('Again. [[limit key=attempts times=2]]'), 'completed')
  await stored(streamed, options)
  const opened = connect(options)
  await opened.openSession(streamed.getSnapshot().sessionId)
  const { turns } = opened.getSnapshot()
  assert.deepEqual([turns.length, turns[0].attempts, turns[0].outcome], [1, 3, 'completed'])
  assert.equal(turns[0].answer.content, streamed.getSnapshot().turns[0].answer.content)
  assert.equal(turns[0].timeline.filter(({ details }) => details.voided).length, streamed.getSnapshot().turns[0].timeline.filter(({ details, eventType }) => details.voided && eventType !== 'retry').length)
})

test('a question that is still open is asked again, and its answer goes on', async () => {
  const options = { agent: 'assistant' }
  const streamed = connect(options)
  await streamed.send('Mail Ann. [[confirm]]')
  await stored(streamed, options)
  const opened = connect(options)
  await opened.openSession(streamed.getSnapshot().sessionId)
  const { pause } = opened.getSnapshot()
  assert.equal(pause.requirements[0].toolName, 'send_mail')
  assert.equal(await opened.continueRun(pause.requirements.map((r) => lib.confirm(r))), 'completed')
  assert.equal(opened.getSnapshot().turns[0].answer.content, 'Let me see. Here it is: tok0 tok1 tok2 tok3 tok4 tok5 ')
})

test('the conversation goes on in the session that was opened', async () => {
  const options = { agent: 'assistant' }
  const streamed = connect(options)
  await streamed.send('First. [[plain]]')
  await stored(streamed, options)
  const { sessionId } = streamed.getSnapshot()
  const opened = connect(options)
  await opened.openSession(sessionId)
  assert.equal(await opened.send('Second. [[plain n=2]]'), 'completed')
  assert.deepEqual([opened.getSnapshot().turns.length, opened.getSnapshot().sessionId], [2, sessionId])
  await until(async () => (await agentos.runs(sessionId, 'agent')).length === 2)
})

test('the list: newest first, the server’s names, what this page knows of them', async () => {
  const options = { team: 'research-team', fields: { user_id: 'ann' } }
  const mine = connect(options)
  await mine.send('Look into this.')
  await stored(mine, options)
  const here = mine.getSnapshot().sessionId
  assert.equal(mine.getSnapshot().sessions[0].session_name, 'Look into this.', 'optimistic, under the user’s words')
  const renamed = await fetch(`${agentos.url}/sessions/${here}/rename?type=team`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"session_name":"My research"}' })
  assert.equal(renamed.status, 200)
  const sessions = await mine.loadSessions()
  assert.deepEqual(sessions, mine.getSnapshot().sessions)
  assert.deepEqual(sessions.map(({ session_id, session_name, lastOutcome }) => [session_id, session_name, lastOutcome]), [[here, 'My research', 'completed']])
  assert.ok(Math.abs(sessions[0].created_at - Date.now() / 1000) < 600, 'seconds')
  const other = connect({ ...options, fields: { user_id: 'bob' } })
  assert.deepEqual(await other.loadSessions(), [])
  const newer = connect(options)
  await newer.send('Something else.')
  await stored(newer, options)
  assert.deepEqual((await connect(options).loadSessions()).length, 2)
  assert.equal((await connect(options).loadSessions({ limit: 1 })).length, 1)
})

test('errors are said, and change nothing', async () => {
  const handler = connect({ agent: 'assistant' })
  await handler.send('Hello. [[plain]]')
  const before = handler.getSnapshot()
  await assert.rejects(handler.openSession('no such session'), { name: 'RequestError', httpStatus: 404 })
  assert.equal(handler.getSnapshot(), before)
  const nowhere = connect({ endpoint: 'http://127.0.0.1:9', agent: 'assistant' })
  await assert.rejects(nowhere.loadSessions(), { name: 'RequestError', message: 'The server could not be reached.', httpStatus: undefined })
  const away = connect({ fetch: async () => new Response('<html>', { status: 200 }), agent: 'assistant' })
  await assert.rejects(away.loadSessions(), /no JSON/)
  const strange = connect({ fetch: async () => Response.json({ data: [null, 7, {}, { session_id: 's', session_name: null, created_at: 'yesterday' }] }), agent: 'assistant' })
  assert.deepEqual(await strange.loadSessions(), [{ session_id: 's', session_name: 'New chat', created_at: 0 }])
})

test('a session that is opened while a message goes out does not replace it', async () => {
  const options = { agent: 'assistant' }
  const streamed = connect(options)
  await streamed.send('First. [[plain]]')
  await stored(streamed, options)
  const handler = connect(options)
  const opening = handler.openSession(streamed.getSnapshot().sessionId)
  const outcome = handler.send('Hello. [[plain n=2]]')
  assert.equal(await opening, false)
  assert.equal(await outcome, 'completed')
  assert.equal(handler.getSnapshot().turns.length, 1)
})
