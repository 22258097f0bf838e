// Rate limits over real HTTP: the handler's own retries, its queue, what tabs tell each other, what options are refused.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { answerWith, backend, bytesOf, closedAfterEach, frame, packed, play, recording, runOf, settle, until } from './support.mjs'

const lib = packed()
const { servers, handlers } = closedAfterEach()

async function serve(handle) {
  const server = await backend(handle)
  servers.push(server)
  return server
}

function connect(server, options = {}) {
  const handler = lib.createStreamHandler({ endpoint: server.url, team: 'cirkelline', notify: 'sync', ...options })
  handlers.push(handler)
  return handler
}

/** Everything that the activity line says, in turn. */
function listen(handler) {
  const said = []
  handler.subscribe(() => {
    const { activityStatus } = handler.getSnapshot()
    if (activityStatus !== said.at(-1)) said.push(activityStatus)
  })
  return said
}

const limited = (response, headers = {}, body = { error: 'Rate limit exceeded: 5 per 1 minute' }) =>
  response.writeHead(429, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
const says = (response, text, run = 'run-1') => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.end(Buffer.concat(runOf(text, run)))
}
const failing = (response, content, run = 'run-0', session_id = 'session-1') => {
  const base = { team_id: 'cirkelline', team_name: 'Cirkelline', run_id: run, session_id }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.end(Buffer.concat([frame('TeamRunStarted', base), frame('TeamRunContent', { ...base, content: 'Let me check. ' }), frame('TeamRunError', { ...base, content })]))
}
const quota = (retryDelay) => JSON.stringify({ error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'You exceeded your current quota...', details: [
  { violations: [{ quotaMetric: 'x/generate_content_paid_tier_input_token_count', quotaId: 'GenerateContentPaidTierInputTokensPerModelPerMinute', quotaDimensions: { model: 'gemini-2.5-flash' }, quotaValue: '1000000' }] },
  { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay },
] } })

test('HTTP 429 with Retry-After is waited out for as long as it says, in the words of docs/rate-limit-retries.md', async () => {
  const times = []
  const server = await serve((_, response, number) => {
    times.push(performance.now())
    return number === 1 ? limited(response, { 'retry-after': '1' }) : says(response, 'Here it is.')
  })
  const handler = connect(server)
  const said = listen(handler)
  assert.equal(await handler.send('hello'), 'completed')
  assert.ok(times[1] - times[0] > 990, `waited ${times[1] - times[0]} ms`)
  assert.ok(said.includes('Rate limit reached. Retrying in 1 second... (Attempt 1/3)'), said.join(' | '))
  const { turns, messages, monitor, error, retry } = handler.getSnapshot()
  assert.deepEqual([turns.length, turns[0].attempts, turns[0].answer.content, error, retry], [1, 2, 'Here it is.', null, null])
  assert.deepEqual(messages.map(({ role }) => role), ['user', 'agent'])
  assert.deepEqual([monitor.retries, monitor.successAfterRetry, monitor.averageDelay, monitor.lastHour.retries, monitor.alerts], [1, 1, 1, 1, []])
})

test('retry-after-ms, an HTTP date and a sentence in the body are read as well', async () => {
  const now = Date.now()
  for (const [headers, body, delay] of [
    [{ 'retry-after-ms': '120' }, {}, 0.12],
    [{ 'retry-after': new Date(now + 1000).toUTCString(), date: new Date(now).toUTCString() }, {}, 1],
    [{}, { detail: 'Please retry in 0.12s.' }, 0.12],
  ]) {
    const server = await serve((_, response, number) => number === 1 ? limited(response, headers, body) : says(response, 'Yes.'))
    const handler = connect(server)
    const delays = []
    handler.subscribe(() => handler.getSnapshot().retry && delays.push(handler.getSnapshot().retry.delay))
    assert.equal(await handler.send('hello'), 'completed')
    assert.ok(delays.length > 0 && delays.every((seconds) => seconds === delay), `${JSON.stringify(headers)}: ${delays}`)
  }
})

test('the recorded 429 is exhausted after three retries, and the banner says so in the words of the contract', async () => {
  const server = await serve((_, response) => answerWith(response, 'http_429_seedroute'))
  const handler = connect(server, { retry: { delays: [0.01] } })
  // The recording names twelve seconds; they are skipped by hand.
  const outcome = handler.send('hello')
  for (let attempt = 1; attempt <= 3; attempt++) {
    await until(() => handler.getSnapshot().retry?.attempt === attempt)
    assert.equal(handler.getSnapshot().activityStatus, `Rate limit reached. Retrying in 12 seconds... (Attempt ${attempt}/3)`)
    assert.equal(handler.retryNow(), true)
  }
  assert.equal(await outcome, 'failed')
  const { error, activityStatus, timeline } = handler.getSnapshot()
  const text = 'Maximum retries exceeded (3 attempts). The service is experiencing high load. Please try again in a few moments.'
  assert.deepEqual(error, { message: text, type: 'rate_limit', reason: 'rate_limit', retries: 3, httpStatus: 429, retryable: true })
  assert.equal(activityStatus, null)
  assert.deepEqual(timeline.map(({ eventType, details }) => [eventType, details.retryAttempt]), [['retry', 1], ['retry', 2], ['retry', 3], ['error', undefined]])
  assert.equal(timeline[0].details.errorMessage, 'Rate limit exceeded: 5 per 1 minute')
  assert.equal(server.requests.length, 4)
  assert.equal(handler.retryNow(), false)
})

test('a run that fails with a rate limit is started again in its session, and what it said is void', async () => {
  const server = await serve((_, response, number) => number < 3 ? failing(response, quota('0.05s'), `run-${number}`) : says(response, 'The answer.', 'run-3'))
  const handler = connect(server)
  const banners = []
  handler.subscribe(() => banners.push(handler.getSnapshot().error))
  assert.equal(await handler.send('What did I ask you before?'), 'completed')
  const { turns, sessions, sessionId, quota: models } = handler.getSnapshot()
  assert.deepEqual([turns[0].answer.content, turns[0].attempts, turns[0].runId], ['The answer.', 3, 'run-3'])
  assert.deepEqual(server.requests.map(({ form }) => [form.get('message'), form.get('session_id')]), [
    ['What did I ask you before?', ''], ['What did I ask you before?', 'session-1'], ['What did I ask you before?', 'session-1'],
  ])
  assert.deepEqual([sessions.length, sessions[0].failed, sessionId], [1, undefined, 'session-1'])
  assert.ok(banners.every((banner) => banner === null), 'no banner flashes up')
  assert.deepEqual(models.map(({ model, limit, source }) => [model, limit, source]), [['gemini-2.5-flash', 1_000_000, 'learned']])
})

test('the recorded stream of AgentOS 3 that ends in a TeamRunError is retried by the handler', async () => {
  const server = await serve((_, response, number) => play(response, number === 1 ? 'seedroute_later_agno3_no_raise_429' : 'team_plain'))
  const handler = connect(server, { retry: { delays: [0.01] } })
  const outcome = handler.send('hello')
  await until(() => handler.getSnapshot().status === 'retrying')
  handler.retryNow()
  assert.equal(await outcome, 'completed')
  assert.equal(handler.getSnapshot().turns[0].answer.content, recording('team_plain').truth.run.body.content)
})

for (const name of ['seedroute_seed_max_retries', 'seedroute_later_text_and_tool_then_429_forever']) {
  test(`${name}: a stream with retries of its own is left to its server`, async () => {
    const server = await serve((_, response) => play(response, name))
    const handler = connect(server)
    assert.equal(await handler.send('hello'), 'failed')
    assert.equal(server.requests.length, 1)
    assert.equal(handler.getSnapshot().turns[0].attempts, 4)
  })
}

test('a server that is away is tried again, and answers once it is back', async () => {
  const server = await serve((_, response) => says(response, 'Back.'))
  let fetches = -1
  const away = (request) => [1, 2].includes(++fetches) ? Promise.reject(new TypeError('Failed to fetch')) : fetch(request)
  const handler = connect(server, { fetch: away, retry: { delays: [0.02] } })
  const said = listen(handler)
  assert.equal(await handler.send('hello'), 'completed')
  assert.equal(await handler.send('and?'), 'completed')
  assert.equal(fetches, 3)
  assert.ok(said.includes('The server could not be reached. Retrying in less than a second... (Attempt 1/3)'), said.join(' | '))
})

test('headers that cannot be had are no network failure: nothing is tried again', async () => {
  const server = await serve((_, response) => says(response, 'Hi.'))
  let calls = 0
  const handler = connect(server, { headers: () => { calls++; throw new Error('no token') } })
  assert.equal(await handler.send('hello'), 'failed')
  assert.deepEqual([calls, server.requests.length], [1, 0])
})

test('a FormData goes out again whole, in the session of the attempt before', async () => {
  const server = await serve((_, response, number) => number === 1 ? failing(response, quota('0.02s')) : says(response, 'Seen.'))
  const handler = connect(server, { fields: { user_id: 'ann' } })
  const form = new FormData()
  form.set('message', 'look')
  form.append('files', new File([bytesOf('content')], 'note.txt', { type: 'text/plain' }))
  assert.equal(await handler.send(form), 'completed')
  const [first, second] = server.requests.map((request) => request.form)
  assert.deepEqual([first.get('session_id'), second.get('session_id')], ['', 'session-1'])
  for (const sent of [first, second]) {
    assert.deepEqual([sent.get('message'), sent.get('user_id'), await sent.get('files').text()], ['look', 'ann', 'content'])
    assert.deepEqual([...sent.keys()].sort(), ['files', 'message', 'session_id', 'stream', 'user_id'])
  }
})

test('cancel ends a wait at once and nothing more is sent', async () => {
  const server = await serve((_, response) => limited(response, { 'retry-after': '1' }))
  const handler = connect(server)
  const before = Date.now() / 1000
  const outcome = handler.send('hello')
  await until(() => handler.getSnapshot().retry)
  const { retry, status, isStreaming } = handler.getSnapshot()
  assert.deepEqual([retry.attempt, retry.maxRetries, retry.delay, retry.by, retry.cause, status, isStreaming], [1, 3, 1, 'handler', 'rate_limit', 'retrying', true])
  assert.ok(before <= retry.resumesAt - 1 && retry.resumesAt - 1 <= Date.now() / 1000, `${retry.resumesAt}`)
  handler.cancel()
  assert.equal(await outcome, 'cancelled')
  assert.deepEqual([handler.getSnapshot().status, handler.getSnapshot().retry], ['cancelled', null])
  await sleep(1200)
  assert.equal(server.requests.length, 1)
})

test('dispose in the middle of a wait settles the send and leaves no timer behind', async () => {
  const server = await serve((_, response) => limited(response, { 'retry-after': '1' }))
  const handler = connect(server)
  const outcome = handler.send('hello')
  await until(() => handler.getSnapshot().retry)
  handler.dispose()
  assert.equal(await outcome, 'cancelled')
  await sleep(1200)
  assert.equal(server.requests.length, 1)
})

test('retry: false leaves a refusal as it is', async () => {
  const server = await serve((_, response) => limited(response))
  const handler = connect(server, { retry: false })
  assert.equal(await handler.send('hello'), 'failed')
  assert.deepEqual([handler.getSnapshot().error.message, server.requests.length], ['Rate limit exceeded: 5 per 1 minute', 1])
})

test('a fallback answers when the retries are used up, and the timeline says so', async () => {
  const server = await serve((request, response) => request.path.includes('/teams/') ? limited(response) : says(response, 'From the small one.'))
  const handler = connect(server, { retry: { maxRetries: 1, delays: [0.01] }, fallbacks: [{ agent: 'small-model' }] })
  assert.equal(await handler.send('hello'), 'completed')
  assert.deepEqual(server.requests.map(({ path }) => path), ['/teams/cirkelline/runs', '/teams/cirkelline/runs', '/agents/small-model/runs'])
  const { timeline, turns, error } = handler.getSnapshot()
  assert.deepEqual(timeline.slice(0, 2).map(({ eventType, description }) => [eventType, description]), [
    ['retry', 'Rate limit reached. Retrying in less than a second... (Attempt 1/1)'], ['fallback', 'Asking Small Model instead'],
  ])
  assert.deepEqual([turns[0].answer.content, error], ['From the small one.', null])
})

test('waiting sends are shown in the order in which they go, and each can be dropped', async () => {
  let release
  const held = new Promise((resolve) => { release = resolve })
  const server = await serve(async (_, response, number) => { if (number === 1) await held; says(response, `Answer ${number}.`, `run-${number}`) })
  const handler = connect(server)
  const before = Date.now() / 1000
  const first = handler.send('first')
  const background = handler.send('background', { priority: 'background' })
  const dropped = handler.send('dropped')
  const second = handler.send('second')
  const { queue, queued } = handler.getSnapshot()
  assert.deepEqual(queue.map(({ text, priority, waitsFor }) => [text, priority, waitsFor]), [['dropped', 'user', 'run'], ['second', 'user', 'run'], ['background', 'background', 'run']])
  assert.equal(queued, 3)
  assert.ok(queue.every(({ since }) => before <= since && since <= Date.now() / 1000), queue.map(({ since }) => since).join(' '))
  assert.equal(handler.cancelQueued(queue[0].id), true)
  assert.equal(handler.cancelQueued(queue[0].id), false)
  assert.equal(await dropped, 'cancelled')
  release()
  assert.deepEqual(await Promise.all([first, second, background]), ['completed', 'completed', 'completed'])
  assert.deepEqual(server.requests.map(({ form }) => form.get('message')), ['first', 'second', 'background'])
  assert.deepEqual([handler.getSnapshot().queue, handler.getSnapshot().queued], [[], 0])
})

test('a send that would exceed the quota says so and waits; now is now', async () => {
  const base = { team_id: 'cirkelline', team_name: 'Cirkelline', run_id: 'run-1', session_id: 'session-1' }
  const cost = { model: 'gemini-2.5-flash', input_tokens: 900, output_tokens: 20, total_tokens: 920 }
  const server = await serve((_, response, number) => {
    if (number > 1) return says(response, 'Later.', 'run-2')
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end(Buffer.concat([frame('TeamRunStarted', base), frame('TeamModelRequestCompleted', { ...base, ...cost }), frame('TeamRunCompleted', { ...base, content: 'Hi.' })]))
  })
  const handler = connect(server, { quota: { 'gemini-2.5-flash': 1000 } })
  const before = performance.now()
  assert.equal(await handler.send('hello'), 'completed')
  const outcome = handler.send('and?')
  const passed = (performance.now() - before) / 1000
  const { pacing, activityStatus, status, queue, turns, quota: models } = handler.getSnapshot()
  const [, seconds] = /^Waiting (\d+) seconds to stay under the rate limit\.\.\.$/.exec(activityStatus)
  assert.ok(seconds <= 61 && seconds >= 59 - passed, `${seconds} of the minute, ${passed} s after it began`)
  assert.deepEqual([pacing.message, pacing.cause, status, turns.length], [activityStatus, 'quota', 'connecting', 2])
  assert.match(pacing.hint, /^This conversation is long: each message sends about 921 tokens, and the limit is 1,000 per minute\./)
  assert.deepEqual(queue.map(({ text, waitsFor }) => [text, waitsFor]), [['and?', 'limit']])
  assert.deepEqual(models.map(({ model, inputTokens, requests, limit, source }) => [model, inputTokens, requests, limit, source]), [['gemini-2.5-flash', 900, 1, 1000, 'option']])
  assert.equal(handler.retryNow(), true)
  assert.equal(await outcome, 'completed')
  assert.equal(handler.getSnapshot().pacing, null)
})

test('of two handlers that talk to one server the second heeds the limit that the first one hit', async () => {
  let limitedUntil = 0
  const server = await serve((_, response, number) => {
    if (number > 1 && Date.now() > limitedUntil) return says(response, 'Yes.', `run-${number}`)
    limitedUntil ||= Date.now() + 3990
    return limited(response, { 'retry-after': '4' })
  })
  const [first, second, alone] = [connect(server), connect(server), connect(server, { shareLimits: false })]
  second.subscribe(() => {})
  const asked = first.send('from the first tab')
  await until(() => first.getSnapshot().retry)
  // A page that is opened only now asks, and hears of it.
  const late = connect(server)
  late.subscribe(() => {})
  await settle(100)
  const outcomes = [second, late].map((handler) => handler.send('from another tab'))
  await until(() => second.getSnapshot().pacing && late.getSnapshot().pacing)
  assert.match(second.getSnapshot().activityStatus, /^Waiting \d seconds to stay under the rate limit\.\.\.$/)
  assert.equal(second.getSnapshot().pacing.cause, 'limit')
  assert.deepEqual(await Promise.all([asked, ...outcomes]), ['completed', 'completed', 'completed'])
  const messages = server.requests.map(({ form }) => form.get('message'))
  assert.deepEqual(messages.slice(0, 2), ['from the first tab', 'from the first tab'], 'the one that hit it goes first')
  assert.equal(messages.length, 4)
  assert.equal(alone.getSnapshot().pacing, null)
})

test('the log has the words of a retrying backend, and a log that throws stops nothing', async () => {
  const server = await serve((_, response, number) => number === 1 ? limited(response) : says(response, 'Yes.'))
  const lines = []
  const handler = connect(server, { retry: { delays: [0.01] }, log: (level, line) => { lines.push([level, line]); throw new Error('full') }, onListenerError: () => {} })
  assert.equal(await handler.send('hello'), 'completed')
  assert.deepEqual(lines, [
    ['warning', '⚠️ Rate limit hit (attempt 1/3). Retrying in <1s...'],
    ['healthy', '✅ Retry successful on attempt 1'],
    ['healthy', '✅ Session saved after retry'],
  ])
})

for (const [option, values] of Object.entries({
  'retry.maxRetries': [-1, NaN, 1e6, 1.5, Infinity], 'retry.baseDelay': [-1, NaN, 1e6], 'retry.maxDelay': [-5, NaN, 1e6], 'retry.jitter': [-0.1, NaN, 2],
})) {
  for (const value of values) {
    test(`${option} = ${value} is refused by its name`, () => {
      const key = option.split('.')[1]
      assert.throws(() => lib.createStreamHandler({ team: 'x', retry: { [key]: value } }), (error) => error instanceof RangeError && error.message.startsWith(`createStreamHandler: ${option} must be`))
    })
  }
}

test('bad quotas, delays and fallbacks are refused by their names, good ones are not', () => {
  const refused = (options, type, pattern) => assert.throws(() => lib.createStreamHandler({ team: 'x', ...options }), (error) => error instanceof type && pattern.test(error.message))
  for (const quota of [0, -1, NaN, { 'gemini-2.5-flash': NaN }]) refused({ quota }, RangeError, /quota must be/)
  refused({ retry: { delays: [1, NaN] } }, RangeError, /retry\.delays must be/)
  refused({ fallbacks: [{ name: 'nobody' }] }, TypeError, /fallbacks/)
  for (const options of [{ retry: {} }, { retry: { maxRetries: 0 } }, { retry: { maxRetries: 100, baseDelay: 0, maxDelay: 3600, jitter: 1, delays: [] } }, { quota: 1 }, { quota: false }, { fallbacks: [] }]) {
    lib.createStreamHandler({ team: 'x', ...options }).dispose()
  }
})
