// The server example over real HTTP: by hand, and with the package as its client.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { PATIENCE, framesOf, until } from '../package/support.mjs'
import { binary, scratch, start } from './start.mjs'
import { connected, formOf } from './support.mjs'

const EXHAUSTED = 'Maximum retries exceeded (3 attempts). The service is experiencing high load. Please try again in a few moments.'
const { lib, server, connect, restart, get, post } = connected()
const framesFrom = async (path, fields) => framesOf(new Uint8Array(await (await post(path, fields)).arrayBuffer()))
const RETRYING_ROUTE = '/api/teams/cirkelline/runs'
const TEAM = '/teams/cirkelline/runs'

test('a simple query: an answer in a stream, no retry, the session kept (test 1 of docs/rate-limit-retries.md)', async () => {
  const answer = await post(RETRYING_ROUTE, { message: 'test', session_id: '' })
  assert.equal(answer.status, 200)
  assert.match(answer.headers.get('content-type'), /^text\/event-stream/)
  const frames = framesOf(new Uint8Array(await answer.arrayBuffer()))
  assert.deepEqual(frames.filter(({ name }) => /^(retry|error)$/.test(name)), [])
  const [first, last] = [frames[0], frames.at(-1)]
  assert.deepEqual([first.name, last.name], ['TeamRunStarted', 'TeamRunCompleted'])
  const said = frames.filter(({ name }) => name === 'TeamRunContent').map(({ data }) => data.content).join('')
  assert.equal(last.data.content, said)
  const { data, meta } = await get('/sessions?type=team')
  assert.deepEqual([meta.total_count, data[0].session_id, data[0].session_name], [1, first.data.session_id, 'test'])
  assert.match(data[0].created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
})

test('a rate limit behind a tool call: retry frames in the stream, the wait, the answer; its session is there after a restart (test 2)', async () => {
  await framesFrom(RETRYING_ROUTE, { message: 'What is the weather?', session_id: 's-1' })
  const handler = connect({ url: RETRYING_ROUTE, sessionId: 's-1' })
  const said = []
  handler.subscribe(() => handler.getSnapshot().activityStatus !== said.at(-1) && said.push(handler.getSnapshot().activityStatus))
  const began = Date.now()
  assert.equal(await handler.send('What did I ask you before? [[limit times=1 after=tool delay=1.2]]'), 'completed')
  assert.ok(Date.now() - began >= 1200)
  assert.ok(said.includes('Rate limit reached. Retrying in 1 second... (Attempt 1/3)'), said.join(' | '))
  const { turns, timeline, sessions } = handler.getSnapshot()
  assert.equal(turns[0].answer.content, 'Let me check that for you. You previously asked: “What is the weather?”.')
  assert.equal(turns[0].attempts, 2)
  assert.equal(timeline.filter(({ description }) => description === 'get_previous_session_messages completed').length, 2)
  assert.equal(sessions[0].session_id, 's-1')

  // It is written down behind the last frame.
  await until(async () => (await get('/sessions/s-1/runs')).length === 3)
  await restart()
  const listed = await get('/sessions?type=team&component_id=cirkelline')
  assert.deepEqual(listed.data.map(({ session_id }) => session_id), ['s-1'])
  const runs = await get('/sessions/s-1/runs')
  assert.deepEqual(runs.map(({ status }) => status), ['COMPLETED', 'ERROR', 'COMPLETED'])
  assert.match(runs[1].content, /RESOURCE_EXHAUSTED/)
  assert.deepEqual([runs[2].run_id, runs[2].content, runs[2].team_id], [turns[0].runId, turns[0].answer.content, 'cirkelline'])
  assert.equal(runs[2].tools[0].tool_name, 'get_previous_session_messages')
})

test('a limit that never passes: three retries, then the error; the session stays (test 3)', async () => {
  const frames = await framesFrom(RETRYING_ROUTE, { message: 'hi', script: '[[limit times=forever delay=0.1]]', session_id: 's-2' })
  const own = frames.filter(({ name }) => /^(retry|error)$/.test(name)).map(({ data }) => data)
  assert.deepEqual(own.map(({ event, attempt, max_retries, delay }) => [event, attempt, max_retries, delay]),
    [['retry', 1, 3, 0.1], ['retry', 2, 3, 0.1], ['retry', 3, 3, 0.1], ['error', undefined, undefined, undefined]])
  assert.deepEqual(own[3], { event: 'error', error: EXHAUSTED, type: 'rate_limit', retries: 3 })
  assert.equal((await get('/sessions')).meta.total_count, 1)
  const runs = await get('/sessions/s-2/runs')
  assert.deepEqual(runs.map(({ status, run_input }) => [status, run_input]), Array(4).fill(['ERROR', 'hi']))
})

test('on AgentOS’s own routes the run fails, and the handler retries by itself, in the same session', async () => {
  const handler = connect({ agent: 'alpha-bot', retry: { baseDelay: 0.2 } })
  assert.equal(await handler.send('hi [[limit times=2]]'), 'completed')
  const { turns, monitor, sessions } = handler.getSnapshot()
  assert.equal(turns[0].attempts, 3)
  assert.deepEqual([monitor.retries, monitor.successAfterRetry, monitor.sessionsKept], [2, 1, 1])
  // It is written down behind the last frame.
  const runs = await until(async () => [await get(`/sessions/${sessions[0].session_id}/runs`)].find(({ length }) => length === 3))
  assert.deepEqual(runs.map(({ status }) => status), ['ERROR', 'ERROR', 'COMPLETED'])
  assert.equal(runs[2].agent_id, 'alpha-bot')
})

test('refused before the stream: status, Retry-After readable from another origin, a body', async () => {
  const refused = await post(TEAM, { message: 'hi [[http 429 after=7]]' }, { headers: { origin: 'http://elsewhere.test' } })
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '7'])
  assert.deepEqual(refused.headers.get('access-control-expose-headers').split(','), ['retry-after', 'date'])
  assert.deepEqual(await refused.json(), { error: 'Rate limit exceeded: 5 per 1 minute' })
  assert.equal((await post(TEAM, { message: 'hi [[http 429 after=7]]' })).status, 200, 'once only')
  assert.equal((await post(TEAM, { message: '[[http 503]]' })).status, 503)
  const preflight = await fetch(server.url + TEAM, { method: 'OPTIONS', headers: { origin: 'http://elsewhere.test', 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' } })
  assert.equal(preflight.headers.get('access-control-allow-headers'), 'authorization')
})

test('a directive of another component’s concerns nobody else: a fallback answers', async () => {
  const handler = connect({ team: 'cirkelline', retry: { baseDelay: 0.05 }, fallbacks: [{ agent: 'understudy' }] })
  assert.equal(await handler.send('hi [[limit times=forever of=cirkelline]]'), 'completed')
  const { turns } = handler.getSnapshot()
  assert.deepEqual([turns[0].attempts, turns[0].answer.agentName], [5, 'Understudy'])
})

test('the other ways in which a model fails, each with its type', async () => {
  const last = async (script) => (await framesFrom(RETRYING_ROUTE, { message: 'hi', script })).at(-1).data
  assert.deepEqual(await last('[[fail]]'), { event: 'error', error: 'An error occurred: An internal error has occurred.', type: 'general', retries: 0 })
  assert.deepEqual(await last('[[fail text=out_of_coffee]]'), { event: 'error', error: 'An error occurred: out of coffee', type: 'general', retries: 0 })
  assert.deepEqual(await last('[[panic]]'), { event: 'error', error: 'An unexpected error occurred: the scripted model was told to panic', type: 'unexpected' })
  await until(() => server.log().includes('the scripted model was told to panic'), 'the panic in the log')
  const ended = await framesFrom(TEAM, { message: 'hi', script: '[[fail]]' })
  assert.deepEqual([ended.at(-1).name, ended.at(-1).data.error_type], ['TeamRunError', 'model_provider_error'])
  assert.equal((await framesFrom(RETRYING_ROUTE, { message: 'still here' })).at(-1).name, 'TeamRunCompleted')
})

test('a model that is silent for longer than the bound', async () => {
  const place = scratch()
  const impatient = await start(place.db, '--timeout', '0.5')
  try {
    const answer = await fetch(impatient.url + RETRYING_ROUTE, { method: 'POST', body: formOf({ message: '[[hang]]' }) })
    const frames = framesOf(new Uint8Array(await answer.arrayBuffer()))
    assert.deepEqual([frames.at(-1).data.type, frames.at(-1).data.timeout_seconds], ['timeout', 0.5])
  } finally {
    await impatient.stop()
    place.remove()
  }
})

test('the first form of the payload, without the event key', async () => {
  const place = scratch()
  const first = await start(place.db, '--no-event-key', '--base-delay', '0.1', '--max-retries', '1')
  try {
    const handler = connect({ endpoint: first.url, url: RETRYING_ROUTE })
    assert.equal(await handler.send('hi [[limit times=forever]]'), 'failed')
    const raw = await (await fetch(first.url + RETRYING_ROUTE, { method: 'POST', body: formOf({ message: 'again [[limit]]' }) })).text()
    assert.match(raw, /event: retry\ndata: \{"attempt":1,"max_retries":1,"delay":0\.1,"message":"/)
    assert.match(handler.getSnapshot().error.message, /^Maximum retries exceeded \(1 attempt\)\. /)
  } finally {
    await first.stop()
    place.remove()
  }
})

test('whoever hangs up ends the run, in the middle of an answer and in the middle of a wait', async () => {
  const handler = connect({ url: RETRYING_ROUTE, sessionId: 's-9' })
  const outcome = handler.send('hi [[slow n=500 ms=20]]')
  await until(() => handler.getSnapshot().turns[0]?.answer.content.includes('token 3'))
  handler.cancel()
  assert.equal(await outcome, 'cancelled')
  const runs = await until(async () => (await get('/sessions/s-9/runs'))[0])
  assert.equal(runs.status, 'CANCELLED')
  assert.match(runs.content, /^token 1 token 2 token 3 /)

  const waiting = handler.send('hi [[limit times=forever delay=30]]')
  await until(() => handler.getSnapshot().retry)
  handler.cancel()
  assert.equal(await waiting, 'cancelled')
  assert.equal((await get('/sessions/s-9/runs')).length, 2, 'the attempt that failed, and no other')
})

test('/metrics: the key metrics and alerts in Prometheus’s text format, and the log in its three levels', async () => {
  await framesFrom(RETRYING_ROUTE, { message: 'a [[limit times=2 delay=0.1]]' })
  await framesFrom(RETRYING_ROUTE, { message: 'b [[limit times=forever delay=0.3]]' })
  await framesFrom(TEAM, { message: 'c [[limit]]' })
  await framesFrom(TEAM, { message: 'd' })
  const answer = await fetch(server.url + '/metrics')
  assert.match(answer.headers.get('content-type'), /^application\/openmetrics-text; version=1\.0\.0/)
  const text = await answer.text()
  const value = (name) => Number(new RegExp(`^${name.replace(/[{}"]/g, '\\$&')} (.*)$`, 'm').exec(text)?.[1])
  const figures = { answers: 4, retries: 5, success_after_retry: 1, retries_exhausted: 1, sessions_kept: 4 }
  for (const [name, expected] of Object.entries(figures)) assert.equal(value(`ai_stream_${name}_total`), expected, name)
  for (const window of ['1h', '24h']) {
    assert.equal(value(`ai_stream_recent_retries{window="${window}"}`), 5)
    assert.ok(Math.abs(value(`ai_stream_recent_average_delay_seconds{window="${window}"}`) - 0.22) < 1e-9)
  }
  for (const alert of ['high_retry_rate', 'retry_failure_rate', 'average_retry_delay']) assert.equal(value(`ai_stream_alert{alert="${alert}"}`), 0, alert)
  assert.match(text, /^# HELP ai_stream_retries Retry events\.\n# TYPE ai_stream_retries counter\n/m)
  assert.match(text, /# EOF\n$/)
  for (const line of [/^warning {2}⚠️ Rate limit hit \(attempt 1\/3\)\. Retrying in <1s\.\.\.$/m, /^critical ❌Maximum retries exceeded \(3 attempts\)$/m, /^healthy {2}✅ Response delivered without retry$/m]) {
    await until(() => line.test(server.log()), `${line} in the log`)
  }
})

test('51 retries within an hour raise the alert', async () => {
  for (let n = 0; n < 17; n++) await framesFrom(RETRYING_ROUTE, { message: `${n} [[limit times=forever delay=0.1 key=${n}]]` })
  const text = await (await fetch(server.url + '/metrics')).text()
  assert.match(text, /^ai_stream_recent_retries\{window="1h"\} 51/m)
  assert.match(text, /^ai_stream_alert\{alert="high_retry_rate"\} 1/m)
  assert.match(text, /^ai_stream_alert\{alert="retry_failure_rate"\} 1/m)
  assert.match(text, /^ai_stream_alert\{alert="average_retry_delay"\} 0/m)
})

test('bad requests get a clear answer, and what is asked of an unknown session is a 404', async () => {
  const missing = await post(TEAM, {})
  assert.deepEqual([missing.status, (await missing.json()).detail[0].loc], [422, ['body', 'message']])
  assert.equal((await fetch(server.url + TEAM, { method: 'POST', body: '{"message":"x"}', headers: { 'content-type': 'application/json' } })).status, 400)
  assert.equal((await fetch(server.url + '/sessions/none/runs')).status, 404)
  assert.deepEqual(await get('/sessions?limit=0&page=-3'), { data: [], meta: { page: 1, limit: 1, total_pages: 0, total_count: 0 } })
})

test('a file in the form is taken, and users see their own sessions and memories only', async () => {
  const form = formOf({ message: 'I like tea', user_id: 'ann', session_id: 'a' })
  form.append('files', new Blob(['x'.repeat(3_000_000)]), 'big.txt')
  const taken = await fetch(server.url + TEAM, { method: 'POST', body: form })
  assert.match(await taken.text(), /TeamRunCompleted/)
  const asked = async (user_id) => (await framesFrom(TEAM, { message: 'What did I ask you before?', user_id, session_id: `${user_id}-2` })).at(-1).data.content
  assert.equal(await asked('ann'), 'You previously asked: “I like tea”.')
  assert.equal(await asked('bob'), 'You have not asked me anything before this.')
  assert.deepEqual((await get('/sessions?user_id=bob')).data.map(({ session_id }) => session_id), ['bob-2'])
  assert.deepEqual((await get('/sessions?user_id=ann')).meta.total_count, 2)
})

test('it serves the page, and says that it is there', async () => {
  assert.match(await (await fetch(server.url + '/')).text(), /<title>ai-stream-handler/)
  assert.deepEqual(await get('/backend.json'), { backend: 'server' })
  assert.equal((await fetch(server.url + '/..%2fCargo.toml')).status, 404)
})

test('arguments that make no sense are refused by name', async () => {
  for (const [args, text] of [
    [['--max-retries', '-1'], /retry\.maxRetries must be a whole number from 0 to 100/],
    [['--base-delay', 'NaN'], /retry\.baseDelay must be seconds, from 0 to 3600/],
    [['--base-delay', '1000000'], /retry\.baseDelay/],
    [['--port', 'x'], /--port x: not a port/],
    [['--timeout', '-1'], /--timeout is out of range/],
    [['--what', '1'], /--what is no option/],
    [['--db'], /--db needs a value/],
  ]) {
    const refused = await promisify(execFile)(binary, args, { timeout: PATIENCE }).catch((error) => error)
    assert.equal(refused.code, 2, args.join(' '))
    assert.match(refused.stderr, text)
  }
  const { stdout } = await promisify(execFile)(binary, ['--help'], { timeout: PATIENCE })
  assert.match(stdout, /^options: --port 7777 --db /)
})

test('a background run goes on without its client, is taken up, and can be stopped', async () => {
  const text = async (path, fields) => (await post(path, fields)).text()
  const begun = await post(TEAM, { message: 'hi [[slow n=5 ms=30]]', background: 'true', session_id: 's-b' })
  const reader = begun.body.getReader()
  const [first] = framesOf((await reader.read()).value)
  await reader.cancel()
  assert.equal(first.data.event_index, 0)
  const run = first.data.run_id
  const rest = framesOf(new TextEncoder().encode(await text(`${TEAM}/${run}/resume`, { last_event_index: '0' })))
  assert.equal(rest.at(-1).name, 'TeamRunCompleted')
  const indices = rest.map(({ data }) => data.event_index).filter((index) => index !== undefined)
  assert.deepEqual(indices, indices.map((_, n) => n + 1), 'nothing twice, nothing lost')
  assert.match(await text(`${TEAM}/${run}/resume`, { last_event_index: String(indices.at(-1)) }), /"event":"replay".*"total_events":0/)
  assert.match(await text(`${TEAM}/none/resume`, {}), /^event: error\n/)
  await until(async () => (await get('/sessions/s-b/runs'))[0]?.status === 'COMPLETED')

  const long = await post(TEAM, { message: 'hi [[slow n=500 ms=20]]', background: 'true', session_id: 's-c' })
  const stream = long.body.getReader()
  const [started] = framesOf((await stream.read()).value)
  assert.equal((await post(`${TEAM}/${started.data.run_id}/cancel`, {})).status, 200)
  let last = ''
  for (let part = await stream.read(); !part.done; part = await stream.read()) last = new TextDecoder().decode(part.value)
  assert.match(last, /^event: TeamRunCancelled\n/m)
  await until(async () => (await get('/sessions/s-c/runs'))[0]?.status === 'CANCELLED')
})

test('a run that asks goes on as it is answered, once', async () => {
  const handler = connect({ team: 'cirkelline' })
  assert.equal(await handler.send('mail [[confirm]]'), 'paused')
  const { pause, runId, sessionId } = handler.getSnapshot()
  await until(async () => (await get(`/sessions/${sessionId}/runs`))[0]?.status === 'PAUSED')
  assert.equal(await handler.continueRun(lib.confirm(pause.requirements[0])), 'completed')
  assert.equal(handler.getSnapshot().turns[0].answer.content, 'I can do that. The mail is out.')
  await until(async () => (await get(`/sessions/${sessionId}/runs`))[0].status === 'COMPLETED')
  assert.equal((await post(`${TEAM}/${runId}/continue`, { requirements: '[]' })).status, 409)
})
