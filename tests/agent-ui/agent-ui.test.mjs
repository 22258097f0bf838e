// connectAgentUI against a store like that of agent-ui, with an AgentOS on 127.0.0.1 that plays recordings: what the page shows,
// whatever the rest of the page does to the same store.
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { backend, frame, install, play, recording, settle as soon, until } from '../package/support.mjs'
import { pageAround, pageStore } from './store.mjs'

let connectAgentUI, remove
before(async () => {
  const installed = await install()
  remove = installed.remove
  ;({ connectAgentUI } = await import(`${installed.scratch}/node_modules/ai-stream-handler/dist/agent-ui.js`))
})
after(() => remove?.())

const closing = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** A page, connected, with a backend that answers by `handle`. */
async function open(handle, { cirkelline, ids, loader, ...options } = {}) {
  const served = typeof handle === 'string' ? { url: handle, close() {} } : await backend(handle)
  const { url, requests, close } = served
  closing.push(close)
  const around = pageStore({ cirkelline })
  around.store.setState({ selectedEndpoint: url, mode: ids?.agent ? 'agent' : 'team' })
  const ui = connectAgentUI({ store: around.store, notify: 'sync', ...options })
  closing.unshift(() => ui.disconnect())
  const page = pageAround(ui, around, { ...ids, loader })
  return { ...around, ui, page, requests, shown: () => around.state().messages.map(({ role, content }) => [role, content]) }
}

const stream = (response, ...frames) => {
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const one of frames) response.write(one)
}
const base = { agent_id: 'a', agent_name: 'Agent', run_id: 'run-1', session_id: 'session-1', created_at: 1_795_452_000 }
const started = frame('RunStarted', base)
const said = (content) => frame('RunContent', { ...base, content })
const completed = (content) => frame('RunCompleted', { ...base, content })

describe('an answer', () => {
  test('is shown, with its session in the address and in the side bar, and the flags of the store around it', async () => {
    const { ui, page, state, shown, requests, writes } = await open((_, response) => play(response, 'team_nested'))
    const { truth } = recording('team_nested')
    assert.equal(await ui.send('What is new?'), 'completed')
    assert.deepEqual(shown(), [['user', 'What is new?'], ['agent', truth.run.body.content]])
    assert.equal(page.address.sessionId, truth.session_id)
    assert.deepEqual(state().sessionsData.map(({ session_id, session_name }) => [session_id, session_name]), [[truth.session_id, 'What is new?']])
    assert.deepEqual([state().isStreaming, state().streamingErrorMessage], [false, ''])
    assert.deepEqual(writes.filter(([key]) => key === 'isStreaming').map(([, value]) => value), [true, false])
    const { form, path } = requests[0]
    assert.equal(path, '/teams/cirkelline/runs')
    assert.deepEqual([form.get('message'), form.get('stream'), form.get('session_id')], ['What is new?', 'true', ''])
  })

  test('comes from an address typed without its scheme, as the page takes it', async () => {
    const { ui, store, shown } = await open((_, response) => play(response, 'team_plain'))
    store.setState({ selectedEndpoint: store.getState().selectedEndpoint.slice('http://'.length) })
    assert.equal(await ui.send('What is new?'), 'completed')
    assert.equal(shown().length, 2)
  })

  test('of an agent whose page has no such setters as the Cirkelline UI works as well', async () => {
    const { ui, shown } = await open((_, response) => play(response, 'agent_tool'), { ids: { agent: 'assistant', team: null } })
    assert.equal(await ui.send('How is the weather?'), 'completed')
    assert.equal(shown().at(-1)[1], recording('agent_tool').truth.run.body.content)
  })

  test('every write while text arrives changes one message: those before stay the same objects', async () => {
    const { ui, store, state } = await open((_, response) => play(response, 'agent_plain'), { ids: { agent: 'a', team: null } })
    state().setMessages(Array.from({ length: 10 }, (_, i) => ({ role: i % 2 ? 'agent' : 'user', content: `${i}`, created_at: i })))
    const old = state().messages.slice()
    const changed = []
    store.subscribe((now, then) => now.messages !== then.messages && changed.push(now.messages.filter((m, at) => m !== then.messages[at]).length))
    await ui.send('hello')
    assert.deepEqual(state().messages.slice(0, 10).map((m, at) => m === old[at]), Array(10).fill(true))
    assert.ok(changed.length > 2)
    assert.ok(changed.slice(1).every((count) => count === 1), changed.join())
  })

  test('costs the same behind 30 earlier turns as behind two: those are not written again with each token', async () => {
    const { ui, store } = await open((_, response) => (stream(response, started, said('A'), said('B'), completed('AB')), response.end()), { ids: { agent: 'a', team: null } })
    const { stringify } = JSON
    let calls = 0
    // What a send does once does not count.
    store.subscribe(({ messages }) => messages.at(-1)?.content !== 'AB' && (calls = 0))
    const written = async () => {
      JSON.stringify = (...args) => (calls++, stringify(...args))
      try {
        assert.equal(await ui.send('hello'), 'completed')
      } finally {
        JSON.stringify = stringify
      }
      return calls
    }
    for (let turn = 0; turn < 2; turn++) await ui.send('hello')
    const behindTwo = await written()
    for (let turn = 0; turn < 27; turn++) await ui.send('hello')
    assert.ok(behindTwo > 0)
    assert.equal(await written(), behindTwo)
  })

  test('keeps the times of its messages, of which the page makes keys and words: whole seconds', async () => {
    const { ui, store, state } = await open((_, response) => play(response, 'team_nested'))
    const times = new Set()
    store.subscribe(() => times.add(state().messages.map(({ created_at }) => created_at).join()))
    await ui.send('hello')
    times.delete('')
    assert.equal(times.size, 1)
    assert.match([...times][0], /^\d+,\d+$/)
  })
})

describe('what is sent', () => {
  test('carries the session of the address, user_id, timezone, the token, and a form’s own fields and files', async () => {
    const { ui, page, store, requests } = await open((_, response) => play(response, 'agent_plain'), {
      fields: () => ({ user_id: 'ann', timezone: 'Europe/Copenhagen' }),
    })
    store.setState({ authToken: 'secret' })
    page.setSessionId('of-the-address')
    store.getState().setMessages([{ role: 'user', content: 'earlier' }, { role: 'agent', content: 'yes' }])
    await soon()
    const form = new FormData()
    form.append('message', 'read this')
    form.append('files', new File(['x'], 'x.txt'))
    await ui.send(form)
    const sent = requests[0]
    assert.deepEqual(['message', 'session_id', 'user_id', 'timezone'].map((name) => sent.form.get(name)), ['read this', 'of-the-address', 'ann', 'Europe/Copenhagen'])
    assert.equal(sent.form.get('files').name, 'x.txt')
    assert.equal(sent.headers.authorization, 'Bearer secret')
    assert.equal(form.has('session_id'), false, 'the caller’s form is as it was')
  })

  test('goes on in the session that the first answer began, also where the address never follows', async () => {
    const { ui, requests } = await open((_, response) => play(response, 'agent_plain'))
    ui.update({ team: 'cirkelline' })
    await ui.send('one')
    await ui.send('two')
    assert.deepEqual(requests.map(({ form }) => form.get('session_id')), ['', recording('agent_plain').truth.session_id])
  })

  test('in a new chat has an empty session, even before the address has followed', async () => {
    const { ui, page, state, requests, shown } = await open((_, response) => play(response, 'agent_plain'))
    await ui.send('one')
    await soon()
    state().setMessages([])
    const sending = ui.send('two')
    page.setSessionId(null)
    await sending
    assert.deepEqual(requests.map(({ form }) => form.get('session_id')), ['', ''])
    assert.deepEqual(shown().map(([, content]) => content), ['two', recording('agent_plain').truth.run.body.content])
  })

  test('without an agent and a team fails in sight of the user', async () => {
    const { ui, page, state, shown } = await open(() => assert.fail('nothing is sent'), { ids: { team: null } })
    page.select({ team: null, agent: null })
    await soon()
    assert.equal(await ui.send('hello'), 'failed')
    assert.deepEqual(shown()[0], ['user', 'hello'])
    assert.equal(state().messages[1].streamingError, true)
    assert.equal(state().streamingErrorMessage, 'Please select an agent or team first.')
    await ui.send('hello again')
    assert.deepEqual(shown().map(([, content]) => content), ['hello again', 'Please select an agent or team first.'])
  })

  test('goes where the mode of the page says', async () => {
    const { ui, store, requests } = await open((_, response) => play(response, 'agent_plain'), { ids: { team: 't', agent: 'a' } })
    store.setState({ mode: 'team' })
    await ui.send('one')
    store.setState({ mode: 'agent' })
    await ui.send('two')
    assert.deepEqual(requests.map(({ path }) => path), ['/teams/t/runs', '/agents/a/runs'])
  })
})

describe('a failure', () => {
  test('is a banner on a drawn message, and stays, whatever the page’s loader brings', async () => {
    let loaded = 0
    const { ui, page, state, shown } = await open((_, response) => stream(response, started, frame('RunError', { ...base, content: 'It broke.' })) ?? response.end(), {
      ids: { agent: 'a', team: null },
      loader: async () => (loaded++, [{ role: 'user', content: 'hello', created_at: 1 }, { role: 'agent', content: '{"error": "raw"}', created_at: 1 }]),
    })
    assert.equal(await ui.send('hello'), 'failed')
    await soon(60)
    assert.ok(loaded > 0)
    assert.equal(page.address.sessionId, 'session-1')
    assert.deepEqual(shown(), [['user', 'hello'], ['agent', 'It broke.']])
    assert.equal(state().messages[1].streamingError, true)
    assert.equal(state().streamingErrorMessage, 'It broke.')
    assert.equal(state().isStreaming, false)
  })

  for (const [name, words] of [['http_429_seedroute', /./], ['seedroute_later_retry3_then_ok', null], ['seedroute_seed_max_retries', /^Maximum retries exceeded/]]) {
    test(`${name}: the banner is set exactly when the message is marked`, async () => {
      const { ui, store, state } = await open((_, response) => name.startsWith('http') ? response.writeHead(429, { 'content-type': 'application/json' }).end('{"error":"Too many requests"}') : play(response, name), { retry: false })
      store.subscribe(({ streamingErrorMessage, messages }) => {
        const marked = messages.some((message) => message.streamingError)
        if (streamingErrorMessage) assert.equal(marked, true)
      })
      await ui.send('hello')
      const { messages, streamingErrorMessage } = state()
      assert.equal(messages.at(-1).streamingError, words !== null)
      if (words) {
        assert.match(streamingErrorMessage, words)
        assert.ok(messages.at(-1).content)
      } else assert.equal(streamingErrorMessage, '')
    })
  }

  test('is replaced, with what was asked, by the next message', async () => {
    let fail = true
    const { ui, state, shown } = await open((_, response) => {
      stream(response, started, ...(fail ? [said('Half an'), frame('RunError', { ...base, content: 'It broke.' })] : [said('All'), completed('All')]))
      response.end()
    }, { ids: { agent: 'a', team: null } })
    state().setMessages([{ role: 'user', content: 'before' }, { role: 'agent', content: 'fine' }])
    await ui.send('one')
    assert.equal(state().messages.length, 4)
    fail = false
    await ui.send('one, again')
    assert.deepEqual(shown().slice(2), [['user', 'one, again'], ['agent', 'All']])
    assert.equal(state().streamingErrorMessage, '')
  })

  test('leaves the session in the side bar, marked, and the others as they were', async () => {
    const { ui, state } = await open((_, response) => stream(response, started, frame('RunError', { ...base, content: 'It broke.' })) ?? response.end(), { ids: { agent: 'a', team: null } })
    const other = { session_id: 'other', session_name: 'other', created_at: 1 }
    state().setSessionsData([other])
    await ui.send('hello')
    assert.deepEqual(state().sessionsData.map(({ session_id, failed }) => [session_id, failed]), [['session-1', true], ['other', undefined]])
    assert.equal(state().sessionsData[1], other)
  })
})

describe('the rest of the page', () => {
  test('loads the session in mid-stream: the answer goes on, behind what was there', async () => {
    let finish
    const { ui, page, state, shown } = await open(async (_, response) => {
      stream(response, started, said('one '))
      await new Promise((now) => { finish = now })
      stream(response, said('two'), completed('one two'))
      response.end()
    }, { ids: { agent: 'a', team: null }, loader: async () => [] })
    const sending = ui.send('hello')
    await until(() => shown().at(-1)?.[1] === 'one ')
    await soon()
    assert.equal(page.address.sessionId, 'session-1')
    // Nothing is stored yet: an empty list, which a new chat would be too.
    await page.load('session-1')
    await until(() => shown().at(-1)?.[1] === 'one ')
    state().setMessages([{ role: 'user', content: 'hello' }, { role: 'agent', content: '429 raw' }])
    assert.deepEqual(shown(), [['user', 'hello'], ['agent', 'one ']])
    finish()
    await sending
    assert.deepEqual(shown(), [['user', 'hello'], ['agent', 'one two']])
  })

  test('opens with a session in the address, and the user is faster than the history', async () => {
    let arrive
    const history = [{ role: 'user', content: 'earlier', created_at: 1 }, { role: 'agent', content: 'yes', created_at: 1 }]
    const { ui, page, requests, shown } = await open((_, response) => play(response, 'agent_same_session.2'), {
      ids: { agent: 'a', team: null }, loader: () => new Promise((loaded) => { arrive ??= loaded }),
    })
    page.setSessionId(recording('agent_same_session.2').truth.session_id)
    await soon()
    await ui.send('and now?')
    arrive([...history, { role: 'user', content: 'and now?', created_at: 2 }, { role: 'agent', content: 'half', created_at: 2 }])
    await soon()
    assert.equal(requests[0].form.get('session_id'), page.address.sessionId)
    assert.deepEqual(shown().map(([, content]) => content), ['earlier', 'yes', 'and now?', recording('agent_same_session.2').truth.run.body.content])
  })

  test('opens another session in mid-answer: it is shown, nothing is written into it, and the answer goes on unseen', async () => {
    let finish
    const { ui, page, state, shown } = await open(async (_, response) => {
      stream(response, started, said('one '))
      await new Promise((now) => { finish = now })
      stream(response, said('two'), completed('one two'))
      response.end()
    }, { ids: { agent: 'a', team: null }, loader: async (id) => (id === 'other' ? [{ role: 'user', content: 'of another day' }] : null) })
    const sending = ui.send('hello')
    await until(() => shown().at(-1)?.[1] === 'one ')
    await soon()
    await page.open('other')
    await soon()
    assert.deepEqual(shown(), [['user', 'of another day']])
    assert.equal(state().isStreaming, false)
    finish()
    assert.equal(await sending, 'completed')
    await soon()
    assert.deepEqual(shown(), [['user', 'of another day']])
    assert.equal(state().sessionsData[0].lastOutcome, 'completed')
  })

  test('comes back to a session whose answer is on its way: it is there, and goes on', async () => {
    let finish
    const histories = { other: [{ role: 'user', content: 'of another day' }], 'session-1': [{ role: 'user', content: 'hello' }] }
    const { ui, page, state, shown } = await open(async (_, response) => {
      stream(response, started, said('one '))
      await new Promise((now) => { finish = now })
      stream(response, said('two'), completed('one two'))
      response.end()
    }, { ids: { agent: 'a', team: null }, loader: async (id) => histories[id] })
    const sending = ui.send('hello')
    await until(() => shown().at(-1)?.[1] === 'one ')
    await soon()
    await page.open('other')
    await soon()
    await page.open('session-1')
    await soon()
    assert.deepEqual([shown(), state().isStreaming], [[['user', 'hello'], ['agent', 'one ']], true])
    finish()
    await sending
    assert.deepEqual([shown(), state().isStreaming], [[['user', 'hello'], ['agent', 'one two']], false])
  })

  test('begins a new chat in mid-answer', async () => {
    const { ui, page, state, shown, requests } = await open((_, response) => requests.length > 1 ? play(response, 'agent_plain') : stream(response, started, said('one ')), { ids: { agent: 'a', team: null } })
    void ui.send('hello')
    await until(() => shown().at(-1)?.[1] === 'one ')
    await soon()
    page.newChat()
    await soon(150)
    assert.deepEqual([shown(), state().isStreaming, page.address.sessionId], [[], false, null])
    await ui.send('fresh')
    assert.deepEqual(shown().map(([, content]) => content), ['fresh', recording('agent_plain').truth.run.body.content])
    assert.equal(requests[1].form.get('session_id'), '')
  })

  test('chooses another team: a conversation of its own', async () => {
    const { ui, page, requests, shown } = await open((_, response) => play(response, 'agent_plain'))
    await ui.send('one')
    page.select({ team: 'law' })
    await soon(150)
    await ui.send('two')
    assert.deepEqual(requests.map(({ path, form }) => [path, form.get('session_id')]), [['/teams/cirkelline/runs', ''], ['/teams/law/runs', '']])
    assert.equal(shown()[0][1], 'two')
  })

  test('has ids that come and go while it starts: the answer does not mind', async () => {
    let finish
    const { ui, page, shown } = await open(async (_, response) => {
      stream(response, started, said('one '))
      await new Promise((now) => { finish = now })
      stream(response, completed('one two'))
      response.end()
    }, { ids: { agent: 'a', team: null } })
    const sending = ui.send('hello')
    for (const agent of [null, 'a', undefined, 'a']) ui.update({ agent, sessionId: null })
    await until(() => shown().at(-1)?.[1] === 'one ')
    await soon()
    for (const agent of [null, 'a', undefined, 'a']) ui.update({ ...page.address, agent })
    finish()
    await sending
    assert.deepEqual(shown(), [['user', 'hello'], ['agent', 'one two']])
  })

  test('appends to an answer, changes it, and adds messages of its own: that stays', async () => {
    let finish
    const { ui, state, shown } = await open(async (_, response) => {
      stream(response, started, said('one '))
      await new Promise((now) => { finish = now })
      stream(response, said('two'), completed('one two'))
      response.end()
    }, { ids: { agent: 'a', team: null } })
    const sending = ui.send('hello')
    await until(() => shown().at(-1)?.[1] === 'one ')
    state().setMessages((messages) => [...messages.slice(0, -1), { ...messages.at(-1), rating: 'up' }, { role: 'system', content: 'saved' }])
    state().setMessages((messages) => messages.map((message) => message.role === 'user' ? { ...message, content: `${message.content}!` } : message))
    finish()
    await sending
    assert.deepEqual(shown(), [['user', 'hello!'], ['agent', 'one two'], ['system', 'saved']])
    assert.equal(state().messages[1].rating, 'up')
    state().setMessages((messages) => messages.filter(({ role }) => role !== 'user'))
    await soon()
    assert.deepEqual(shown(), [['agent', 'one two'], ['system', 'saved']])
  })

  test('deletes a session: it does not come back; a list that is loaded without it is completed', async () => {
    const { ui, state } = await open((_, response) => play(response, 'agent_plain'), { ids: { agent: 'a', team: null } })
    const other = { session_id: 'other', session_name: 'other', created_at: 1 }
    await ui.send('one')
    const id = recording('agent_plain').truth.session_id
    state().setSessionsData([])
    state().setSessionsData([other])
    assert.deepEqual(state().sessionsData.map(({ session_id }) => session_id), [id, 'other'])
    state().setSessionsData((sessions) => sessions.filter(({ session_id }) => session_id !== id))
    state().setSessionsData([other, { session_id: 'third', session_name: '3', created_at: 1 }])
    assert.deepEqual(state().sessionsData.map(({ session_id }) => session_id), ['other', 'third'])
  })
})

describe('an answer that takes its time', () => {
  test('a message sent meanwhile waits, and stands behind it with an answer of its own', async () => {
    let finish
    const { ui, shown, requests } = await open(async (_, response) => {
      const { run_id, content } = requests.length === 1 ? { run_id: 'run-1', content: 'one' } : { run_id: 'run-2', content: 'two' }
      stream(response, frame('RunStarted', { ...base, run_id }))
      if (requests.length === 1) await new Promise((now) => { finish = now })
      stream(response, frame('RunContent', { ...base, run_id, content }), frame('RunCompleted', { ...base, run_id, content }))
      response.end()
    }, { ids: { agent: 'a', team: null } })
    const first = ui.send('first')
    await until(() => finish)
    const second = ui.send('second')
    await soon()
    assert.equal(requests.length, 1)
    finish()
    assert.deepEqual(await Promise.all([first, second]), ['completed', 'completed'])
    assert.deepEqual(shown(), [['user', 'first'], ['agent', 'one'], ['user', 'second'], ['agent', 'two']])
    assert.equal(requests[1].form.get('session_id'), 'session-1')
  })

  test('after a refresh it is there at once and goes on, behind the history that the page loads', async () => {
    const kept = new Map()
    const storage = { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key), get length() { return kept.size }, key: (at) => [...kept.keys()][at] ?? null, clear: () => kept.clear() }
    const options = { ids: { agent: 'a', team: null }, background: true, persist: storage }
    const frames = ['RunStarted', 'one ', 'two'].map((content, event_index) => frame(event_index ? 'RunContent' : 'RunStarted', { ...base, event_index, ...(event_index && { content }) }))
    const first = await open((request, response) => {
      if (!request.path.endsWith('/resume')) return stream(response, frames[0], frames[1])
      stream(response, ...frames, frame('RunCompleted', { ...base, event_index: 3, content: 'one two' }))
      response.end()
    }, options)
    first.page.setSessionId('session-1')
    first.state().setMessages([{ role: 'user', content: 'earlier' }, { role: 'agent', content: 'yes' }])
    await soon()
    void first.ui.send('hello')
    await until(() => first.shown().at(-1)?.[1] === 'one ')
    await until(() => kept.size)
    const image = new Map(kept)
    first.ui.disconnect()
    for (const [key, value] of image) kept.set(key, value)

    const history = [{ role: 'user', content: 'earlier' }, { role: 'agent', content: 'yes' }, { role: 'user', content: 'hello' }, { role: 'agent', content: '' }]
    const second = await open(first.state().selectedEndpoint, options)
    second.page.setSessionId('session-1')
    await soon()
    second.state().setMessages(history)
    await until(() => second.shown().at(-1)?.[1] === 'one two')
    assert.deepEqual(second.shown().map(([, content]) => content), ['earlier', 'yes', 'hello', 'one two'])
  })
})

describe('the Cirkelline UI', () => {
  const cirkelline = { cirkelline: true, members: true, answerTeamName: 'Cirkelline' }

  test('finds delegations and members in front of one answer, with their names, and the timeline at the answer', async () => {
    const { ui, state } = await open((_, response) => play(response, 'team_nested'), cirkelline)
    await ui.send('What is new?')
    const { messages } = state()
    const roles = messages.map(({ role }) => role)
    assert.equal(roles[0], 'user')
    assert.equal(roles.at(-1), 'agent')
    assert.ok(roles.includes('delegation'))
    const answer = messages.at(-1)
    assert.equal(answer.content, recording('team_nested').truth.run.body.content)
    assert.equal(messages.filter(({ teamName, parentRunId, role }) => role === 'agent' && teamName === answer.teamName && !parentRunId).length, 1)
    assert.ok(answer.behindTheScenes.length > 5 && answer.runId)
    const delegation = messages.find(({ role }) => role === 'delegation')
    assert.equal(delegation.isDelegation, true)
    assert.ok(delegation.delegatedTo && delegation.delegationTask)
    assert.equal(delegation.content, `**Delegating to ${delegation.delegatedTo}:**\n\n${delegation.delegationTask}`)
    for (const { runId, parentRunId, role } of messages.slice(1, -1)) if (role === 'agent') assert.ok(runId && parentRunId)
  })

  test('gives a failure that no team has claimed to the team whose messages are drawn', async () => {
    const { ui, state } = await open((_, response) => response.writeHead(503, { 'content-type': 'text/html' }).end('<h1>Service Unavailable</h1>'), { ...cirkelline, retry: false })
    await ui.send('hello')
    const answer = state().messages.at(-1)
    assert.deepEqual([answer.teamName, answer.streamingError, Boolean(answer.content)], ['Cirkelline', true, true])
    assert.equal(state().streamingErrorMessage, answer.content)
  })

  test('shows the retry as its activity, and nothing of the failed attempt in the answer', async () => {
    const { ui, store, state } = await open((_, response) => play(response, 'seedroute_later_text_and_tool_then_429_then_ok'), cirkelline)
    const activities = []
    store.subscribe(({ activityStatus }) => activities.at(-1) !== activityStatus && activities.push(activityStatus))
    await ui.send('hello')
    assert.ok(activities.some((text) => /^Rate limit reached\. Retrying in \d+ seconds?\.\.\. \(Attempt 1\/3\)$/.test(text ?? '')), activities.join('\n'))
    assert.equal(activities.at(-1), null)
    assert.equal(state().messages.at(-1).content, recording('seedroute_later_text_and_tool_then_429_then_ok').truth.run.body.content)
  })

  test('stops by the fields of its store: the text stays, with what the page appends; the server is told', async () => {
    const { ui, page, state, shown, requests } = await open((_, response) => stream(response, frame('TeamRunStarted', { ...base, team_name: 'Cirkelline' }), frame('TeamRunContent', { ...base, team_name: 'Cirkelline', content: 'Half an' })), cirkelline)
    const sending = ui.send('hello')
    await until(() => shown().at(-1)?.[1] === 'Half an')
    assert.ok(state().abortController instanceof AbortController)
    assert.equal(page.stop(), 'run-1')
    assert.equal(await sending, 'cancelled')
    await until(() => requests.some(({ path }) => path.endsWith('/cancel')))
    await soon()
    assert.deepEqual(shown(), [['user', 'hello'], ['agent', 'Half an\n\n*[stopped]*']])
    assert.deepEqual([state().isStreaming, state().activityStatus, state().currentRunId, state().abortController], [false, null, null, null])
  })

  test('finds the question of a paused run in its own fields, and the answer goes on in the same message', async () => {
    const { ui, state, requests } = await open((_, response) => play(response, requests.length === 1 ? 'hitl_team_confirm.1_pause' : 'hitl_team_confirm.2_continue'), cirkelline)
    assert.equal(await ui.send('hello'), 'paused')
    const paused = state().messages.at(-1)
    assert.equal(paused.hitlPaused, true)
    assert.ok(paused.hitlRunId && paused.hitlSessionId)
    assert.deepEqual(paused.hitlRequirements.map(({ needs_confirmation, needs_user_input, tool_name }) => [needs_confirmation, needs_user_input, typeof tool_name]), [[true, false, 'string']])
    assert.ok(paused.content)
    assert.equal(state().currentRunId, paused.hitlRunId)
    const { pause } = ui.handler.getSnapshot()
    assert.equal(await ui.continueRun(pause.requirements.map((requirement) => ({ requirement, confirmed: true }))), 'completed')
    const done = state().messages.at(-1)
    assert.equal(done.hitlPaused, undefined)
    assert.equal(done.id, paused.id)
    assert.ok(done.content.includes(recording('hitl_team_confirm.2_continue').truth.run.body.content))
    assert.deepEqual([state().currentRunId, state().activityStatus], [null, null])
  })
})

test('bad use is named', () => {
  assert.throws(() => connectAgentUI(), /^TypeError: connectAgentUI: store must be a zustand store/)
  for (const store of [{ getState: 1, subscribe() {} }, { getState: () => ({ setMessages() {} }), subscribe: 1 }]) assert.throws(() => connectAgentUI({ store }), /store must be a zustand store/)
  assert.throws(() => connectAgentUI({ store: { getState: () => ({}), subscribe() {} } }), /with setMessages/)
})

test('the handler’s own options go through, and the wrong ones are refused by name', async () => {
  const { ui } = await open(() => {}, { retry: 3 })
  await assert.rejects(ui.send('hello'), /createStreamHandler: retry must be/)
})

test('connecting anew to the same store lets go of the first', async () => {
  const { store, state, ui, requests } = await open((_, response) => stream(response, started, said('one ')), { ids: { agent: 'a', team: null } })
  const sending = ui.send('hello')
  await until(() => requests.length === 1)
  const other = connectAgentUI({ store })
  closing.push(() => other.disconnect())
  assert.equal(await sending, 'cancelled')
  state().setMessages([])
  await soon()
  assert.deepEqual(state().messages, [])
})
