// Whatever happens to the connection: against the real AgentOS, with the packed package, through a proxy that cuts and stalls.
//
// AGENTOS=full tries every frame; otherwise every third. The number of faults survived is printed.
import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { packed, until } from '../package/support.mjs'
import { proxyTo } from './proxy.mjs'
import { pictureOf, startAgentOS } from './support.mjs'

const STEP = process.env.AGENTOS === 'full' ? 1 : 3
/** Journeys at the same time. */
const AT_ONCE = 6

const lib = packed()
let agentos, faults = 0
const handlers = [], proxies = []
before(async () => {
  agentos = await startAgentOS()
})
after(async () => {
  await agentos?.close()
  console.log(`faults survived: ${faults}`)
})
afterEach(async () => {
  for (const handler of handlers.splice(0)) handler.dispose()
  for (const proxy of proxies.splice(0)) {
    faults += proxy.faults
    await proxy.close()
  }
})

/** A handler that talks to AgentOS through a proxy of its own. */
async function through(options, faultOf = () => null) {
  const proxy = await proxyTo(agentos.url)
  proxies.push(proxy)
  proxy.faultOf = faultOf
  const handler = lib.createStreamHandler({
    endpoint: proxy.url, notify: 'sync', background: true, shareLimits: false, resume: { baseDelay: 0.05 }, retry: { baseDelay: 0.05 }, ...options,
  })
  handlers.push(handler)
  return { handler, proxy }
}

/** Runs `journey(item)` for all items, a few at a time. */
async function each(items, journey) {
  const rest = [...items]
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await journey(item)
  }))
}

const isRun = (path) => /\/runs$/.test(path)
const typeOf = (options) => (options.team ? 'team' : options.workflow ? 'workflow' : 'agent')

/** AgentOS stores a run shortly after its last frame. */
const storedRun = (session, options, runId) => until(async () => {
  const runs = await agentos.runs(session, typeOf(options)).catch(() => [])
  return runs.find((run) => run.run_id === runId)
})

const SCENARIOS = {
  plain: [{ agent: 'assistant' }, 'Say something. [[plain n=8]]'],
  tools: [{ agent: 'assistant' }, 'Search for both. [[tools]]'],
  nested: [{ team: 'cirkelline' }, 'Research this. [[nested]]'],
  parallel: [{ team: 'cirkelline' }, 'Ask both. [[parallel]]'],
  workflow: [{ workflow: 'pipeline' }, 'hello'],
}

for (const [name, [options, message]] of Object.entries(SCENARIOS)) {
  // Two members write at once: the order between them is nobody's to promise.
  const ordered = name !== 'parallel'

  test(`${name}: cut after each frame, it ends as the uncut one, and as the server stored it`, async () => {
    const whole = await through(options)
    assert.equal(await whole.handler.send(message), 'completed')
    const expected = pictureOf(whole.handler.getSnapshot(), { ordered })
    const frames = whole.handler.getSnapshot().diagnostics.framesRead
    assert.ok(frames > 8, `${frames} frames`)
    const cuts = []
    for (let frame = 1; frame < frames; frame += STEP) cuts.push({ frames: frame, clean: frame % 2 === 0 })
    await each(cuts, async (cut) => {
      const { handler, proxy } = await through(options, (path) => (isRun(path) ? cut : null))
      assert.equal(await handler.send(message), 'completed', JSON.stringify(cut))
      const snapshot = handler.getSnapshot()
      assert.deepEqual(pictureOf(snapshot, { ordered }), expected, JSON.stringify(cut))
      assert.equal(proxy.requests.filter((line) => line.endsWith('/resume')).length, 1, proxy.requests.join(', '))
      const stored = await storedRun(snapshot.sessionId, options, snapshot.runId)
      assert.deepEqual([stored.status, stored.content], ['COMPLETED', snapshot.turns[0].answer.content.slice(-stored.content.length)])
    })
  })

  test(`${name}: cut inside of frames, again and again, nothing twice and nothing lost`, async () => {
    const whole = await through(options)
    await whole.handler.send(message)
    const expected = pictureOf(whole.handler.getSnapshot(), { ordered })
    // A connection has to be good for one frame, and the last one of a workflow is as long as all the others.
    const cuts = name === 'workflow' ? 1 : 11
    await each([700, 901, 1337, 2000, 3001, 4444, 8191], async (bytes) => {
      const { handler, proxy } = await through(options, (_, number) => (number <= cuts ? { bytes: bytes + number } : null))
      assert.equal(await handler.send(message), 'completed', `${bytes} bytes a connection`)
      assert.deepEqual(pictureOf(handler.getSnapshot(), { ordered }), expected, `${bytes} bytes a connection: ${proxy.requests.length} requests`)
    })
  })
}

test('a retried run is taken up under its new id', async () => {
  let key = 0
  await each([1, 2, 4, 6], async (frames) => {
    const { handler, proxy } = await through({ team: 'cirkelline' }, (path, number) => (isRun(path) && number === 2 ? { frames } : null))
    assert.equal(await handler.send(`Again. [[limit key=retried${key++}]]`), 'completed')
    const { turns, runId } = handler.getSnapshot()
    assert.equal(turns[0].attempts, 2)
    assert.equal(turns[0].answer.content, 'Here it is: tok0 tok1 tok2 tok3 tok4 tok5 ')
    assert.ok(proxy.requests.at(-1).endsWith(`/${runId}/resume`), proxy.requests.join(', '))
  })
})

test('a silent connection is given up and the answer taken up elsewhere', async () => {
  const { handler, proxy } = await through({ agent: 'assistant', stall: { background: 0.5 } }, (path) => (isRun(path) ? { frames: 4, stall: true } : null))
  assert.equal(await handler.send('Say something. [[plain n=8]]'), 'completed')
  assert.equal(handler.getSnapshot().turns[0].answer.content, 'Here it is: tok0 tok1 tok2 tok3 tok4 tok5 tok6 tok7 ')
  assert.equal(proxy.faults, 1)
})

test('a slow connection is no lost one', async () => {
  const { handler, proxy } = await through({ agent: 'assistant', stall: { background: 4 } }, (path) => (isRun(path) ? { delay: 400 } : null))
  const began = performance.now()
  assert.equal(await handler.send('Say something. [[plain n=12]]'), 'completed')
  assert.ok(performance.now() - began > 4000, 'or it proves nothing: each wait is short, and all of them are longer than a silence may be')
  assert.deepEqual([handler.getSnapshot().turns[0].answer.content.split(' ').length, proxy.requests.length], [16, 1])
})

test('a run that is finished, and of which the server was started anew, comes from the database', async () => {
  for (const [options, message] of [SCENARIOS.tools, SCENARIOS.nested]) {
    const whole = await through(options)
    await whole.handler.send(message)
    const { answer, timeline } = whole.handler.getSnapshot().turns[0]
    // Its first resume finds nobody; then the server is back, with an empty memory.
    const { handler } = await through({ ...options, resume: { baseDelay: 30 } }, (path, number) => (isRun(path) ? { frames: 6 } : number === 2 ? { bytes: 0 } : null))
    const outcome = handler.send(message)
    await until(() => handler.getSnapshot().retry)
    const { runId, sessionId } = handler.getSnapshot()
    await until(async () => (await storedRun(sessionId, options, runId)).status === 'COMPLETED')
    await agentos.restart()
    handler.retryNow()
    assert.equal(await outcome, 'completed')
    const turn = handler.getSnapshot().turns[0]
    assert.equal(turn.answer.content.slice(-20), answer.content.slice(-20))
    const told = (entries) => entries.filter(({ eventType }) => !/RunContent$|^resume$/.test(eventType)).map(({ eventType, source, description }) => [eventType, source, description])
    assert.deepEqual(told(turn.timeline), told(timeline))
    assert.deepEqual(turn.answer.tool_calls.map(({ tool_name, result }) => [tool_name, result]), answer.tool_calls.map(({ tool_name, result }) => [tool_name, result]))
  }
})

test('a foreground run ends with its connection: the text stays, and the banner says so', async () => {
  const { handler, proxy } = await through({ agent: 'assistant', background: false }, (path) => (isRun(path) ? { frames: 5 } : null))
  assert.equal(await handler.send('Say something. [[plain n=8 ms=30]]'), 'interrupted')
  const { turns, error, resumable } = handler.getSnapshot()
  assert.match(turns[0].answer.content, /^Here it /)
  assert.deepEqual([error.type, resumable, proxy.requests.length], ['interrupted', false, 1])
})

test('cancel after each frame: hung up at once, and the server’s run is cancelled too', async () => {
  await each(Array.from({ length: 20 }, (_, n) => n + 1).filter((n) => n % STEP === 1 || STEP === 1), async (frame) => {
    const { handler, proxy } = await through({ agent: 'assistant' })
    const outcome = handler.send('Count. [[plain n=200 ms=60]]')
    await until(() => handler.getSnapshot().diagnostics.framesRead >= frame)
    handler.cancel()
    assert.equal(await outcome, 'cancelled')
    const { runId, sessionId, turns, error } = handler.getSnapshot()
    assert.deepEqual([turns[0].outcome, error], ['cancelled', null])
    assert.ok(await until(() => proxy.requests.includes(`POST /agents/assistant/runs/${runId}/cancel`)))
    assert.ok(await until(() => handler.getSnapshot().timeline.some(({ description }) => description === 'The server was told to stop the run')))
    const stored = await until(async () => [await storedRun(sessionId, { agent: 'assistant' }, runId)].find((run) => run?.status === 'CANCELLED'))
    assert.ok(stored.content.startsWith(turns[0].answer.content.trim()), `${stored.content} | ${turns[0].answer.content}`)
  })
})

const KINDS = {
  confirmed: ['Mail Ann. [[confirm]]', 'confirmation', (r) => lib.confirm(r), 'sent to Ann'],
  rejected: ['Mail Ann. [[confirm]]', 'confirmation', (r) => lib.reject(r, 'not today'), null],
  filled: ['Book. [[ask]]', 'input', (r) => lib.fill(r, { guests: 4 }), 'a table at Noma for 4'],
  given: ['How warm? [[external]]', 'external', (r) => lib.giveResult(r, '21 °C'), '21 °C'],
}

for (const [name, [message, kind, answer, result]] of Object.entries(KINDS)) {
  for (const [options, background] of [[{ agent: 'assistant' }, false], [{ agent: 'assistant' }, true], [{ team: 'cirkelline' }, false], [{ team: 'cirkelline' }, true]]) {
    test(`a pause that is ${name}: ${typeOf(options)}, ${background ? 'background' : 'foreground'}`, async () => {
      const { handler, proxy } = await through({ ...options, background })
      assert.equal(await handler.send(message), 'paused')
      const { pause, sessionId } = handler.getSnapshot()
      assert.equal(pause.requirements[0].kind, kind)
      if (kind === 'input') assert.deepEqual(pause.requirements[0].fields.map(({ name, value }) => [name, value ?? null]), [['place', 'Noma'], ['guests', null]])
      assert.equal(await handler.continueRun(pause.requirements.map(answer)), 'completed', proxy.requests.join(', '))
      const { turns, error, sessionId: after } = handler.getSnapshot()
      assert.deepEqual([turns.length, turns[0].outcome, error, after], [1, 'completed', null, sessionId])
      assert.equal(turns[0].answer.content, 'Let me see. Here it is: tok0 tok1 tok2 tok3 tok4 tok5 ')
      const [call] = turns[0].answer.tool_calls
      if (name === 'rejected') assert.equal(call.status, 'rejected')
      else assert.deepEqual([call.status, call.result], ['completed', result])
    })
  }
}

test('a workflow’s step, a member of a team and the model itself may ask', async () => {
  for (const background of [false, true]) {
    const gated = await through({ workflow: 'gated', background })
    assert.equal(await gated.handler.send('hello'), 'paused')
    const step = gated.handler.getSnapshot().pause
    assert.deepEqual([step.message, step.requirements[0].stepName, step.requirements[0].kind], ['Publish it?', 'publish', 'confirmation'])
    assert.equal(await gated.handler.continueRun(lib.confirm(step.requirements[0])), 'completed')
    assert.match(gated.handler.getSnapshot().turns[0].answer.content, /^SHOUT: HERE IT IS/)

    const team = await through({ team: 'cirkelline', background })
    assert.equal(await team.handler.send('Mail Ann. [[member]]'), 'paused')
    const { pause } = team.handler.getSnapshot()
    assert.deepEqual([pause.requirements[0].memberName, pause.requirements[0].toolName], ['Mailer', 'send_mail'])
    assert.equal(await team.handler.continueRun(lib.confirm(pause.requirements[0])), 'completed')
    const { turns } = team.handler.getSnapshot()
    assert.equal(turns[0].answer.content, 'Let me see. Here it is: tok0 tok1 tok2 tok3 tok4 tok5 ')
    assert.match(turns[0].work.find(({ agentName }) => agentName === 'Mailer').content, /^mailer found: /)

    const form = await through({ agent: 'assistant', background })
    assert.equal(await form.handler.send('A trip. [[form]]'), 'paused')
    const asked = form.handler.getSnapshot().pause.requirements[0]
    assert.deepEqual(asked.fields.map(({ name, type, description }) => [name, type, description]), [['city', 'str', 'Where to?'], ['nights', 'int', 'How long?']])
    assert.equal(await form.handler.continueRun(lib.fill(asked, { city: 'Aarhus', nights: '2' })), 'completed')
    assert.equal(form.handler.getSnapshot().turns[0].answer.content, 'Let me see. Here it is: tok0 tok1 tok2 tok3 tok4 tok5 ')
  }
})

test('an answer to a pause that is cut is taken up, or says that it is not', async () => {
  for (const frames of [1, 2, 4]) {
    const { handler } = await through({ agent: 'assistant' }, (path) => (path.endsWith('/continue') ? { frames } : null))
    assert.equal(await handler.send('Mail Ann. [[confirm]]'), 'paused')
    assert.equal(await handler.continueRun(lib.confirm(handler.getSnapshot().pause.requirements[0])), 'completed')
    assert.equal(handler.getSnapshot().turns[0].answer.content, 'Let me see. Here it is: tok0 tok1 tok2 tok3 tok4 tok5 ')
  }
})

test('cancel during a pause ends it on the server too', async () => {
  const { handler, proxy } = await through({ agent: 'assistant' })
  assert.equal(await handler.send('Mail Ann. [[confirm]]'), 'paused')
  const { runId } = handler.getSnapshot()
  handler.cancel()
  assert.equal(handler.getSnapshot().status, 'cancelled')
  assert.ok(await until(() => proxy.requests.includes(`POST /agents/assistant/runs/${runId}/cancel`)))
})

test('a run that nobody knows any more says so, and keeps its text', async () => {
  const { handler } = await through({ agent: 'assistant', resume: { baseDelay: 30 } }, (path, number) => (isRun(path) ? { frames: 6 } : number === 2 ? { bytes: 0 } : null))
  const outcome = handler.send('Say something. [[plain n=8]]')
  await until(() => handler.getSnapshot().retry)
  const { runId, sessionId } = handler.getSnapshot()
  await until(async () => (await storedRun(sessionId, { agent: 'assistant' }, runId)).status === 'COMPLETED')
  assert.equal((await fetch(`${agentos.url}/sessions/${sessionId}`, { method: 'DELETE' })).status, 204)
  await agentos.restart()
  handler.retryNow()
  assert.equal(await outcome, 'interrupted')
  const { error, turns, sessions } = handler.getSnapshot()
  assert.equal(error.message, 'The connection was lost, and the server does not have the rest of this answer any more.')
  assert.match(turns[0].answer.content, /^Here /)
  assert.equal(sessions[0].session_id, sessionId, 'the list is not ours to shorten')
})
