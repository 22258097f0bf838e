// Every recording of docs/agentos-protocol.md §15 through the package: a fetch that answers as AgentOS did, request by request. The judge is
// what AgentOS stored by then (`*.truth.json`), and what its model was sent. The last test fails if a recording is not used.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, test } from 'node:test'
import { closedAfterEach, packed, root, streamOf, truthOf } from './support.mjs'

const lib = packed()
const { handlers } = closedAfterEach()
afterEach(() => assert.deepEqual(problems.splice(0), []))
const folder = join(root, 'tests/fixtures/again')
const used = new Set()
/** What the server was asked that it cannot answer. */
const problems = []

const names = readdirSync(folder).filter((file) => file.endsWith('.sse')).map((file) => file.slice(0, -4)).sort()
const metaOf = (name) => JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))
const bodyOf = (name) => (used.add(name), streamOf(name))
const truth = (name) => (used.add(`${name}.truth`), truthOf(name))
const stepsOf = (scenario) => names.filter((name) => name.startsWith(`${scenario}.`))

/** Recorded requests that other clients make: the package never sends these forms, but their answers are ones it may meet. */
const OF_OTHERS = ['regen_agent_keep.2_regenerate', 'regen_agent_error.2_regenerate', 'rerun_team_member.2_last_user', 'edit_agent_fork.3_edit',
  ...['1_with_fork', '2_with_fork_json', '3_cancelled', '4_cancelled_json', '5_unknown_run_json', '7_bad_continue_from', '6_unknown_run_background', '8_with_fork_background'].map((step) => `regen_refused.${step}`),
  'regen_agent_background.4_resume_new', 'regen_agent_background.6_resume_source_from_start']

/** Recorded requests that no call of the package makes, to routes whose answers it has no use for. */
const NOT_ASKED = ['session_routes.2_checkpoints', 'session_routes.4_patch', 'session_routes.5_compact']

/** The recorded answer. A connection that the recorder dropped breaks off at its end. */
function responseTo(name) {
  const { status, response_headers: headers, client_disconnected: isCut } = metaOf(name)
  const bytes = bodyOf(name)
  if (status === 204) return new Response(null, { status })
  const body = new ReadableStream({
    pull(controller) {
      if (bytes.length && !this.isSent) {
        this.isSent = true
        return controller.enqueue(new Uint8Array(bytes))
      }
      if (isCut) controller.error(new TypeError('cut'))
      else controller.close()
    },
  })
  return new Response(body, { status, headers: { 'content-type': headers['content-type'] } })
}

/** The recorder did not always name its user; the mark of an edit is the package's own. */
const NOT_COMPARED = /^(user_id|metadata)$/
const formOf = (name) => Object.entries(metaOf(name).request.form ?? {}).filter(([field]) => !NOT_COMPARED.test(field)).map(([field, value]) => [field, String(value)]).sort()

/**
 * An AgentOS in which this was recorded. `server.stored`: the truth file of what is stored by now, which answers each GET; `server.rows`: a list
 * of runs instead. `server.forced`: the recordings that answer the next POSTs, whatever they ask. Anything else is answered by the next
 * unused step with its method and path, and only by it.
 */
function recorded(scenario) {
  const left = stepsOf(scenario)
  const server = { stored: null, rows: null, forced: [], asked: [] }
  server.fetch = async (request) => {
    try {
      return await answer(request)
    } catch (error) {
      problems.push(error)
      throw error
    }
  }
  const answer = async (request) => {
    const { pathname } = new URL(request.url)
    const form = /form/.test(request.headers.get('content-type') ?? '') ? [...(await request.formData())].filter(([field]) => !NOT_COMPARED.test(field)).sort() : []
    const isStored = request.method === 'GET' && server.stored !== null
    const at = isStored ? -1 : left.findIndex((name) => metaOf(name).request.method === request.method && metaOf(name).request.url === pathname && !OF_OTHERS.includes(name) && !NOT_ASKED.includes(name))
    server.asked.push(`${request.method} ${pathname}`)
    if (request.method === 'POST' && pathname.endsWith('/cancel')) return Response.json({})
    if (request.method === 'POST' && server.forced.length) return responseTo(server.forced.shift())
    if (at >= 0) {
      const [name] = left.splice(at, 1)
      assert.deepEqual(form, formOf(name), name)
      return responseTo(name)
    }
    const stored = server.rows && pathname.endsWith('/runs') ? Response.json(server.rows) : isStored && readOf(truth(server.stored), pathname)
    assert.ok(stored, `${request.method} ${pathname} was not recorded`)
    return stored
  }
  return server
}

/** What a truth file holds of the server's lists. */
function readOf({ session_id, runs, previews, sessions_list }, path) {
  if (path === '/sessions') return Response.json(sessions_list.body)
  if (path === `/sessions/${session_id}/run-previews`) return Response.json(previews.body)
  if (path === `/sessions/${session_id}/runs`) return Response.json(runs.body)
  if (path.endsWith('/run-previews')) return Response.json([])
  const run = runs.body.find(({ run_id }) => path.endsWith(`/runs/${run_id}`))
  return run && Response.json(run)
}

/** A page in that AgentOS, as the recorder's user. */
function pageOf(scenario, options = {}) {
  const server = recorded(scenario)
  const [component, id] = metaOf(stepsOf(scenario)[0]).request.url.split('/').slice(1)
  const page = () => {
    const handler = lib.createStreamHandler({
      endpoint: 'http://agentos.test', [component.slice(0, -1)]: id, fields: { user_id: 'user-1' }, notify: 'sync', retry: false, fetch: server.fetch, ...options,
    })
    handlers.push(handler)
    return handler
  }
  return { server, handler: page(), page, ask: (handler, step) => handler.send(metaOf(`${scenario}.${step}`).request.form.message) }
}

const isTop = ({ parent_run_id }) => !parent_run_id
/** The answer as it was written: a regenerated one lacks what came before its tools in `content`, not in `messages`. */
const writtenIn = ({ content, messages, regenerated_from }) => (regenerated_from ? messages.filter(({ role, from_history }) => role === 'assistant' && !from_history).map((message) => message.content ?? '').join('') : content)

/** Each turn: the texts of its versions, oldest first. */
function versionsOf(handler) {
  return handler.getSnapshot().turns.map(({ id, versions: { index, count } }) => {
    const texts = [...Array(count).keys()].map((at) => {
      assert.equal(handler.showVersion(id, at), true)
      return handler.getSnapshot().turns.find((turn) => turn.id === id).answer.content
    })
    handler.showVersion(id, index)
    return texts
  })
}

/** What a page shows of a conversation. */
const pictureOf = (handler) => handler.getSnapshot().turns.map(({ user, answer, work, versions, runId }) => [
  user.content, versions, runId, answer.content, (answer.tool_calls ?? []).map(({ tool_name, result }) => [tool_name, result]), work.map(({ role, content }) => [role, content]),
])

/** The texts of each turn's versions as stored; `null` for a run that failed, whose content is the error. */
function storedVersions(runs) {
  const turns = []
  for (const run of runs.filter(isTop)) {
    const source = run.regenerated_from ?? run.forked_from_run_id
    const turn = turns.find(({ ids }) => ids.includes(source)) ?? (turns.push({ ids: [], texts: [] }), turns.at(-1))
    turn.ids.push(run.run_id)
    turn.texts.push(run.status === 'ERROR' || /^\{"error"/.test(run.content) ? null : writtenIn(run))
  }
  return turns.map(({ texts }) => texts)
}

/** A page that opens the session shows what is stored, and this one the same. `isWhole`: also the other versions, tools and members. */
async function assertAsStored({ server, page, handler }, name, { isWhole = true, stored = storedVersions } = {}) {
  server.stored = name
  const { session_id, runs } = truth(name)
  const opened = page()
  assert.equal(await opened.openSession(session_id), true)
  const expected = stored(runs.body)
  assert.deepEqual(versionsOf(opened).map((texts, turn) => texts.map((text, at) => (expected[turn]?.[at] === null ? null : text))), expected, name)
  // Of an answer that broke off, AgentOS stores no text.
  const shown = (page) => page.getSnapshot().turns.map(({ user, answer, runId, outcome }) => [user.content, outcome !== 'failed' && answer.content, runId, outcome])
  assert.deepEqual(shown(handler), shown(opened), name)
  if (isWhole) assert.deepEqual([pictureOf(opened), versionsOf(opened)], [pictureOf(handler), versionsOf(handler)], name)
}

/** The words that the model was sent for the last answer are those that the page shows above it. */
function assertModelSaw(handler, name, instructions = []) {
  const { component, model_saw } = truth(name)
  const { saw } = model_saw.filter(({ model_of }) => model_of === component).at(-1)
  const { turns } = handler.getSnapshot()
  const shown = turns.flatMap(({ user, answer }) => [`user: ${user.content}`, `model: ${answer.content}`]).slice(0, -1)
  const isWord = (line) => !/^model: call |^user: result of |^model: Let me look\. $/.test(line)
  assert.deepEqual(saw.filter(isWord), [...shown, ...instructions.map((text) => `user: ${text}`)], name)
}

for (const [scenario, instructions] of [['regen_agent_replace'], ['regen_agent_tool'], ['regen_agent_instructions', 'Shorter, please.'], ['regen_team_member'], ['regen_agent_keep'], ['regen_agent_error'], ['rerun_team_member'], ['retry_agent_error']]) {
  test(`${scenario}: streamed, it shows what is stored`, async () => {
    const world = pageOf(scenario)
    const { server, handler } = world
    const [first, again, next] = stepsOf(scenario)
    const [{ status }] = truth(first).runs.body.filter(isTop)
    assert.equal(await world.ask(handler, '1_run'), status === 'ERROR' ? 'failed' : 'completed')
    await assertAsStored(world, first, { isWhole: status !== 'ERROR' })
    assertModelSaw(handler, first)
    if (OF_OTHERS.includes(again)) server.forced.push(again)
    assert.equal(await handler.regenerate(instructions && { instructions }), 'completed')
    await assertAsStored(world, again, { isWhole: !OF_OTHERS.includes(again) })
    if (!OF_OTHERS.includes(again)) assertModelSaw(handler, again, instructions ? [instructions] : [])
    if (next) {
      assert.equal(await world.ask(handler, '3_next_message'), 'completed')
      await assertAsStored(world, next)
      assertModelSaw(handler, next)
    }
  })
}

test('edit_agent_hidden: the answer is hidden, the message sent anew, and the model sees what the page shows', async () => {
  const world = pageOf('edit_agent_hidden')
  const { server, handler } = world
  for (const step of ['1_run', '2_run']) {
    assert.equal(await world.ask(handler, step), 'completed')
    await assertAsStored(world, `edit_agent_hidden.${step}`)
    assertModelSaw(handler, `edit_agent_hidden.${step}`)
  }
  // The recorder's message carries no mark of the edit.
  assert.equal(await handler.edit(handler.getSnapshot().turns[1], metaOf('edit_agent_hidden.4_resend').request.form.message), 'completed')
  assertModelSaw(handler, 'edit_agent_hidden.4_resend')
  const { runs } = truth('edit_agent_hidden.4_resend')
  assert.deepEqual(runs.body.map((run) => run.status), ['COMPLETED', 'REGENERATED', 'CANCELLED', 'COMPLETED'])
  assert.deepEqual(versionsOf(handler), [[runs.body[0].content], [runs.body[1].content, runs.body[3].content]])
  const successor = truth('edit_agent_hidden.3_regenerate_cancelled').run_id
  assert.deepEqual(server.asked.filter((asked) => /cancel$/.test(asked)), [`POST /agents/historian/runs/${successor}/cancel`])
})

test('edit_agent_fork: a branch that another client made is a version of its turn', async () => {
  const world = pageOf('edit_agent_fork')
  const { server, handler } = world
  for (const step of ['1_run', '2_run']) {
    await world.ask(handler, step)
    await assertAsStored(world, `edit_agent_fork.${step}`)
    assertModelSaw(handler, `edit_agent_fork.${step}`)
  }
  // Its stream as the answer to a regeneration of the same run.
  server.forced.push('edit_agent_fork.3_edit')
  assert.equal(await handler.regenerate(), 'completed')
  const { session_id, runs } = truth('edit_agent_fork.3_edit')
  assert.deepEqual(versionsOf(handler), [[runs.body[0].content], [runs.body[1].content, runs.body[2].content]])
  server.stored = 'edit_agent_fork.3_edit'
  const opened = world.page()
  await opened.openSession(session_id)
  assert.deepEqual(versionsOf(opened), versionsOf(handler))
  assert.equal(opened.getSnapshot().turns[1].user.content, metaOf('edit_agent_fork.3_edit').request.form.input)
})

test('regen_agent_background: what is lost is taken up under the id of the source, and a second tab finds it there', async () => {
  const world = pageOf('regen_agent_background', { background: true, resume: { baseDelay: 0.01 } })
  const { server, handler } = world
  await world.ask(handler, '1_run')
  await assertAsStored(world, 'regen_agent_background.1_run')
  const second = world.page()
  await second.openSession(handler.getSnapshot().sessionId)
  server.stored = null
  assert.equal(await handler.regenerate(), 'completed')
  await assertAsStored(world, 'regen_agent_background.5_resume_source')
  assertModelSaw(handler, 'regen_agent_background.5_resume_source')
  // The list that the second tab gets while it runs says only that the source was regenerated. It goes on, so the tab asks for the stream
  // from its beginning, and by then the answer has ended.
  const [source] = truth('regen_agent_background.5_resume_source').runs.body
  Object.assign(server, { stored: null, rows: [source], forced: ['regen_agent_background.5_resume_source', 'regen_agent_background.6_resume_source_from_start'] })
  assert.equal(await second.follow(), 'completed')
  assert.deepEqual([pictureOf(second), versionsOf(second)], [pictureOf(handler), versionsOf(handler)])
})

test('regen_agent_background: under the id of the successor AgentOS knows nothing, and the page says so', async () => {
  const world = pageOf('regen_agent_background', { background: true, resume: { baseDelay: 0.01 } })
  const { server, handler } = world
  await world.ask(handler, '1_run')
  server.forced.push('regen_agent_background.2_regenerate_dropped', 'regen_agent_background.4_resume_new')
  assert.equal(await handler.regenerate(), 'interrupted')
  assert.equal(handler.getSnapshot().error.message, 'The connection was lost, and the server does not have the rest of this answer any more.')
  assert.equal(versionsOf(handler)[0][0], truth('regen_agent_background.1_run').runs.body[0].content)
})

test('follow_second_tab: the first tab takes up what it lost, a second one follows, and both show what is stored', async () => {
  for (const isSecond of [false, true]) {
    const name = 'follow_second_tab.3_resume'
    const { session_id, runs } = truth(name)
    const world = pageOf('follow_second_tab', { background: true, resume: { baseDelay: 0.01 }, ...(isSecond && { sessionId: session_id }) })
    const { server } = world
    if (isSecond) {
      // It finds the run in the list, asks whether it goes on, and follows it.
      server.rows = runs.body.filter(isTop).map((run) => ({ ...run, status: 'RUNNING', events: null, content: '', messages: null }))
      server.forced.push(name, name)
      assert.equal(await world.handler.follow(), 'completed')
      assert.equal(server.asked[0], `GET /sessions/${session_id}/run-previews`)
    } else {
      server.forced.push('follow_second_tab.1_run', name)
      assert.equal(await world.ask(world.handler, '1_run'), 'completed')
    }
    const [turn] = world.handler.getSnapshot().turns
    assert.deepEqual([turn.user.content, turn.answer.content], [runs.body[0].run_input, runs.body[0].content])
    assert.deepEqual(turn.work.filter(({ role }) => role === 'agent').map(({ content }) => content), runs.body.slice(1).map(({ content }) => content))
  }
})

test('regen_refused: each refusal says why, and the answer stays', async () => {
  const world = pageOf('regen_refused')
  const { server, handler } = world
  server.forced.push('regen_refused.0_run', 'regen_refused.0_cancelled')
  assert.equal(await world.ask(handler, '0_run'), 'completed')
  assert.equal(await world.ask(handler, '0_cancelled'), 'cancelled')
  const shown = pictureOf(handler)
  const id = handler.getSnapshot().turns[0].id
  server.stored = 'regen_refused.7_bad_continue_from'
  for (const name of OF_OTHERS.filter((step) => step.startsWith('regen_refused.') && !/background/.test(step))) {
    server.forced.push(name)
    assert.equal(await handler.regenerate({ turn: id }), 'failed', name)
    const body = bodyOf(name).toString()
    const [, data] = /^data: (.*)$/m.exec(body) ?? [null, body]
    const { detail, content } = JSON.parse(data)
    assert.ok(handler.getSnapshot().error.message.endsWith(detail ?? content), name)
    assert.deepEqual(pictureOf(handler), shown, name)
  }
  await assertAsStored(world, 'regen_refused.7_bad_continue_from')
  const background = world.page()
  const other = pageOf('regen_refused', { background: true })
  for (const name of ['regen_refused.6_unknown_run_background', 'regen_refused.8_with_fork_background']) {
    other.server.forced.push('regen_refused.0_run', name)
    assert.equal(await other.handler.send('X [[take key=rf]]'), 'completed')
    assert.equal(await other.handler.regenerate(), 'failed')
    assert.equal(other.handler.getSnapshot().error.message, 'AgentOS refused to answer again, without saying why.')
    assert.equal(other.handler.getSnapshot().turns.at(-1).answer.content, shown[0][3])
    other.handler.clear()
  }
  // AgentOS has made the answer's status an error by then, beside events that say that it completed: these are shown.
  server.stored = 'regen_refused.8_with_fork_background'
  await background.openSession(truth(server.stored).session_id)
  assert.deepEqual(background.getSnapshot().turns.map(({ answer, outcome }) => [answer.content, outcome]), [[shown[0][3], 'completed'], [shown[1][3], 'cancelled']])
})

test('session_fork_agent: the copy has the versions, goes on by itself, and its model sees what the page shows', async () => {
  const world = pageOf('session_fork_agent')
  const { server, handler } = world
  await world.ask(handler, '1_run')
  await assertAsStored(world, 'session_fork_agent.1_run')
  assertModelSaw(handler, 'session_fork_agent.1_run')
  assert.equal(await handler.regenerate(), 'completed')
  const copy = await handler.forkSession()
  const { session_id, forked_from_session_id } = truth('session_fork_agent.3_fork')
  assert.deepEqual([copy, handler.getSnapshot().sessionId], [session_id, forked_from_session_id])
  server.stored = 'session_fork_agent.3_fork'
  const before = versionsOf(handler)
  assert.equal(await handler.openSession(copy), true)
  assert.deepEqual(versionsOf(handler), before)
  assert.equal(await world.ask(handler, '4_run_in_fork'), 'completed')
  // Inside the copy, runs name their sources by the ids of the original.
  await assertAsStored(world, 'session_fork_agent.4_run_in_fork', { stored: ([source, again, last]) => [[source.content, again.content], [last.content]] })
  assertModelSaw(handler, 'session_fork_agent.4_run_in_fork')
})

test('session_rename_lost: a name given while a run goes on is sent when its end is stored', async () => {
  const world = pageOf('session_rename_lost', { background: true, resume: false })
  const { server, handler } = world
  const name = 'session_rename_lost.3_rename'
  const { session_id, runs, sessions_list } = truth(name)
  server.stored = name
  assert.equal(await world.ask(handler, '1_run'), 'interrupted')
  assert.ok(runs.body[0].content.startsWith(handler.getSnapshot().turns[0].answer.content))
  // What the server called the session meanwhile, and afterwards: what the user said.
  const during = JSON.parse(bodyOf('session_rename_lost.2_session_while_running'))
  const list = async (entry) => (await lib.createStreamHandler({ endpoint: 'http://agentos.test', agent: 'historian', fetch: async () => Response.json({ data: [entry] }) }).loadSessions())[0].session_name
  assert.deepEqual([await list(during), await list(sessions_list.body.data[0])], Array(2).fill(runs.body[0].run_input))
  await handler.renameSession(session_id, 'My name')
  const order = server.asked.filter((asked) => /rename|runs\/[^/]+$/.test(asked))
  assert.deepEqual([/^GET /.test(order[0]), order.at(-1)], [true, `POST /sessions/${session_id}/rename`], 'it looks first')
  assert.equal(handler.getSnapshot().sessions.find((entry) => entry.session_id === session_id).session_name, 'My name')
})

test('session_routes: renamed, deleted, and gone, with words', async () => {
  const world = pageOf('session_routes')
  const { server, handler } = world
  assert.equal(await world.ask(handler, '1_run'), 'completed')
  await assertAsStored(world, 'session_routes.1_run')
  assertModelSaw(handler, 'session_routes.1_run')
  const { session_id, sessions_list } = truth('session_routes.1_run')
  await handler.loadSessions()
  const named = () => handler.getSnapshot().sessions.find((entry) => entry.session_id === session_id)?.session_name
  assert.equal(named(), sessions_list.body.data.find((entry) => entry.session_id === session_id).session_name)
  await handler.renameSession(session_id, 'Kaffe ☕')
  assert.equal(named(), JSON.parse(streamOf('session_routes.3_rename')).session_name)
  await handler.deleteSession(session_id)
  assert.deepEqual([named(), handler.getSnapshot().turns], [undefined, []])
  server.stored = null
  await assert.rejects(world.page().openSession(session_id), { message: "There is no session with this id, or it is another user's.", httpStatus: 404 })
  assert.equal(server.asked.some((asked) => /checkpoints|compact|^PATCH/.test(asked)), false)
})

test('no recording and no truth file is left unused', () => {
  const unused = readdirSync(folder).flatMap((file) => {
    const name = file.replace(/\.sse$|\.json$/, '')
    const isJudged = file.endsWith('.sse') || file.endsWith('.truth.json')
    return isJudged && !used.has(name) && !NOT_ASKED.includes(name) ? [file] : []
  })
  assert.deepEqual(unused, [])
  assert.equal(names.length, 57)
})
