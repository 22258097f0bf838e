// examples/next-proxy: the route streams, adds the server's token, passes on nothing of the browser's, and reaches no other route.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { after, before, test } from 'node:test'
import { build } from 'esbuild'
import { backend, packed, play, root } from '../package/support.mjs'

const lib = packed()
let route, site, origin
before(async () => {
  const outfile = join(root, 'target/next-proxy/route.mjs')
  await build({ entryPoints: [join(root, 'examples/next-proxy/app/api/agentos/[...path]/route.ts')], outfile, format: 'esm', platform: 'node', logLevel: 'error' })
  route = await import(pathToFileURL(outfile).href)
  // What Next.js does around a route.
  site = createServer(async (incoming, outgoing) => {
    const body = incoming.method === 'POST' ? Readable.toWeb(incoming) : null
    const abort = new AbortController()
    outgoing.on('close', () => abort.abort())
    const request = new Request(`${origin}${incoming.url}`, { method: incoming.method, headers: incoming.headers, body, duplex: 'half', signal: abort.signal })
    const path = decodeURIComponent(new URL(request.url).pathname).replace('/api/agentos/', '').split('/')
    const answer = await route[incoming.method](request, { params: Promise.resolve({ path }) })
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers))
    if (answer.body) for await (const chunk of answer.body) outgoing.write(chunk)
    outgoing.end()
  }).listen(0, '127.0.0.1')
  await new Promise((listening) => site.once('listening', listening))
  origin = `http://127.0.0.1:${site.address().port}`
})
after(() => site?.close())

test('a run goes through it, with the token of the server and none of the browser’s headers', async (context) => {
  const { url, requests, close } = await backend((_, response) => play(response, 'agent_plain'))
  context.after(close)
  Object.assign(process.env, { AGENTOS_URL: url, AGENTOS_TOKEN: 'secret' })
  const handler = lib.createStreamHandler({ endpoint: `${origin}/api/agentos`, agent: 'a', headers: { authorization: 'Bearer browser', cookie: 'x=1' } })
  context.after(() => handler.dispose())
  assert.equal(await handler.send('hello'), 'completed')
  assert.equal(requests[0].path, '/agents/a/runs')
  assert.equal(requests[0].headers.authorization, 'Bearer secret')
  assert.equal(requests[0].headers.cookie, undefined)
  assert.equal(requests[0].form.get('message'), 'hello')
})

test('other routes of the AgentOS are not reachable', async () => {
  for (const [method, path] of [['DELETE', 'sessions/s'], ['POST', 'sessions/s/rename'], ['POST', 'agents/a/sessions/s/fork'], ['POST', 'sessions'], ['DELETE', 'agents/a']]) {
    assert.equal((await fetch(`${origin}/api/agentos/${path}`, { method })).status, 404, `${method} ${path}`)
  }
  for (const path of ['config', 'agents/a', 'sessions/s/../../config', 'memories', 'agents/a/runs/r/delete', 'sessions/s/rename', 'agents/a/sessions/s/fork']) {
    assert.equal((await fetch(`${origin}/api/agentos/${path}`)).status, 404, path)
  }
})

test('sessions are opened; they are forked, renamed and deleted once that is allowed', async (context) => {
  const { url, requests, close } = await backend((request, response) => {
    if (request.method === 'DELETE') return response.writeHead(204).end()
    const answer = /fork/.test(request.path) ? { session_id: 'copy' } : /runs/.test(request.path) ? [] : { data: [], session_id: 's' }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  context.after(close)
  Object.assign(process.env, { AGENTOS_URL: url, AGENTOS_TOKEN: 'secret' })
  const handler = lib.createStreamHandler({ endpoint: `${origin}/api/agentos`, agent: 'a' })
  context.after(() => handler.dispose())
  assert.equal(await handler.openSession('s'), true)
  await assert.rejects(handler.renameSession('s', 'New'), { httpStatus: 404 })
  process.env.AGENTOS_CHANGE_SESSIONS = '1'
  context.after(() => delete process.env.AGENTOS_CHANGE_SESSIONS)
  await handler.renameSession('s', 'New')
  assert.equal(await handler.forkSession(), 'copy')
  await handler.deleteSession('s')
  assert.deepEqual(requests.map(({ method, path }) => `${method} ${path.split('?')[0]}`), ['GET /sessions/s/runs', 'POST /sessions/s/rename', 'POST /agents/a/sessions/s/fork', 'DELETE /sessions/s'])
  for (const { headers } of requests) assert.equal(headers.authorization, 'Bearer secret')
})
