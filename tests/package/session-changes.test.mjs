// Sessions that are renamed and deleted while lists of them are loaded, and by a server that refuses: what the page lists is what was
// asked for, and then what the server has.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backend, closedAfterEach, packed, until } from './support.mjs'

const lib = packed()
const { servers, handlers } = closedAfterEach()

/** `hold`: what waits for `release()`. `refuses`: renames and deletions are answered with 500. */
async function connect({ failed = [] } = {}) {
  const state = { hold: null, refuses: false, asked: [], waiting: [] }
  const data = ['s', 't'].map((session_id) => ({ session_id, session_name: session_id.toUpperCase(), created_at: 1, updated_at: 5 }))
  const server = await backend(async (request, response) => {
    const body = structuredClone(data)
    state.asked.push(request.path)
    if (state.hold?.test(`${request.method} ${request.path}`)) await new Promise((resolve) => state.waiting.push(resolve))
    const isChange = request.method === 'DELETE' || request.path.includes('/rename')
    if (isChange) return response.writeHead(state.refuses ? 500 : 204).end()
    const [, id] = /^\/sessions\/(\w+)\/run-previews/.exec(request.path) ?? []
    const runs = failed.includes(id) ? [{ run_id: 'r', status: 'ERROR', created_at: 1 }] : []
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(id ? runs : { data: body }))
  })
  servers.push(server)
  const handler = lib.createStreamHandler({ endpoint: server.url, agent: 'a', notify: 'sync', retry: false })
  handlers.push(handler)
  const names = () => handler.getSnapshot().sessions.map(({ session_name }) => session_name)
  const release = () => {
    state.hold = null
    state.waiting.splice(0).forEach((resolve) => resolve())
  }
  return { handler, state, names, release }
}

test('a list that was asked for before brings back no old name and no deleted session', async () => {
  const { handler, state, names, release } = await connect()
  await handler.loadSessions()
  state.hold = /^GET \/sessions\?/
  const loading = handler.loadSessions()
  await until(() => state.waiting.length)
  await handler.renameSession('s', 'New')
  await handler.deleteSession('t')
  release()
  assert.deepEqual((await loading).map(({ session_name }) => session_name), ['New'])
  assert.deepEqual(names(), ['New'])
  // The server has the last word on a list that is asked for later.
  await handler.loadSessions()
  assert.deepEqual(names().toSorted(), ['S', 'T'])
})

test('a list that comes while the server is told does not either, and what it lists is shown again if the server refuses', async () => {
  for (const refuses of [false, true]) {
    // Without a list before, the names are not known.
    for (const isListed of [true, false]) {
      const { handler, state, names, release } = await connect()
      if (isListed) await handler.loadSessions()
      Object.assign(state, { refuses, hold: /rename|DELETE/ })
      const calls = Promise.allSettled([handler.renameSession('s', 'New'), handler.deleteSession('t')])
      await until(() => state.waiting.length === 2)
      assert.deepEqual((await handler.loadSessions()).map(({ session_name }) => session_name), ['New'])
      release()
      assert.deepEqual((await calls).map(({ status }) => status), Array(2).fill(refuses ? 'rejected' : 'fulfilled'))
      assert.deepEqual(names().toSorted(), refuses ? ['S', 'T'] : ['New'], `listed before: ${isListed}`)
    }
  }
})

test('two changes at once that the server refuses leave what it has, with the mark of a failed run', async () => {
  const { handler, state, names } = await connect({ failed: ['t'] })
  await handler.loadSessions()
  await until(() => handler.getSnapshot().sessions.some(({ failed }) => failed))
  state.refuses = true
  const refused = [handler.renameSession('s', 'One'), handler.renameSession('s', 'Two'), handler.deleteSession('t'), handler.deleteSession('t')]
  assert.deepEqual(names(), ['Two'])
  assert.deepEqual((await Promise.allSettled(refused)).map(({ reason }) => reason?.httpStatus), [500, 500, 500, 500])
  assert.deepEqual(names().toSorted(), ['S', 'T'])
  assert.deepEqual(handler.getSnapshot().sessions.filter(({ failed }) => failed).map(({ session_id }) => session_id), ['t'])
  await Promise.allSettled([handler.renameSession('s', 'Three'), handler.deleteSession('s')])
  assert.deepEqual(names().toSorted(), ['S', 'T'])
  state.refuses = false
  await handler.renameSession('s', 'Four')
  state.refuses = true
  await assert.rejects(handler.renameSession('s', 'Five'), { httpStatus: 500 })
  assert.deepEqual(names().toSorted(), ['Four', 'T'])
})
