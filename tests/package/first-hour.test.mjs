// Who answers: `answer.name` at every moment of a turn. And what else a user meets in the first hour: questions that do not repeat the
// answer, runs that never were, messages that say nothing, and the classes of errors.
import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { backend, frame, packed, play } from './support.mjs'

const lib = packed()
const closing = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** A handler whose requests `handle` answers, and all names that its last answer had. */
async function open(handle, options = {}) {
  const { url, close } = await backend(handle)
  closing.push(close)
  const handler = lib.createStreamHandler({ endpoint: url, agent: 'web-researcher', notify: 'sync', ...options })
  closing.unshift(() => handler.dispose())
  const names = []
  handler.subscribe(() => {
    const name = handler.getSnapshot().turns.at(-1)?.answer.name
    if (name !== undefined && name !== names.at(-1)) names.push(name)
  })
  return { handler, names, url, last: () => handler.getSnapshot().turns.at(-1).answer }
}
const json = (response, value) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
const base = { run_id: 'r', session_id: 's', agent_id: 'web-researcher', agent_name: 'The Researcher', created_at: 1_795_452_000 }
const answer = (response, more = {}) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const [event, fields] of [['RunStarted'], ['RunContent', { content: 'Yes.' }], ['RunCompleted', { content: 'Yes.' }]]) response.write(frame(event, { ...base, ...more, ...fields }))
  response.end()
}

describe('answer.name', () => {
  test('is derived from the id before the first event, then what the server says, in the next turn from the beginning', async () => {
    const { handler, names } = await open((_, response) => answer(response))
    const sent = handler.send('hello')
    assert.equal(handler.getSnapshot().turns[0].answer.name, 'Web Researcher')
    assert.equal(handler.getSnapshot().messages[0].name, undefined)
    await sent
    assert.deepEqual(names, ['Web Researcher', 'The Researcher'])
    await handler.send('again')
    assert.deepEqual(names, ['Web Researcher', 'The Researcher'])
  })

  test('is the option `name` before the first event; of a team and a workflow, too', async () => {
    for (const [options, named, wanted] of [
      [{ agent: null, team: 'cirkelline' }, {}, 'Cirkelline'], [{ agent: null, workflow: 'daily_news' }, {}, 'Daily News'], [{ name: 'Ann' }, {}, 'Ann'],
      [{ agent: null, url: '/x' }, {}, ''], [{ agent: null, url: '/x', name: 'Ann' }, {}, 'Ann'],
    ]) {
      const { handler } = await open((_, response) => answer(response, named), options)
      const sent = handler.send('hello')
      assert.equal(handler.getSnapshot().turns[0].answer.name, wanted)
      await sent
      assert.equal(handler.getSnapshot().turns[0].answer.name, 'The Researcher')
    }
  })

  test('is the name in the lists that the server gave', async () => {
    const routes = (request, response) => {
      if (request.path === '/agents') return json(response, [{ id: 'web-researcher', name: 'Listed Name' }, { id: 'other', name: 'Other Name' }])
      if (/runs$/.test(request.path)) return answer(response, { agent_name: undefined })
      json(response, [])
    }
    const { url } = await open(routes)
    await lib.listComponents({ endpoint: `${url}/` })
    for (const [options, wanted] of [[{ agent: 'web-researcher' }, 'Listed Name'], [{ agent: 'other' }, 'Other Name'], [{ team: 'other' }, 'Other'], [{ agent: 'other', name: 'Mine' }, 'Mine']]) {
      const handler = lib.createStreamHandler({ endpoint: url, ...options })
      closing.unshift(() => handler.dispose())
      const sent = handler.send('hello')
      assert.equal(handler.getSnapshot().turns[0].answer.name, wanted)
      await sent
      assert.equal(handler.getSnapshot().turns[0].answer.name, wanted, 'events without a name take none away')
    }
  })

  test('stays behind a superseded attempt, through a wait, and is the fallback’s when that is asked', async () => {
    const { handler, names } = await open((request, response, number) => {
      if (number === 1) {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(frame('RunStarted', base))
        response.write(frame('RunContent', { ...base, content: 'Half' }))
        return response.end(frame('retry', { attempt: 1, max_retries: 3, delay: 0.01, message: 'Retrying', run_id: 'r', created_at: base.created_at }))
      }
      if (/second/.test(request.path)) return answer(response, { agent_id: 'second-agent', agent_name: 'Second' })
      response.writeHead(429, { 'retry-after': '1' }).end()
    }, { retry: { maxRetries: 0 }, resume: false, fallbacks: [{ agent: 'second-agent', name: 'Number Two' }] })
    await handler.send('hello')
    assert.ok(!names.includes(''), names.join())
    await handler.send('again')
    assert.deepEqual(names.filter((name) => /Two|Second/.test(name)), ['Number Two', 'Second'])
    assert.ok(!names.includes(''), names.join())
  })

  test('is there after openSession, of runs with events and of runs without, and after load', async () => {
    const runs = [
      { run_id: 'r1', agent_id: 'web-researcher', status: 'COMPLETED', run_input: 'One?', content: 'One.', created_at: '2026-01-01T00:00:00Z' },
      { run_id: 'r2', team_id: 'news_team', status: 'COMPLETED', run_input: 'Two?', content: 'Two.', created_at: '2026-01-01T00:00:01Z' },
      { run_id: 'r3', agent_id: 'web-researcher', status: 'COMPLETED', run_input: 'Three?', content: 'Three.', created_at: '2026-01-01T00:00:02Z',
        events: [{ ...base, event: 'RunStarted', run_id: 'r3' }, { ...base, event: 'RunCompleted', run_id: 'r3', content: 'Three.' }] },
    ]
    const { handler } = await open((request, response) => json(response, /runs/.test(request.path) ? runs : { data: [] }), { name: 'Ann' })
    assert.equal(await handler.openSession('s'), true)
    assert.deepEqual(handler.getSnapshot().turns.map(({ answer }) => [answer.name, answer.content]), [['Ann', 'One.'], ['News Team', 'Two.'], ['The Researcher', 'Three.']])
    handler.load({ sessionId: null, messages: [
      { role: 'user', content: 'a' }, { role: 'agent', content: 'b' }, { role: 'user', content: 'c' }, { role: 'agent', content: 'd', agentName: 'Bo' }, { role: 'user', content: 'e' },
    ] })
    assert.deepEqual(handler.getSnapshot().turns.map(({ answer }) => answer.name), ['Ann', 'Bo', 'Ann'])
    assert.deepEqual(handler.getSnapshot().messages.map(({ name }) => name), [undefined, 'Ann', undefined, 'Bo', undefined, 'Ann'])
  })

  test('is given to a regenerated answer and to members', async () => {
    const { handler, last, names } = await open((request, response) => play(response, 'team_nested'), { agent: null, team: 'cirkelline' })
    assert.equal(await handler.send('hello'), 'completed')
    const [turn] = handler.getSnapshot().turns
    assert.equal(last().name, turn.answer.teamName)
    const members = turn.work.filter(({ role }) => role === 'agent')
    assert.ok(members.length > 0)
    for (const member of members) assert.equal(member.name, member.teamName ?? member.agentName)
    for (const { name } of turn.work.filter(({ role }) => role === 'delegation')) assert.equal(name, undefined)
    const again = handler.regenerate()
    assert.equal(handler.getSnapshot().turns[0].answer.name, turn.answer.teamName)
    await again
    assert.ok(!names.includes(''))
  })

  test('is empty only if nothing tells it', () => {
    const handler = lib.createStreamHandler({ notify: 'sync' })
    closing.push(() => handler.dispose())
    handler.begin('Hello?')
    assert.equal(handler.getSnapshot().turns[0].answer.name, '')
    handler.feed(frame('RunContent', { run_id: 'r', content: 'Hi.' }))
    assert.equal(handler.getSnapshot().turns[0].answer.name, '')
    handler.feed(frame('RunContent', { run_id: 'r', agent_id: 'late-one', content: ' Yes.' }))
    handler.end()
    handler.begin('Hello again?', { name: 'Ann' })
    assert.equal(handler.getSnapshot().turns[1].answer.name, 'Ann')
  })
})

describe('what never was', () => {
  test('a pause’s message does not repeat what the answer says', async () => {
    const { handler } = await open((_, response) => play(response, 'hitl_agent_confirm.1_pause'), { agent: 'assistant' })
    assert.equal(await handler.send('hello'), 'paused')
    const { pause, turns } = handler.getSnapshot()
    assert.ok(pause.message.length > 0)
    assert.ok(!turns[0].answer.content.includes(pause.message), `${turns[0].answer.content} | ${pause.message}`)
  })

  test('continueRun([]), continueRun() of a run that does not wait, and resume() with nothing are errors that say so', async () => {
    const { handler } = await open(() => assert.fail('nothing is requested'))
    await assert.rejects(handler.continueRun([]), /^TypeError: continueRun\(\) takes at least one answer, not an empty array/)
    await assert.rejects(handler.resume(), /^Error: ai-stream-handler: resume\(\) without an answer to resume/)
    await assert.rejects(handler.continueRun(lib.confirm({ kind: 'confirmation', raw: {} })), /^Error: ai-stream-handler: continueRun\(\) without a paused run/)
    assert.equal(handler.getSnapshot().turns.length, 0)
  })

  test('send(\'\') makes no turn', async () => {
    const { handler } = await open(() => assert.fail('nothing is requested'))
    const form = new FormData()
    form.append('message', ' ')
    // As a browser has a file input in which nothing was chosen.
    form.append('files', new File([], ''))
    for (const nothing of ['', '  \n', form]) assert.equal(await handler.send(nothing), 'cancelled')
    assert.deepEqual([handler.getSnapshot().turns.length, handler.getSnapshot().status], [0, 'idle'])
  })

  test('a file input in which nothing was chosen sends no file, and shows none', async () => {
    const { url, requests, close } = await backend((_, response) => answer(response))
    closing.push(close)
    const handler = lib.createStreamHandler({ endpoint: url, agent: 'a', notify: 'sync' })
    closing.unshift(() => handler.dispose())
    const form = new FormData()
    form.append('message', 'hello')
    form.append('files', new File([], ''))
    assert.equal(await handler.send(form), 'completed')
    assert.deepEqual([...requests[0].form.keys()].filter((name) => name === 'files'), [])
    assert.equal(handler.getSnapshot().turns[0].user.filesSent, undefined)
  })

  test('the classes of errors are exported, and are what is thrown', async () => {
    const { handler } = await open((_, response) => response.writeHead(404).end())
    await assert.rejects(handler.openSession('gone'), (error) => error instanceof lib.RequestError && error.httpStatus === 404 && error instanceof Error)
  })
})
