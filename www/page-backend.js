/**
 * A backend without a network: the generator of the crate and a scripted model, as WebAssembly inside this page, behind
 * a function that is called like `fetch`. Loaded when it is first asked; the package carries none of it.
 *
 * It has the routes of the server example: the mission's `POST /api/teams/{id}/runs`, which retries and says so, AgentOS's
 * `POST /teams/{id}/runs` and `/agents/{id}/runs`, which do not, `GET /sessions` and `GET /sessions/{id}/runs`.
 */

/** `pace`: seconds between two tokens; `baseDelay`: seconds before the first retry. */
export function createPageBackend({ pace = 0.03, baseDelay = 5 } = {}) {
  const loaded = once(async () => {
    const { default: init, PageBackend } = await import('./vendor/page_backend.js')
    await init()
    return new PageBackend(pace, baseDelay)
  })
  return {
    async fetch(input, init) {
      const request = new Request(input, init)
      const backend = await loaded()
      request.signal.throwIfAborted()
      return respond(backend, request)
    },
  }
}

function once(make) {
  let made
  return () => (made ??= make())
}

const RUNS = /^\/(api\/teams|teams|agents)\/([^/]+)\/runs$/
const CANCEL = /^\/(teams|agents)\/([^/]+)\/runs\/([^/]+)\/cancel$/

async function respond(backend, request) {
  const { pathname } = new URL(request.url)
  if (request.method === 'POST') {
    const [, route, id] = RUNS.exec(pathname) ?? []
    if (route) return answer(backend, route, decodeURIComponent(id), await request.formData(), request.signal)
    if (CANCEL.test(pathname)) return json('{}')
  }
  if (request.method === 'GET') {
    if (pathname === '/sessions') return json(backend.sessions())
    const [, session] = /^\/sessions\/([^/]+)\/runs$/.exec(pathname) ?? []
    const runs = session && backend.runs(decodeURIComponent(session))
    if (runs) return json(runs)
  }
  return json('{"detail":"Not Found"}', { status: 404 })
}

function answer(backend, route, id, form, signal) {
  const message = String(form.get('message') ?? '')
  if (!message) return json('{"detail":[{"type":"missing","loc":["body","message"],"msg":"Field required"}]}', { status: 422 })
  const script = String(form.get('script') ?? message)
  const refused = backend.refusal(id, script)
  if (refused) {
    const { status, retry_after, body } = refused
    return json(body, { status, headers: retry_after ? { 'retry-after': retry_after } : {} })
  }
  const encoder = new TextEncoder()
  let answering
  const body = new ReadableStream({
    start(controller) {
      answering = backend.run(route, id, message, script, String(form.get('session_id') ?? ''), form.get('user_id')?.toString(),
        (frame) => controller.enqueue(encoder.encode(frame)), () => controller.close())
      signal.addEventListener('abort', () => {
        answering.stop()
        controller.error(signal.reason)
      }, { once: true })
    },
    cancel: () => answering.stop(),
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream; charset=utf-8' } })
}

function json(body, { status = 200, headers = {} } = {}) {
  return new Response(body, { status, headers: { 'content-type': 'application/json', ...headers } })
}
