// When things were heard of: turn.times, an entry's heardAt, a wait's overAt. By this side's clock, with fractions.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backend, closedAfterEach, frame, packed, runOf } from './support.mjs'

const lib = packed()
const { handlers } = closedAfterEach()
const sleep = (ms) => new Promise((done) => setTimeout(done, ms))

test('a turn tells when it was asked, when the first frame came, and when it ended; each entry when it was heard of', async () => {
  const handler = lib.createStreamHandler({ notify: 'sync' })
  handlers.push(handler)
  const before = Date.now() / 1000
  handler.begin('hello')
  assert.deepEqual([handler.getSnapshot().turns[0].times.firstAt, handler.getSnapshot().turns[0].times.endedAt], [null, null])
  await sleep(30)
  const [started, ...rest] = runOf('Here it is.')
  handler.feed(started)
  await sleep(30)
  for (const bytes of rest) handler.feed(bytes)
  handler.end()
  const { times, timeline } = handler.getSnapshot().turns[0]
  const after = Date.now() / 1000
  // The events themselves say all of them happened in one second of 2026; these are the times of here.
  assert.equal(new Set(timeline.map(({ timestamp }) => timestamp)).size, 1)
  const order = [before, times.beganAt, times.firstAt, timeline[0].heardAt, timeline[1].heardAt, times.endedAt, after]
  assert.deepEqual(order, order.toSorted((a, b) => a - b))
  assert.ok(times.firstAt - times.beganAt >= 0.025, `${times.firstAt - times.beganAt}`)
  assert.ok(timeline[1].heardAt - timeline[0].heardAt >= 0.025, `${timeline[1].heardAt - timeline[0].heardAt}`)
})

test('a wait is over when the stream goes on; until then it has no end', async () => {
  const handler = lib.createStreamHandler({ notify: 'sync' })
  handlers.push(handler)
  handler.begin('hello')
  handler.feed(runOf('First. ')[0])
  handler.feed(frame('retry', { attempt: 1, max_retries: 3, delay: 5, message: 'Retrying' }))
  const wait = () => handler.getSnapshot().timeline.find(({ eventType }) => eventType === 'retry')
  assert.equal(wait().overAt, undefined)
  await sleep(20)
  for (const bytes of runOf('Here it is.', 'run-2')) handler.feed(bytes)
  assert.ok(wait().overAt - wait().heardAt >= 0.015, `${wait().overAt - wait().heardAt}`)
  assert.equal(handler.getSnapshot().turns[0].times.endedAt >= wait().overAt, true)
})

test('a turn that goes on has not ended', () => {
  const handler = lib.createStreamHandler({ notify: 'sync' })
  handlers.push(handler)
  const base = { agent_id: 'a', agent_name: 'Agent', run_id: 'r', session_id: 's' }
  handler.begin('hello')
  handler.feed(frame('RunStarted', base))
  handler.feed(frame('RunPaused', { ...base, tools: [] }))
  handler.end()
  assert.notEqual(handler.getSnapshot().turns[0].times.endedAt, null)
  handler.begin()
  handler.feed(frame('RunContinued', base))
  assert.equal(handler.getSnapshot().turns[0].times.endedAt, null)
})

test('a connection that is lost and taken up: the gap ends with the first frame that comes, whatever it is', async (context) => {
  let finish
  const server = await backend((request, response, number) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const at = (name, index, more = {}) => frame(name, { agent_id: 'a', agent_name: 'Agent', run_id: 'r', session_id: 's', ...more, event_index: index })
    if (number === 1) {
      response.write(Buffer.concat([at('RunStarted', 0), at('RunContent', 1, { content: 'So far. ' })]))
      return setTimeout(() => response.destroy(), 20)
    }
    setTimeout(() => response.write(at('RunContent', 2, { content: 'And on.' })), 60)
    finish = () => response.end(at('RunCompleted', 3, { content: 'So far. And on.' }))
  })
  context.after(() => server.close())
  const handler = lib.createStreamHandler({ endpoint: server.url, agent: 'a', background: true, notify: 'sync' })
  handlers.push(handler)
  // The end comes well after the first frame was read, however long that took.
  const stop = handler.subscribe(() => {
    if (!handler.getSnapshot().turns[0].answer.content.endsWith('And on.')) return
    stop()
    setTimeout(finish, 100)
  })
  assert.equal(await handler.send('hello'), 'completed')
  const { timeline, times } = handler.getSnapshot().turns[0]
  const gap = timeline.find(({ eventType }) => eventType === 'resume')
  assert.ok(gap.overAt - gap.heardAt >= 0.05, `${gap.overAt - gap.heardAt}`)
  assert.ok(times.endedAt - gap.overAt >= 0.08, `${times.endedAt - gap.overAt}`)
})
