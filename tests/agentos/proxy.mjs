// Stands between the handler and AgentOS on 127.0.0.1, and does to the bytes what networks do: cuts, stalls, delays.
// It changes and reorders nothing.
import { createServer, request as ask } from 'node:http'

/**
 * `faultOf(path, number)` says what happens to the answer to the `number`th request (from 1): `{ frames }` or `{ bytes }`
 * that get through before it is cut (`clean`: as if it had ended), or after which nothing comes any more (`stall`), or
 * `{ delay }` milliseconds before each frame. Nothing: it passes. `pages`: path → `[type, text]` of what the proxy serves
 * itself, so that a page and AgentOS have one origin. `proxy.pathOf` may send a path somewhere else.
 */
export async function proxyTo(target, pages = {}) {
  const proxy = { faults: 0, requests: [], faultOf: () => null, pathOf: (path) => path }
  const server = createServer((incoming, outgoing) => {
    const page = pages[incoming.url.split(/[?#]/)[0]]
    if (page) return outgoing.writeHead(200, { 'content-type': page[0] }).end(page[1])
    proxy.requests.push(`${incoming.method} ${incoming.url}`)
    const fault = proxy.faultOf(incoming.url, proxy.requests.length)
    const onward = ask(target + proxy.pathOf(incoming.url), { method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers)
      outgoing.flushHeaders()
      pass(answer, outgoing, fault, () => proxy.faults++)
    })
    onward.on('error', () => outgoing.destroy())
    outgoing.on('close', () => onward.destroy())
    incoming.pipe(onward)
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  proxy.url = `http://127.0.0.1:${server.address().port}`
  /** Every connection breaks now. */
  proxy.drop = () => server.closeAllConnections()
  proxy.close = () => new Promise((closed) => { server.close(closed); server.closeAllConnections() })
  return proxy
}

async function pass(answer, outgoing, fault, struck) {
  let passed = Buffer.alloc(0)
  try {
    for await (const piece of answer) {
      const end = fault ? limit(passed, piece, fault) : Infinity
      if (fault?.delay) await slowly(piece, outgoing, fault.delay)
      else outgoing.write(piece.subarray(0, end))
      passed = fault ? Buffer.concat([passed, piece]) : passed
      if (end >= piece.length && !(fault && reached(passed, fault))) continue
      struck()
      if (fault.stall) return // and the connection stays open
      // What was written is to arrive.
      await new Promise((done) => setTimeout(done, 5))
      return fault.clean ? outgoing.end() : outgoing.destroy()
    }
    outgoing.end()
  } catch {
    outgoing.destroy()
  }
}

/** Frame by frame: while it waits, more frames come than the next one, and in one piece. */
async function slowly(piece, outgoing, delay) {
  for (let from = 0; from < piece.length; ) {
    const blank = piece.indexOf('\n\n', from)
    const end = blank < 0 ? piece.length : blank + 2
    await new Promise((done) => setTimeout(done, delay))
    outgoing.write(piece.subarray(from, end))
    from = end
  }
}

/** How many bytes of `piece` get through. */
function limit(passed, piece, { frames = Infinity, bytes = Infinity }) {
  if (bytes < Infinity) return bytes - passed.length
  const all = Buffer.concat([passed, piece])
  let end = 0
  for (let frame = 0; frame < frames; frame++) {
    const next = all.indexOf('\n\n', end)
    if (next < 0) return Infinity
    end = next + 2
  }
  return end - passed.length
}

function reached(passed, { frames = Infinity, bytes = Infinity }) {
  return passed.length >= bytes || passed.toString('latin1').split('\n\n').length - 1 >= frames
}
