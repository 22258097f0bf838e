// Between the last frame of an answer and the end of its response: what is asked for then waits, and is done.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backend, closedAfterEach, frame, packed, until } from './support.mjs'

const lib = packed()
const { servers, handlers } = closedAfterEach()

const tool = { tool_call_id: 'c1', tool_name: 'send_mail', tool_args: { to: 'Ann' }, requires_confirmation: true }
const completed = [['RunStarted', {}], ['RunContent', { content: 'Done.' }], ['RunCompleted', { content: 'Done.' }]]
const paused = [['RunStarted', {}], ['RunPaused', { tools: [tool], requirements: [{ id: 'q', tool_execution: tool }] }]]
/** How AgentOS hides a run: it begins it again, and is stopped. */
const hidden = [['RunStarted', {}], ['RunCancelled', {}]]

const framesOf = (list, run_id) => list.map(([name, data]) => frame(name, { run_id, session_id: 's', ...data }))

/** A conversation whose first answer has ended, but whose response is open until `end()`. The `next` are answered at once. */
async function open(component, first, ...next) {
  let end
  const server = await backend((request, response) => {
    if (request.method === 'GET' || request.path.endsWith('/resume')) return response.writeHead(404).end()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    // What is asked for anew is a run of its own.
    const continued = request.form.get('regenerate') ? undefined : /runs\/(.+)\/continue$/.exec(request.path)?.[1]
    const run = continued ?? `run-${server.requests.length}`
    for (const bytes of framesOf(end ? next.shift() : first, run)) response.write(bytes)
    if (end) response.end()
    else end = () => response.end()
  })
  servers.push(server)
  const handler = lib.createStreamHandler({ endpoint: server.url, ...component, notify: 'sync', retry: false })
  handlers.push(handler)
  const sent = handler.send('Mail Ann')
  await until(() => handler.getSnapshot().turns[0]?.runId && !handler.getSnapshot().isStreaming)
  /** Without those that only look, or cancel. */
  const asked = () => server.requests.map(({ path }) => path).filter((path) => /\/(runs|continue)$/.test(path))
  return { handler, sent, end: () => end(), asked }
}

const confirm = (handler) => handler.continueRun(handler.getSnapshot().pause.requirements.map((one) => lib.confirm(one)))

for (const [name, component, first, next, call, paths] of [
  ['regenerate()', { agent: 'a' }, completed, [completed], (handler) => handler.regenerate(), ['/agents/a/runs/run-1/continue']],
  ['edit()', { agent: 'a' }, completed, [hidden, completed], (handler) => handler.edit('t0', 'Mail Bob'), ['/agents/a/runs/run-1/continue', '/agents/a/runs']],
  ['continueRun() of an agent', { agent: 'a' }, paused, [completed], confirm, ['/agents/a/runs/run-1/continue']],
  ['continueRun() of a workflow', { workflow: 'w' }, paused, [completed], confirm, ['/workflows/w/runs/run-1/continue']],
]) {
  test(`${name} while the response of the ended answer is open: it waits for the end, and is done`, async () => {
    const { handler, sent, end, asked } = await open(component, first, ...next)
    const outcome = handler.getSnapshot().status
    assert.equal(outcome, first === paused ? 'paused' : 'completed')
    const called = call(handler)
    // A few looks at the response.
    await new Promise((resolve) => setTimeout(resolve, 100))
    assert.equal(asked().length, 1)
    end()
    assert.equal(await sent, outcome)
    assert.equal(await called, 'completed')
    assert.deepEqual(asked().slice(1), paths)
    assert.deepEqual(handler.getSnapshot().turns.map(({ answer }) => answer.content), ['Done.'])
  })

  test(`${name} then, and the handler is disposed of: cancelled, and nothing is asked for`, async () => {
    const { handler, end, asked } = await open(component, first)
    const called = call(handler)
    handler.dispose()
    assert.equal(await called, 'cancelled')
    end()
    assert.equal(asked().length, 1)
  })
}

test('whether a stream that the caller feeds ends is not known: regenerate() is refused', async () => {
  const handler = lib.createStreamHandler({ endpoint: 'http://127.0.0.1:1', agent: 'a', notify: 'sync' })
  handlers.push(handler)
  for (const bytes of framesOf(completed, 'run-1')) handler.feed(bytes)
  assert.equal(handler.getSnapshot().status, 'completed')
  await assert.rejects(handler.regenerate(), /an answer is running; wait for its end/)
})
