// 'ai-stream-handler/replay': what a handler went through, recorded, written to a file, read back and shown again.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { answerWith, backend, bytesOf, closedAfterEach, concat, frame, framesOf, importFrom, install, play, recording, runOf, runScript, streamNames, streamOf, truthOf, until } from './support.mjs'

let lib, remove, scratch
before(async () => {
  const installed = await install()
  ;({ remove, scratch } = installed)
  lib = { ...await importFrom(scratch), ...await import(pathToFileURL(join(scratch, 'node_modules/ai-stream-handler/dist/replay.js')).href) }
})
after(() => remove?.())

const { handlers } = closedAfterEach()
const make = (options) => handlers[handlers.push(lib.createStreamHandler({ notify: 'sync', ...options })) - 1]

/** What is stored of an unfinished answer. */
const POINT = { runId: 'r', sessionId: 's', lastIndex: 1, name: 'A', user: 'the question', askedAt: 1_795_452_000, text: 'So far. ', pause: null }
const CLOCK = new Set(['timestamp', 'heardAt', 'overAt', 'beganAt', 'firstAt', 'endedAt', 'created_at', 'updated_at', 'asOf', 'resumesAt', 'freeAt', 'delay', 'at', 'executionTime', 'averageDelay'])
/** A snapshot without what the clock says. */
const timeless = (snapshot) => JSON.parse(JSON.stringify(snapshot, (key, value) => (CLOCK.has(key) && typeof value === 'number' ? 0 : value)))
const plain = (snapshot) => JSON.parse(JSON.stringify(snapshot))
const reread = (recorded) => lib.readRecording(lib.writeRecording(recorded))
const bytesIn = ({ events }) => concat(events.flatMap((event) => (event.bytes ? [event.bytes] : event.call === 'feed' ? event.with : [])))

/** The page's own transport: the legs one after the other, in the chunks of the network. */
function fedByHand(legs, options) {
  const handler = make(options)
  const recorder = lib.record(handler)
  legs.forEach(({ cuts }, at) => {
    handler.begin(at === 0 ? 'the question' : undefined)
    for (const piece of cuts) handler.feed(piece)
    handler.end()
  })
  return { recorded: recorder.stop(), snapshot: handler.getSnapshot() }
}
const legsOf = (name) => (/\.2_continue$/.test(name) ? [recording(name.replace('2_continue', '1_pause')), recording(name)] : [recording(name)])

/** Sends what `talk` does to a backend that `handle` is, and records it. */
async function live(context, handle, options, talk = (handler) => handler.send('the question')) {
  const { url, close } = await backend(handle)
  context.after(close)
  const handler = make({ endpoint: url, agent: 'a', stall: false, ...options })
  const recorder = lib.record(handler)
  await talk(handler)
  return { recorded: recorder.stop(), snapshot: handler.getSnapshot(), url }
}

describe('every recorded stream, fed by hand', () => {
  for (const name of streamNames()) {
    test(`${name} is written and read without losing a byte or a millisecond, and is shown as it was`, () => {
      const { recorded, snapshot } = fedByHand(legsOf(name))
      assert.deepEqual(bytesIn(recorded), concat(legsOf(name).map(({ bytes }) => bytes)))
      assert.deepEqual(reread(recorded), recorded)
      assert.deepEqual(plain(lib.replay(make(), reread(recorded))), plain(snapshot))
    })
  }
})

describe('a recording that begins where a stored session is shown', () => {
  const FIRST = 'edit_agent_hidden.2_run', STEPS = ['3_regenerate_cancelled', '4_resend'].map((step) => `edit_agent_hidden.${step}`)
  const { runs, session_id } = truthOf(FIRST)
  /** A handler that has shown another session before, then this one, and is recorded from then on. */
  async function opened(context, answers, talk, listed = runs.body) {
    const { url, close } = await backend((request, response) => {
      if (request.method === 'GET') return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(listed))
      if (request.path.endsWith('/cancel')) return response.writeHead(200).end('{}')
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(streamOf(answers.shift()))
    })
    context.after(close)
    const handler = make({ endpoint: url, agent: 'historian', retry: false, stall: false })
    await handler.openSession('another')
    await handler.openSession(session_id)
    const recorder = lib.record(handler)
    await talk(handler)
    return { recorded: recorder.stop(), snapshot: handler.getSnapshot() }
  }
  const last = (handler) => handler.getSnapshot().turns.at(-1)

  for (const [name, answers, talk] of [
    ['nothing', [], () => {}],
    ['a message', [STEPS[1]], (handler) => handler.send('More')],
    ['an answer asked for again', [STEPS[0]], (handler) => handler.regenerate()],
    ['an edit', [...STEPS], (handler) => handler.edit(last(handler), 'Second question [[take key=eh]]')],
    ['an edit, and the version before it', [...STEPS], async (handler) => (await handler.edit(last(handler), 'Second question [[take key=eh]]'), handler.showVersion(last(handler), 0))],
  ]) test(`${name} is played as it was shown`, async (context) => {
    const { recorded, snapshot } = await opened(context, answers, talk)
    assert.equal(snapshot.turns.length, name === 'a message' ? 3 : 2)
    for (const played of [recorded, reread(recorded)]) assert.deepEqual(timeless(lib.replay(make(), played)), timeless(snapshot))
    const redacted = lib.redact(recorded)
    assert.doesNotMatch(lib.writeRecording(redacted), /question|historian:/)
    assert.equal(lib.replay(make(), reread(redacted)).turns.length, snapshot.turns.length)
    const player = lib.createPlayer(make(), recorded)
    player.seek(player.duration)
    player.seek(0)
  })

  test('an answer that the model no longer sees says so', async (context) => {
    const { recorded, snapshot } = await opened(context, [], () => {}, runs.body.map((run) => ({ ...run, status: 'REGENERATED' })))
    assert.match(snapshot.turns[0].notice, /^The model no longer sees this answer/)
    for (const played of [recorded, reread(recorded)]) assert.deepEqual(timeless(lib.replay(make(), played)), timeless(snapshot))
  })

  test('such an answer that is asked for again is played as it was shown', async (context) => {
    const forgotten = runs.body.map((run) => ({ ...run, status: 'REGENERATED' }))
    const { recorded, snapshot } = await opened(context, [STEPS[1]], (handler) => handler.regenerate(), forgotten)
    assert.notEqual(last({ getSnapshot: () => snapshot }).answer.content, '')
    for (const played of [recorded, reread(recorded)]) assert.deepEqual(timeless(lib.replay(make(), played)), timeless(snapshot))
  })

  test('what is not a stored turn in its head is refused', async (context) => {
    const { recorded } = await opened(context, [], () => {})
    for (const recalled of [{ first: -1, calls: [] }, { first: 0, calls: [{ call: 'send', with: [1, 'x', [], false] }] }, { first: 0, calls: [{ call: 'recall', with: [] }] }, 7]) {
      assert.throws(() => reread({ ...recorded, start: { ...recorded.start, recalled: recalled.calls ? recalled : { calls: [], first: 'x' } } }), /its head lacks something/)
    }
  })

  test('versions recorded before there were edits are played', () => {
    const recall = (text) => ({ text: `event: RunCompleted\ndata: {"event":"RunCompleted","run_id":"${text}","content":"${text}"}\n\n` })
    const lines = [
      { format: 'ai-stream-handler recording', version: 1, startedAt: 1, options: {}, seed: 1, start: { requests: 0, sessionId: null, kept: null }, dropped: { runs: 0, events: 0, bytes: 0 }, redacted: false },
      { at: 0, call: 'clear', with: ['s'] }, { at: 0, call: 'recall', with: ['Why?', 1, recall('first')] }, { at: 0, call: 'recallVersion', with: [null, true, 2, recall('second')] },
    ]
    const [turn] = lib.replay(make(), lib.readRecording(lines.map((line) => JSON.stringify(line)).join('\n'))).turns
    assert.deepEqual([turn.versions, turn.answer.content, turn.user.content], [{ index: 1, count: 2 }, 'second', 'Why?'])
  })
})

describe('live runs are shown as they were', () => {
  /** To the millisecond: nothing is left out. */
  const same = ({ recorded, snapshot }) => assert.deepEqual(plain(lib.replay(make(), reread(recorded))), plain(snapshot))
  /** The same but for `error.url`: a recording has no more of an address than its path. */
  const samePath = ({ recorded, snapshot, url }) =>
    assert.deepEqual(plain(lib.replay(make(), reread(recorded))), JSON.parse(JSON.stringify(snapshot).replaceAll(`"url":"${url}/`, '"url":"/')))

  test('an answer', async (context) => {
    const run = await live(context, (_, response) => play(response, 'agent_tool'))
    assert.equal(run.snapshot.status, 'completed')
    same(run)
  })

  test('HTTP 429 with a delay, a request without an answer, and the attempt that went through', async (context) => {
    const answers = [
      (response) => response.writeHead(429, { 'content-type': 'application/json', 'retry-after-ms': '30' }).end('{"error":"slow down"}'),
      (response) => response.socket.destroy(),
      (response) => play(response, 'agent_plain'),
    ]
    const run = await live(context, (_, response, number) => answers[number - 1](response), { retry: { maxRetries: 3, baseDelay: 0.02, jitter: 0.5 } })
    assert.equal(run.snapshot.status, 'completed')
    assert.equal(run.snapshot.turns[0].attempts, 3)
    same(run)
  })

  test('retries that the server makes, and retries that are used up', async (context) => {
    same(await live(context, (_, response) => play(response, 'seedroute_seed_tool_then_429_then_ok')))
    const run = await live(context, (_, response) => play(response, 'agent_model_429'), { retry: { maxRetries: 2, delays: [0.01] } })
    assert.equal(run.snapshot.status, 'failed')
    assert.equal(run.snapshot.turns[0].attempts, 3)
    same(run)
  })

  test('a server that has never answered, and one that has', async (context) => {
    const never = await live(context, (_, response) => response.socket.destroy())
    assert.deepEqual([never.snapshot.status, never.snapshot.error.type, never.snapshot.turns[0].attempts], ['failed', 'network', 1])
    assert.match(never.snapshot.error.message, /^The server at http:\/\/127\.0\.0\.1:\d+ could not be reached\./)
    samePath(never)
    // The recording begins only after the first answer.
    const answers = [(response) => play(response, 'agent_plain'), (response) => response.socket.destroy(), (response) => play(response, 'agent_plain')]
    const { url, close } = await backend((_, response, number) => answers[number - 1](response))
    context.after(close)
    const handler = make({ endpoint: url, agent: 'a', retry: { delays: [0.01] } })
    await handler.send('before')
    handler.clear()
    const recorder = lib.record(handler)
    assert.equal(await handler.send('the question'), 'completed')
    const replayed = lib.replay(make(), reread(recorder.stop()))
    assert.deepEqual([handler, { getSnapshot: () => replayed }].map((one) => [one.getSnapshot().status, one.getSnapshot().turns[0].attempts]), Array(2).fill(['completed', 2]))
  })

  test('a response that cannot be read, and one of texts', async (context) => {
    const bytes = recording('agent_plain').bytes
    const text = new TextDecoder().decode(bytes)
    for (const [body, status] of [[[{}], 'failed'], [text.match(/[^]{1,50}/g), 'completed']]) {
      const run = await live(context, () => {}, { fetch: async () => ({ status: 200, body }), onListenerError: () => {} })
      assert.equal(run.snapshot.status, status)
      // Errors of the page's own code are none of the recording's.
      run.snapshot = { ...run.snapshot, diagnostics: { ...run.snapshot.diagnostics, listenerErrors: 0 } }
      samePath(run)
    }
  })

  test('a background run that is cut and taken up', async (context) => {
    const run = await live(context, async (request, response) => (/resume/.test(request.path)
      ? play(response, 'bg_agent.1_resume_active') : play(response, 'bg_agent.0_full_or_dropped', { cut: true })),
    { background: true, persist: false, resume: { baseDelay: 0.01 } })
    assert.equal(run.snapshot.status, 'completed')
    assert.ok(run.snapshot.timeline.some(({ eventType }) => eventType === 'resume'), 'it was taken up')
    same(run)
  })

  test('a pause, and what followed the answer to it', async (context) => {
    const run = await live(context, (request, response) => play(response, /continue/.test(request.path) ? 'hitl_agent_confirm.2_continue' : 'hitl_agent_confirm.1_pause'), {}, async (handler) => {
      await handler.send('the question')
      await handler.continueRun(handler.getSnapshot().pause.requirements.map((asked) => lib.confirm(asked)))
    })
    assert.equal(run.snapshot.status, 'completed')
    same(run)
  })

  test('a cancelled answer, what the server said to it, and sends that wait their turn', async (context) => {
    const run = await live(context, (_, response, number) => play(response, 'agent_plain', number === 1 ? { until: 4, end: false } : {}), {}, async (handler) => {
      const first = handler.send('the first')
      await until(() => handler.getSnapshot().messages.at(-1)?.content)
      handler.cancel()
      assert.equal(await first, 'cancelled')
      await until(() => handler.getSnapshot().timeline.some(({ eventType }) => eventType === 'cancel'))
      await Promise.all([handler.send('the second'), handler.send('the third')])
    })
    assert.deepEqual(run.snapshot.turns.map(({ outcome }) => outcome), ['cancelled', 'completed', 'completed'])
    same(run)
  })

  test('an answer of another tab that goes on here, and a message behind it', async (context) => {
    const base = { run_id: 'run-1', session_id: 'session-1' }
    const listed = [{ ...base, agent_id: 'a', status: 'RUNNING', run_input: 'Elsewhere', created_at: 1_795_452_000, events: null }]
    const run = await live(context, (request, response) => {
      if (request.method === 'GET') return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(listed))
      const bytes = /resume/.test(request.path) ? [frame('catch_up', { ...base, status: 'running' }), ...runOf('From there. ')] : runOf('From here.', 'run-2')
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(concat(bytes))
    }, {}, async (handler) => {
      assert.equal(await handler.follow('session-1'), 'completed')
      assert.equal(await handler.send('the question'), 'completed')
    })
    assert.deepEqual(run.snapshot.messages.map(({ content }) => content), ['Elsewhere', 'From there. ', 'the question', 'From here.'])
    same(run)
  })

  test('an answer that an earlier page had begun', async (context) => {
    const kept = { version: 1, at: Date.now() / 1000, ...POINT }
    const storage = { getItem: () => JSON.stringify(kept), setItem() {}, removeItem() {} }
    const rest = [frame('RunContent', { run_id: 'r', session_id: 's', agent_id: 'a', event_index: 2, content: 'And on.' }), frame('RunCompleted', { run_id: 'r', session_id: 's', agent_id: 'a', event_index: 3, content: 'So far. And on.' })]
    const run = await live(context, (_, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(concat(rest)), { background: true, persist: storage }, async (handler) => {
      handler.subscribe(() => {})
      await until(() => handler.getSnapshot().status === 'completed')
    })
    assert.equal(run.snapshot.messages.at(-1).content, 'So far. And on.')
    same(run)
  })

  test('the times are those of the recording, to the millisecond', () => {
    const recorded = lib.recordingOf({ bytes: concat(runOf('Hi.')), message: 'Hello' }, { startedAt: 1_000_000.25 })
    const { turns } = lib.replay(make(), recorded)
    assert.equal(turns[0].user.created_at, 1_000_000.25)
  })

  test('recordingOf says what it takes', () => {
    for (const given of ['x', null, {}, { bytes: 'data: {}' }, [{ bytes: new Uint8Array() }, 7]]) assert.throws(() => lib.recordingOf(given), { name: 'TypeError', message: /recordingOf\(\) takes an object \{ bytes \}, a Uint8Array, or a list of such objects$/ })
  })

  test('a recorder that begins in mid-answer leaves that one out', () => {
    const handler = make()
    handler.begin('the first')
    handler.feed(runOf('One.')[0])
    const recorder = lib.record(handler)
    runOf('One.').slice(1).forEach((part) => handler.feed(part))
    handler.end()
    handler.begin('the second')
    runOf('Two.', 'run-2').forEach((part) => handler.feed(part))
    handler.end()
    const { turns, sessionId } = lib.replay(make(), reread(recorder.recording))
    assert.deepEqual(turns.map(({ user, answer }) => [user.content, answer.content]), [['the second', 'Two.']])
    assert.equal(sessionId, 'session-1')
  })

  test('a second recorder ends the first, also of an answer under way', async (context) => {
    const { url, close } = await backend((_, response) => play(response, 'agent_plain', { until: 3, end: false }))
    context.after(close)
    const handler = make({ endpoint: url, agent: 'a' })
    const first = lib.record(handler)
    const sent = handler.send('hello')
    await until(() => handler.getSnapshot().runId)
    const second = lib.record(handler)
    const before = first.recording.events.length
    assert.ok(before > 2)
    handler.cancel()
    await sent
    handler.begin('again')
    handler.end()
    assert.deepEqual(second.recording.events.map(({ call }) => call), ['begin', 'end'])
    assert.equal(first.recording.events.length, before)
    second.stop()
    handler.begin('and again')
    assert.equal(second.recording.events.length, 2)
  })
})

describe('no secret gets into a recording', () => {
  const SECRET = 's3cr3t-t0ken'

  test('headers, fields of the caller’s, queries, passwords, file contents and what a fetch was given are in no recording', async (context) => {
    const { url, close, requests } = await backend((_, response, number) => (number === 1 ? response.writeHead(429, { 'retry-after-ms': '1', 'set-cookie': SECRET, 'x-key': SECRET, 'content-type': 'application/json' }).end('{}') : play(response, 'agent_plain')))
    context.after(close)
    const handler = make({
      endpoint: url, url: `/agents/a/runs?token=${SECRET}`, retry: { maxRetries: 1, baseDelay: 0 }, fallbacks: [{ url: `/b/runs?key=${SECRET}` }],
      headers: () => ({ Authorization: `Bearer ${SECRET}` }), fields: { api_key: SECRET, note: SECRET, timezone: 'Europe/Copenhagen' },
    })
    const recorder = lib.record(handler, { fields: ['timezone'] })
    const form = new FormData()
    form.set('message', 'hello')
    form.set('password', SECRET)
    form.set('files', new File([SECRET], 'photo.png'))
    assert.equal(await handler.send(form), 'completed')
    const file = lib.writeRecording(recorder.stop())
    assert.ok(requests.every(({ headers, path, form }) => headers.authorization.includes(SECRET) && path.includes(SECRET) && form.get('api_key') === SECRET), 'all of it was sent')
    assert.ok(!file.includes(SECRET), file.slice(0, 900))
    const sent = reread(recorder.recording).events.find((event) => event.fields)
    assert.equal(sent.path, '/agents/a/runs')
    assert.deepEqual(sent.fields, { message: 'hello', password: null, files: 'photo.png', stream: 'true', session_id: '', api_key: null, note: null, timezone: 'Europe/Copenhagen' })
  })
})

describe('a recording is bounded', () => {
  const run = (handler, text, id) => {
    handler.begin(text)
    runOf(text, id).forEach((part) => handler.feed(part))
    handler.end()
  }

  test('the oldest runs go first, and it says how many', () => {
    const handler = make()
    const recorder = lib.record(handler, { maxBytes: 20_000 })
    for (let n = 0; n < 40; n++) run(handler, `Answer ${n}, which is one of many that do not all fit.`, `run-${n}`)
    const recorded = recorder.stop()
    const size = lib.writeRecording(recorded).length
    assert.ok(size < 40_000 && recorded.dropped.runs > 20, `${size} bytes, ${JSON.stringify(recorded.dropped)}`)
    const { turns } = lib.replay(make(), reread(recorded))
    assert.equal(turns.length, 40 - recorded.dropped.runs)
    assert.match(turns.at(-1).answer.content, /^Answer 39,/)
  })

  test('of one that is longer by itself the beginning stays, and it says what is missing', () => {
    const handler = make()
    const recorder = lib.record(handler, { maxBytes: 5_000 })
    run(handler, 'word '.repeat(500), 'run-1')
    const long = recorder.recording
    assert.ok(long.dropped.events > 400 && long.dropped.bytes > 10_000 && long.dropped.runs === 0, JSON.stringify(long.dropped))
    assert.match(lib.replay(make(), long).messages.at(-1).content, /^word word /)
    run(handler, 'Short.', 'run-2')
    assert.deepEqual(lib.replay(make(), recorder.stop()).turns.map(({ answer }) => answer.content), ['Short.'])
  })
})

describe('the file', () => {
  const recorded = () => lib.recordingOf({ bytes: concat(runOf('smørrebrød 🌍')), chunks: [[0, 40], [5, 100], [7.5, 1e9]], message: 'Hvad?' }, { startedAt: 1_000_000 })

  test('is lines of JSON, text where it is text, and packs and unpacks', async () => {
    const cut = lib.recordingOf({ bytes: bytesOf('data: ø\n\n'), chunks: [[0, 7], [3, 3]], message: 'x' })
    const lines = lib.writeRecording(cut).trimEnd().split('\n').map((line) => JSON.parse(line))
    assert.equal(lines[0].format, 'ai-stream-handler recording')
    assert.deepEqual(lines.slice(1).map((line) => line.with), [['x', null], [{ base64: btoa('data: \xc3') }], [{ text: '\ufffd\n\n' }].map(() => ({ base64: btoa('\xb8\n\n') })), []])
    const packed = await lib.packRecording(recorded())
    assert.deepEqual([...new Uint8Array(await packed.slice(0, 2).arrayBuffer())], [0x1f, 0x8b])
    assert.deepEqual(await lib.openRecording(packed), recorded())
    assert.deepEqual(await lib.openRecording(new Blob([lib.writeRecording(recorded())])), recorded())
    assert.deepEqual(await lib.openRecording(bytesOf(lib.writeRecording(recorded()))), recorded())
  })

  test('a byte order mark and NUL stay where they are', () => {
    const bytes = Uint8Array.of(0xef, 0xbb, 0xbf, 0, 10, 13, 0xe2, 0x80, 0xa8)
    assert.deepEqual(bytesIn(reread(lib.recordingOf({ bytes, message: 'x' }))), bytes)
  })

  test('that is none, of another version, cut or tampered with is refused, and the error says where', async () => {
    const good = lib.writeRecording(recorded()).trimEnd().split('\n')
    const having = (at, change) => good.with(at, JSON.stringify({ ...JSON.parse(good[at]), ...change })).join('\n')
    const bad = [
      ['', /does not begin with the head/],
      ['{"event":"RunStarted"}', /does not begin with the head/],
      ['event: RunStarted\ndata: {}', /does not begin with the head/],
      ['[1]', /does not begin with the head/],
      [having(0, { version: 2 }), /it is of version 2, and this package reads version 1/],
      [having(0, { start: null }), /its head lacks something/],
      [having(0, { startedAt: '1' }), /its head lacks something/],
      [having(0, { start: { requests: 0, sessionId: null, kept: { runId: 7 } } }), /its head lacks something/],
      ...[7, null, {}].map((edited) => [having(0, { start: { requests: 0, sessionId: null, kept: { ...POINT, edited } } }), /its head lacks something/]),
      [good.join('\n').slice(0, -9), /line \d+ is no JSON/],
      [having(2, { at: -1 }), /line 3 is no event/],
      [having(3, { at: 1e9 }), /line 5 is no event in order/],
      [having(1, { call: 'constructor', with: [1] }), /line 2 is no event/],
      [having(1, { call: 'free', with: [] }), /line 2 is no event/],
      [having(1, { call: '__proto__', with: [] }), /line 2 is no event/],
      [having(1, { with: [{}, null] }), /line 2 is no event/],
      [having(1, { with: ['x'] }), /line 2 is no event/],
      [having(2, { with: [{ base64: '*' }] }), /line 3 is no event/],
      [[...good, '{"at":9,"request":1}'].join('\n'), /line 7 is no event/],
      [[...good, '{"at":9,"request":1,"end":"well"}'].join('\n'), /line 7 is no event/],
      [[...good, 'null'].join('\n'), /line 7 is no event/],
    ]
    for (const more of [{}, { edited: 'New words' }]) assert.deepEqual(lib.readRecording(having(0, { start: { requests: 0, sessionId: null, kept: { ...POINT, ...more } } })).start.kept, { ...POINT, ...more })
    for (const [text, why] of bad) assert.throws(() => lib.readRecording(text), (error) => /^This is no recording of ai-stream-handler: /.test(error.message) && why.test(error.message), text.slice(0, 200))
    const packed = new Uint8Array(await (await lib.packRecording(recorded())).arrayBuffer())
    await assert.rejects(lib.openRecording(packed.subarray(0, packed.length / 2)), /it is broken: gzip cannot unpack it/)
    const options = having(0, { options: { agnet: 'a' } })
    assert.throws(() => lib.createPlayer(make(), lib.readRecording(options)), /no option agnet/)
  })
})

test('what takes a recording names anything else that it is given', async () => {
  const handler = lib.createStreamHandler()
  const recorder = lib.record(handler)
  for (const [given, hint] of [[undefined, ''], [null, ''], [5, ''], [[], ''], [recorder, ''], ['{}', '; readRecording() reads its text'], [new Blob([]), '; openRecording() reads a file']]) {
    const refusal = (call) => ({ name: 'TypeError', message: `ai-stream-handler/replay: ${call}() takes a recording, as recorder.stop(), readRecording() and openRecording() return it${hint}` })
    for (const call of ['redact', 'writeRecording']) assert.throws(() => lib[call](given), refusal(call))
    for (const call of ['createPlayer', 'replay']) assert.throws(() => lib[call](lib.createStreamHandler(), given), refusal(call))
    await assert.rejects(lib.packRecording(given), refusal('packRecording'))
    if (typeof given !== 'string') assert.throws(() => lib.readRecording(given), /^Error: This is no recording of ai-stream-handler: it is no text; openRecording\(\) reads a file/)
  }
  handler.dispose()
})

test('what unpacks to more than is allowed is refused', async () => {
  // 300 MB of zeros, as 300 KB.
  const zeros = new ReadableStream({ start: (stream) => { for (let n = 0; n < 300; n++) stream.enqueue(new Uint8Array(1 << 20)); stream.close() } })
  const bomb = await new Response(zeros.pipeThrough(new CompressionStream('gzip'))).arrayBuffer()
  assert.ok(bomb.byteLength < 1e6)
  await assert.rejects(lib.openRecording(bomb), /it is too long/)
})

describe('redact', () => {
  const shape = (snapshot) => ({
    status: snapshot.status, outcomes: snapshot.turns.map(({ outcome, attempts, work }) => [outcome, attempts, work.map(({ role, agentName, status }) => [role, agentName, status])]),
    timeline: snapshot.turns.map(({ timeline }) => timeline.map(({ eventType, source, status, depth, details }) => [eventType, source, status, depth, details.toolName, details.attempt, details.voided, details.retryDelay, details.tokenUsage])),
    tools: snapshot.messages.map(({ tool_calls = [] }) => tool_calls.map(({ tool_name, status, tool_call_id }) => [tool_name, status, tool_call_id])),
    lengths: snapshot.messages.map(({ content }) => new TextEncoder().encode(content).length >= content.length && content.split('\n').length),
    pause: snapshot.pause?.requirements.map(({ kind, id, toolName, fields }) => [kind, id, toolName, fields?.map(({ name, type }) => [name, type])]),
    error: snapshot.error && [snapshot.error.type, snapshot.error.retries, snapshot.error.retryable], usage: snapshot.usage, sessionId: snapshot.sessionId,
    counts: Object.values(snapshot.diagnostics).filter((value) => typeof value === 'number'),
  })
  /** Where something is said. */
  const SAID = ['content', 'reasoning_content', 'tool_args', 'result', 'message', 'error', 'detail', 'followups', 'reasoning', 'title', 'action', 'task', 'session_name', 'user_id', 'description', 'query', 'text', 'summary', 'memory', 'input']
  /** Strings below such a key, JSON within strings too. */
  function* said(value, isSaid = false) {
    if (typeof value === 'string') {
      const inner = /^[[{]/.test(value) ? parsed(value) : undefined
      if (inner !== undefined) yield* said(inner, isSaid)
      else if (isSaid) yield value
    } else if (value) for (const [key, part] of Object.entries(value)) if (!/(?<!user)_id$/.test(key)) yield* said(part, (isSaid && !(key === 'name')) || SAID.includes(key))
  }
  const parsed = (text) => {
    try { return JSON.parse(text) } catch { return undefined }
  }
  const telling = /resource_exhausted|rate_limit_\w*|retrydelay|status_?code|too many requests|rate limit(ed)?|exceeded|reached|quota|(re)?try(ing)?( again)? (in|after)|(milli)?seconds?|minutes?|hours?|response|http|error|code|status|retry|attempt|\d+(\.\d+)?(ms|s|m|h)?/gi

  for (const name of streamNames()) {
    test(`${name} plays to the same shape, in the same chunks, and says nothing of what was said`, () => {
      const { recorded, snapshot } = fedByHand(legsOf(name))
      const redacted = reread(lib.redact(recorded))
      assert.deepEqual(redacted.events.map(({ at, call, with: [bytes] = [] }) => [at, call, bytes?.length]), recorded.events.map(({ at, call, with: [bytes] = [] }) => [at, call, bytes?.length]))
      assert.deepEqual(shape(lib.replay(make(), redacted)), shape(snapshot))
      const frames = framesOf(bytesIn(redacted))
      assert.deepEqual(frames.map((frame) => frame.name), framesOf(bytesIn(recorded)).map((frame) => frame.name))
      for (const { name: event, data } of frames) {
        for (const text of said(data)) assert.match(/error|retry/i.test(event) ? text.replace(telling, '') : text, /^[^\p{L}\p{N}]*([x0][^\p{L}\p{N}]*)*$/u, `${event}: ${text}`)
      }
      assert.equal(redacted.events[0].with[0], 'xxx xxxxxxxx')
    })
  }

  test('of live runs too: a rate limit is still one, with the delay that it names, and so is a pause', async (context) => {
    const limited = await live(context, (_, response, number) => (number === 1 ? play(response, 'agent_model_429') : number === 2 ? answerWith(response, 'http_429_seedroute') : play(response, 'agent_plain')), { retry: { maxRetries: 2, baseDelay: 0.01 } })
    assert.equal(limited.snapshot.turns[0].attempts, 3)
    const asked = await live(context, (request, response) => play(response, /continue/.test(request.path) ? 'hitl_agent_confirm.2_continue' : 'hitl_agent_confirm.1_pause'), {}, async (handler) => {
      await handler.send('Please send Rosalind a mail')
      await handler.continueRun(handler.getSnapshot().pause.requirements.map((asked) => lib.reject(asked, 'not Rosalind')))
    })
    for (const run of [limited, asked]) {
      const redacted = lib.redact(run.recorded)
      assert.deepEqual(shape(lib.replay(make(), redacted)), shape(run.snapshot))
      assert.ok(!lib.writeRecording(redacted).includes('Rosalind'))
    }
  })

  test('takes a tool result of any size, and JSON inside of it', () => {
    const word = 'Rosalind '
    for (const size of [125_000, 3_000_000]) {
      const text = word.repeat(size / word.length)
      const results = [text, JSON.stringify({ rows: [{ text, id: 7 }] }), JSON.stringify({ [text]: 1 })]
      for (const result of results) {
        const tool = { tool_call_id: 'c', tool_name: 't', tool_args: {}, result }
        const base = { run_id: 'r', session_id: 's', agent_id: 'a' }
        const bytes = concat([frame('RunStarted', base), frame('ToolCallCompleted', { ...base, tool }), frame('RunError', { ...base, content: `429: try again in 7 seconds. ${text}` })])
        const redacted = lib.redact(lib.recordingOf({ bytes, message: text }))
        // Keys are kept.
        if (result !== results[2]) assert.ok(!lib.writeRecording(redacted).includes('Rosalind'))
        const { timeline, messages } = lib.replay(make(), reread(redacted))
        assert.match(timeline.at(-1).details.errorMessage, /^429: try again in 7 seconds/)
        assert.equal(messages.at(-1).tool_calls[0].result.length, result.length)
      }
    }
  })

  test('a chunk of a hundred thousand frames plays back in seconds', () => {
    const frames = Array.from({ length: 100_000 }, () => frame('RunContent', { run_id: 'r', agent_id: 'a', content: 'x' }))
    const recorded = lib.redact(lib.recordingOf({ bytes: concat(frames) }))
    const began = performance.now()
    assert.equal(lib.replay(make(), recorded).diagnostics.framesRead, 100_000)
    assert.ok(performance.now() - began < 15_000, `${Math.round(performance.now() - began)} ms`)
  })
})

describe('messages that load has shown', () => {
  const messages = [
    { role: 'user', content: 'Where does Rosalind live?', id: 'u1' },
    { role: 'agent', content: 'In **Arden**.', agentName: 'Ann', created_at: 1_795_452_000, tool_calls: [{ tool_name: 'search', tool_args: { query: 'Rosalind' }, status: 'completed' }] },
  ]
  const session = { sessionId: 's', messages }
  const talk = (handler, text) => {
    handler.begin(text)
    runOf('Yes.').forEach((part) => handler.feed(part))
    handler.end()
  }

  test('before the recording, in it, and in between are played back, and can be redacted', () => {
    const handler = make()
    handler.load(session)
    const recorder = lib.record(handler)
    const taken = []
    const take = () => taken.push({ recorded: recorder.recording, snapshot: handler.getSnapshot() })
    talk(handler, 'Really?')
    take()
    handler.load({ sessionId: 'other', messages: messages.slice(0, 1) })
    talk(handler, 'And now?')
    take()
    handler.clear()
    take()
    assert.deepEqual(taken.map(({ snapshot }) => snapshot.turns.length), [2, 2, 0])
    const shape = ({ turns }) => turns.map(({ id, user, answer }) => [id, user?.id, user?.role, answer.id, answer.agentName, answer.content.length])
    for (const { recorded, snapshot } of taken) {
      assert.deepEqual(timeless(lib.replay(make(), reread(recorded)).turns), timeless(snapshot.turns))
      const redacted = lib.redact(recorded)
      assert.ok(!/Rosalind|Arden/.test(lib.writeRecording(redacted)))
      assert.deepEqual(shape(lib.replay(make(), reread(redacted))), shape(snapshot))
    }
    const shown = make()
    const player = lib.createPlayer(shown, taken[1].recorded)
    player.seek(player.duration)
    player.seekFrame(0)
    assert.deepEqual(shown.getSnapshot().turns.map(({ id, outcome }) => [id, outcome]), [[taken[0].snapshot.turns[0].id, 'completed']], 'backwards')
    player.dispose()
  })

  test('that are too large for the recording are left out, and it says so', () => {
    const handler = make()
    const recorder = lib.record(handler, { maxBytes: 2000 })
    handler.load({ sessionId: 's', messages: [{ role: 'user', content: 'x'.repeat(5000) }] })
    const recorded = recorder.stop()
    assert.ok(recorded.dropped.bytes > 5000)
    assert.ok(!lib.writeRecording(recorded).includes('xxx'))
  })

  test('in a file that was tampered with are refused', () => {
    const handler = make()
    handler.load(session)
    const recorder = lib.record(handler)
    talk(handler, 'Really?')
    handler.load(session)
    const text = lib.writeRecording(recorder.stop())
    lib.readRecording(text)
    assert.throws(() => lib.readRecording(text.replace('"generation":1', '"generation":"1"')), /its head lacks something/)
    assert.throws(() => lib.readRecording(text.replace('"generation":2', '"generation":null')), /is no event/)
    assert.throws(() => lib.readRecording(text.replaceAll('"content":"In **Arden**."', '"content":7')), /its head lacks something/)
  })
})

describe('the player', () => {
  const NAME = 'team_nested'
  /** In chunks that end where no frame does, several frames in one. */
  const given = () => lib.recordingOf({ bytes: recording(NAME).bytes, chunks: Array.from({ length: 300 }, (_, at) => [5 * at, 1777]), message: 'the question' }, { startedAt: 1_000_000 })

  test('at the end of each frame it shows what feeding the stream so far does, forwards, backwards and at random', () => {
    const handler = make()
    const player = lib.createPlayer(handler, given())
    assert.ok(player.frames.length > 20)
    assert.deepEqual(concat(player.frames.map(({ bytes }) => bytes)), recording(NAME).bytes)
    const fed = make()
    fed.begin('the question')
    const wanted = [null, ...player.frames.map(({ bytes }) => {
      fed.feed(bytes)
      return timeless(fed.getSnapshot())
    })]
    const order = [...wanted.keys()].slice(1)
    for (const at of [...order, ...order.toReversed(), 3, order.length, 7, 1]) {
      player.seekFrame(at)
      assert.equal(player.frame, at)
      assert.deepEqual(timeless(handler.getSnapshot()), wanted[at], `frame ${at}`)
    }
    player.seekFrame(0)
    assert.equal(handler.getSnapshot().turns.length, 0)
  })

  test('seek shows everything that had come by then, and tells listeners once', () => {
    const handler = make()
    const player = lib.createPlayer(handler, given())
    let told = 0
    handler.subscribe(() => told++)
    player.seek(player.duration)
    assert.deepEqual([handler.getSnapshot().status, told, player.frame], ['completed', 1, player.frames.length])
    const half = player.duration / 2
    player.seek(half)
    assert.equal(player.frame, player.frames.filter(({ at }) => at <= half).length)
    assert.equal(handler.getSnapshot().diagnostics.framesRead, player.frame)
    assert.deepEqual([told, player.position, player.now], [2, half, Math.round((1_000_000 + half) * 1000) / 1000])
  })

  test('it plays at its speed to the end, can be halted and stepped, and begins anew', async () => {
    const handler = make()
    const player = lib.createPlayer(handler, given())
    const seen = []
    player.subscribe(() => seen.push(player.isPlaying))
    player.speed = player.duration / 10
    player.play()
    await until(() => player.frame > 0)
    player.pause()
    const { frame: before, position } = player
    await new Promise((later) => setTimeout(later, 30))
    assert.deepEqual([player.frame, player.position], [before, position])
    player.step()
    assert.equal(player.frame, before + 1)
    player.step(-1)
    assert.equal(player.frame, before)
    player.speed = player.duration / 0.2
    player.play()
    await until(() => handler.getSnapshot().status === 'completed' && !player.isPlaying)
    assert.equal(player.position, player.duration)
    player.play()
    assert.ok(player.frame < player.frames.length && player.isPlaying)
    player.dispose()
    assert.ok(seen.includes(true) && seen.includes(false))
    assert.throws(() => (player.speed = 0), RangeError)
  })

  test('a wait of the handler’s own is shown as it was, and none is waited out', async (context) => {
    const asked = []
    const run = await live(context, (_, response, number) => (asked.push(performance.now()), number === 1 ? response.writeHead(429, { 'retry-after-ms': '80', 'content-type': 'application/json' }).end('{"error":"slow down"}') : play(response, 'agent_plain')))
    const handler = make()
    const player = lib.createPlayer(handler, run.recorded)
    const waits = []
    for (let at = 0; at <= player.duration; at += 0.01) {
      player.seek(at)
      const { retry } = handler.getSnapshot()
      if (retry) waits.push(retry.resumesAt - player.now)
    }
    player.seekFrame(0)
    while (handler.getSnapshot().status !== 'retrying') player.skip()
    // A timer may ring a little early, and rings again; and late on a busy machine.
    const late = Math.max(0, (asked[1] - asked[0]) / 1000 - 0.08)
    for (let skips = 0; skips < 3 && handler.getSnapshot().status === 'retrying'; skips++) player.skip()
    assert.equal(handler.getSnapshot().status, 'connecting', 'a silence is skipped')
    assert.ok(waits.length > 2 && waits[0] <= 0.09 && waits.at(-1) < waits[0] && waits.at(-1) > -0.03 - late, waits.join(' '))
  })

  test('nothing of the page reaches a handler that shows a recording: no request, no timer, no other tab', async (context) => {
    // A pause that does not say what for: a handler asks.
    const paused = concat(['WorkflowStarted', 'WorkflowPaused'].map((event) => frame(event, { run_id: 'r', workflow_id: 'w', session_id: 's' })))
    const run = await live(context, (request, response) => (request.method === 'GET' ? response.writeHead(404).end() : response.writeHead(200, { 'content-type': 'text/event-stream' }).end(paused)), { agent: undefined, workflow: 'w' })
    assert.equal(run.snapshot.status, 'paused')
    let asked = 0
    const handler = make({ agent: 'a', endpoint: 'http://127.0.0.1:9', background: true, fetch: () => (asked++, Promise.reject(new Error('no'))) })
    handler.subscribe(() => {})
    const player = lib.createPlayer(handler, run.recorded)
    player.seek(player.duration)
    const before = handler.getSnapshot()
    await new Promise((later) => setTimeout(later, 50))
    assert.equal(asked, 0)
    assert.equal(handler.getSnapshot(), before)
  })

  test('a handler that was disposed of cannot show one', () => {
    const handler = lib.createStreamHandler()
    handler.dispose()
    assert.throws(() => lib.createPlayer(handler, given()), /was disposed of/)
  })

  test('CommonJS has it too', async () => {
    const printed = await runScript(scratch, 'replay.cjs', `
      const { createStreamHandler } = require('ai-stream-handler')
      const { record, replay, readRecording, writeRecording } = require('ai-stream-handler/replay')
      const h = createStreamHandler()
      const recorder = record(h)
      h.begin('hello')
      h.feed(new TextEncoder().encode('data: {"event":"RunContent","run_id":"r","content":"hi"}\\n\\n'))
      h.end()
      console.log(replay(createStreamHandler(), readRecording(writeRecording(recorder.stop()))).messages.at(-1).content)
    `)
    assert.equal(printed, 'hi\n')
  })
})
