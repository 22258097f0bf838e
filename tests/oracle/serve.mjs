// Serves the streams of streams.mjs, in pieces, from several origins: a browser opens six connections to one.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { SERVED, streamOf } from './streams.mjs'

const types = { js: 'text/javascript', mjs: 'text/javascript', wasm: 'application/wasm', html: 'text/html' }

/**
 * `folder`: the page's files. Resolves with `{ urls, returned, call, close }`; `returned`: `way/number` → the Last-Event-ID that came back;
 * `call(name, ...args)`: has the page that asks for work call `globalThis.oracle[name]`, and resolves with what came of it.
 */
export async function serveStreams(folder, origins = 4) {
  const returned = new Map()
  const visited = new Set()
  const tasks = []
  const asking = []
  const called = new Map()
  const hand = () => {
    while (tasks.length > 0 && asking.length > 0) asking.shift().end(JSON.stringify(tasks.shift()))
  }
  const call = (name, ...args) => new Promise((done, failed) => {
    const id = called.size
    called.set(id, ({ result, error }) => (error ? failed(new Error(error)) : done(result)))
    tasks.push({ id, name, args })
    hand()
  })
  const work = async (kind, request, response) => {
    if (kind === 'work') {
      asking.push(response)
      return hand()
    }
    const body = []
    for await (const part of request) body.push(part)
    const { id, ...what } = JSON.parse(Buffer.concat(body))
    called.get(id)(what)
    response.end()
  }
  const servers = []
  const answer = async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost')
    const [, kind, name, way] = pathname.split('/')
    response.setHeader('access-control-allow-origin', '*')
    if (kind === 'work' || kind === 'worked') return work(kind, request, response)
    if (SERVED[kind] || kind === 'again') {
      const number = Number(name)
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
      if (kind === 'again') {
        const visit = `${way}/${number}`
        if (visited.has(visit)) {
          returned.set(visit, request.headers['last-event-id'] ?? null)
          return response.end('event: seen\ndata: x\n\n')
        }
        visited.add(visit)
      }
      const stream = streamOf(number)
      const { theirs, first = 0 } = SERVED[kind === 'again' ? way : kind]
      const bytes = theirs(stream.bytes)
      const cuts = stream.cuts.map((cut) => Math.max(0, cut - (stream.bytes.length - bytes.length))).filter((cut) => cut >= first)
      let from = 0
      for (const to of [...cuts.slice(0, 3), bytes.length]) {
        if (to > from) response.write(bytes.subarray(from, to))
        from = to
        if (number % 7 === 0) await new Promise(setImmediate)
      }
      return response.end()
    }
    try {
      const file = pathname === '/' ? 'index.html' : pathname.slice(1)
      response.writeHead(200, { 'content-type': types[file.split('.').pop()] }).end(readFileSync(join(folder, file)))
    } catch {
      response.writeHead(404).end()
    }
  }
  for (let i = 0; i < origins; i++) {
    const server = createServer(answer)
    await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
    servers.push(server)
  }
  return {
    urls: servers.map((server) => `http://127.0.0.1:${server.address().port}`),
    returned,
    call,
    close: () => Promise.all(servers.map((server) => new Promise((closed) => { server.close(closed); server.closeAllConnections() }))),
  }
}
