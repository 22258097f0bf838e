// Answers again and sessions, against the server example: what AgentOS's routes do, with the package as the client.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { framesOf, until } from '../package/support.mjs'
import { connected } from './support.mjs'

const { server, connect, get, post } = connected({ team: 'cirkelline' })

const TEAM = '/teams/cirkelline/runs'
async function framesFrom(path, fields) {
  const answer = await post(path, fields)
  return { status: answer.status, frames: framesOf(new Uint8Array(await answer.arrayBuffer())) }
}
const runsOf = (session) => get(`/sessions/${session}/runs`)
const last = (handler) => handler.getSnapshot().turns.at(-1)

for (const background of [false, true]) {
  test(`regenerate, ${background ? 'in the background' : 'in the foreground'}: a new run, the old one hidden, both versions there after reopening`, async () => {
    const handler = connect({ background, sessionId: 's' })
    await handler.send('first')
    await handler.send('What did I ask you before?')
    assert.equal(await handler.regenerate(), 'completed')
    assert.deepEqual(last(handler).versions, { index: 1, count: 2 })
    assert.equal(last(handler).answer.content, 'Once more: You previously asked: “first”.')
    assert.equal(last(handler).answer.tool_calls.length, 1, 'the tool call is kept')
    handler.showVersion(last(handler), 0)
    assert.equal(last(handler).answer.content, 'You previously asked: “first”.')
    await until(async () => (await runsOf('s')).length === 3)
    const [first, source, again] = await runsOf('s')
    assert.deepEqual([first.status, source.status, again.status, again.regenerated_from], ['COMPLETED', 'REGENERATED', 'COMPLETED', source.run_id])
    const other = connect()
    await other.openSession('s')
    assert.deepEqual(other.getSnapshot().turns.map(({ versions }) => versions.count), [1, 2])
    await other.send('What did I ask you before?')
    assert.equal(last(other).answer.content, 'You previously asked: “What did I ask you before?”.', 'the model is shown the question once')
  })
}

test('regenerate with instructions; a tool call is not repeated', async () => {
  const { frames } = await framesFrom(TEAM, { message: 'again [[tool]]', session_id: 's' })
  const [{ data: { run_id } }] = frames
  await until(async () => (await runsOf('s')).length === 1)
  const { frames: again } = await framesFrom(`${TEAM}/${run_id}/continue`, { session_id: 's', regenerate: 'true', additional_instructions: 'Shorter' })
  assert.equal(again[0].name, 'TeamRunContinued')
  assert.notEqual(again[0].data.run_id, run_id)
  assert.ok(!again.some(({ name }) => /ToolCall/.test(name)))
  assert.match(again.at(-1).data.content, /^With “Shorter” in mind: /)
})

test('a run that failed goes on in place; one that was stopped is refused, and asked again as a new message', async () => {
  const handler = connect({ sessionId: 's', retry: false })
  assert.equal(await handler.send('hm [[fail times=1]]'), 'failed')
  const { runId } = handler.getSnapshot()
  assert.equal((await get(`${TEAM}/${runId}?session_id=s`)).status, 'ERROR')
  assert.equal(await handler.regenerate(), 'completed')
  assert.equal(handler.getSnapshot().runId, runId)
  assert.deepEqual((await runsOf('s')).map(({ status }) => status), ['COMPLETED'])

  const sent = handler.send('slowly [[slow n=500 ms=20]]')
  await until(() => last(handler).answer.content.includes('token 2'))
  handler.cancel()
  assert.equal(await sent, 'cancelled')
  const stopped = last(handler).runId
  await until(async () => (await runsOf('s')).length === 2)
  const { status, frames } = await framesFrom(`${TEAM}/${stopped}/continue`, { session_id: 's', regenerate: 'true' })
  assert.deepEqual([status, frames.length, frames[0].name, frames[0].data.content], [200, 1, 'TeamRunError', `Cannot continue run ${stopped}: run is cancelled`])
})

test('an edit of a failed run replaces the question in place; of a completed one, a fork answers the new text', async () => {
  const { frames: failed } = await framesFrom(TEAM, { message: 'wrong [[fail]]', session_id: 's' })
  const failedId = failed[0].data.run_id
  await until(async () => (await runsOf('s')).length === 1)
  const { frames } = await framesFrom(`${TEAM}/${failedId}/continue`, { session_id: 's', continue_from: '0', input: 'right' })
  assert.match(frames.at(-1).data.content, /^You said “right”/)
  assert.equal(frames[0].data.run_id, failedId)
  const [run] = await runsOf('s')
  assert.deepEqual([run.run_input, run.messages[0].content], ['wrong [[fail]]', 'right'])
  const { frames: forked } = await framesFrom(`${TEAM}/${failedId}/continue`, { session_id: 's', continue_from: '0', input: 'other', fork: 'true' })
  assert.match(forked.at(-1).data.content, /^You said “other”/)
  await until(async () => (await runsOf('s')).length === 2)
  const [, fork] = await runsOf('s')
  assert.deepEqual([fork.forked_from_run_id, fork.forked_from_message_index], [failedId, 0])
})

test('what cannot be continued is told as AgentOS tells it', async () => {
  const { frames: [unknown] } = await framesFrom(`${TEAM}/none/continue`, { session_id: 's', regenerate: 'true' })
  assert.deepEqual([unknown.name, unknown.data.content], ['TeamRunError', 'No runs found for run ID none'])
  const { status } = await framesFrom(`${TEAM}/none/continue`, { regenerate: 'true' })
  assert.equal(status, 400)
  assert.equal((await fetch(`${server.url}${TEAM}/none?session_id=s`)).status, 404)
})

test('a foreground run is stopped by its route as well', async () => {
  const form = new FormData()
  form.append('message', 'slowly [[slow n=10000 ms=20]]')
  form.append('session_id', 't')
  const answer = await fetch(server.url + TEAM, { method: 'POST', body: form })
  const reader = answer.body.getReader()
  const [, id] = /"run_id":"([^"]+)"/.exec(new TextDecoder().decode((await reader.read()).value))
  await fetch(`${server.url}${TEAM}/${id}/cancel`, { method: 'POST' })
  let rest = ''
  for (let part; !(part = await reader.read()).done;) rest += new TextDecoder().decode(part.value)
  assert.match(rest, /event: TeamRunCancelled/)
  await until(async () => (await runsOf('t'))[0]?.status === 'CANCELLED')
})

test('a session is copied with its versions, renamed, and deleted', async () => {
  const handler = connect({ sessionId: 's', fields: { user_id: 'u' } })
  await handler.send('first')
  await handler.regenerate()
  await until(async () => (await runsOf('s')).length === 2)
  const copy = await handler.forkSession()
  const [a, b] = await runsOf(copy)
  assert.deepEqual([a.status, b.regenerated_from, a.forked_from_session_id], ['REGENERATED', a.run_id, 's'])
  assert.ok(!(await runsOf('s')).some(({ run_id }) => run_id === a.run_id))
  await handler.renameSession(copy, 'The copy')
  const listed = (await handler.loadSessions()).map(({ session_id, session_name }) => [session_id, session_name])
  assert.deepEqual(listed, [[copy, 'The copy'], ['s', 'first']])
  await handler.openSession(copy)
  assert.deepEqual(last(handler).versions, { index: 1, count: 2 })
  await handler.deleteSession('s')
  assert.deepEqual((await handler.loadSessions()).map(({ session_id }) => session_id), [copy])
  assert.equal((await fetch(`${server.url}/sessions/s/runs`)).status, 404)
  assert.equal((await fetch(`${server.url}/sessions/s`, { method: 'DELETE' })).status, 204, 'as often as one likes')
  const refused = await fetch(`${server.url}/teams/cirkelline/sessions/s/fork`, { method: 'POST' })
  assert.deepEqual([refused.status, await refused.json()], [400, { detail: 'Source session has no runs to fork.' }])
  await assert.rejects(handler.renameSession('s', 'x'), /There is no session with this id/)
  const foreign = await fetch(`${server.url}/teams/cirkelline/sessions/${copy}/fork?user_id=other`, { method: 'POST' })
  assert.equal(foreign.status, 400)
})

test('run-previews: each run with its status, or those of a status', async () => {
  const handler = connect({ sessionId: 's', retry: false })
  await handler.send('good')
  await handler.send('bad [[fail]]')
  await until(async () => (await runsOf('s')).length === 2)
  const previews = await get('/sessions/s/run-previews')
  assert.deepEqual(previews.map(({ run_input, status }) => [run_input, status]), [['good', 'COMPLETED'], ['bad [[fail]]', 'ERROR']])
  assert.deepEqual((await get('/sessions/s/run-previews?status=error&status=RUNNING')).map(({ run_input }) => run_input), ['bad [[fail]]'])
})

test('another client follows a background run while it is running', async () => {
  const one = connect({ sessionId: 's', background: true })
  await one.send('first')
  const other = connect({ background: true })
  await other.openSession('s')
  const sent = one.send('slowly [[slow n=500 ms=20]]')
  await until(() => last(one).answer.content.includes('token 2'))
  const followed = other.follow()
  await until(() => last(other).user.content.startsWith('slowly') && last(other).answer.content.includes('token 2'))
  other.cancel()
  assert.deepEqual([await sent, await followed], ['cancelled', 'cancelled'])
  await until(async () => (await runsOf('s')).at(-1).status === 'CANCELLED')
})
