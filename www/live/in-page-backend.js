/**
 * A backend without a network: the crate's generator and a scripted model, as WebAssembly in this page, behind a function with the
 * signature of `fetch`. Loaded on the first request. Not part of the package.
 *
 * Routes, as in examples/server.rs:
 * - `POST /api/teams/{id}/runs`: a retrying backend (docs/rate-limit-retries.md)
 * - `POST /teams/{id}/runs`, `/agents/{id}/runs`: AgentOS's own, without retries, in the background on request
 * - `POST …/runs/{run}/resume`, `/continue`, `/cancel`
 * - `GET /sessions`, `GET /sessions/{id}/runs`, `GET /agents`, `/teams`, `/workflows`, `/config`
 */

/** `pace`: seconds between two tokens; `baseDelay`: seconds before the first retry. */
export function createPageBackend({ pace = 0.03, baseDelay = 5 } = {}) {
  const loaded = once(async () => {
    const { default: init, PageBackend } = await import('../vendor/page_backend.js')
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

const RUNS = /\/(api\/teams|teams|agents)\/([^/]+)\/runs$/
const RUN = /\/(teams|agents)\/[^/]+\/runs\/([^/]+)\/(cancel|resume|continue)$/

async function respond(backend, request) {
  // A static host may serve the page from a folder: `/demo/teams` is the backend's `/teams`.
  const { pathname } = new URL(request.url)
  if (request.method === 'POST') {
    const [, route, id] = RUNS.exec(pathname) ?? []
    if (route) return answer(backend, route, decodeURIComponent(id), await request.formData(), request.signal)
    const [, kind, run, action] = RUN.exec(pathname) ?? []
    if (action) return actOnRun(backend, kind, decodeURIComponent(run), action, request)
  }
  if (request.method === 'GET') {
    const [, list] = /\/(agents|teams|workflows|config)$/.exec(pathname) ?? []
    if (list) return json(backend.components(list))
    if (pathname.endsWith('/sessions')) return json(backend.sessions())
    const [, session] = /\/sessions\/([^/]+)\/runs$/.exec(pathname) ?? []
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
  return stream(signal, (frame, end) => backend.run(route, id, message, script, String(form.get('session_id') ?? ''),
    form.get('user_id')?.toString(), form.get('background') === 'true', frame, end))
}

async function actOnRun(backend, kind, run, action, request) {
  if (action === 'cancel') {
    backend.cancel(kind === 'teams', run)
    return json('{}')
  }
  const form = await request.formData()
  if (action === 'continue') {
    const answers = String(form.get('requirements') ?? form.get('tools') ?? '[]')
    return stream(request.signal, (frame, end) => backend.goOn(run, answers, frame, end)) ??
      json('{"detail":"The run is not paused"}', { status: 409 })
  }
  const last = Number(form.get('last_event_index') ?? -1)
  return stream(request.signal, (frame, end) => backend.resume(run, last, frame, end)) ??
    new Response(`event: error\ndata: {"event":"error","error":"Run ${run} not found"}\n\n`, { headers: STREAM })
}

const STREAM = { 'content-type': 'text/event-stream; charset=utf-8' }

/** A response that streams what `begin(frame, end)` emits, or null if `begin` returns nothing. */
function stream(signal, begin) {
  const encoder = new TextEncoder()
  let run
  const body = new ReadableStream({
    start(controller) {
      run = begin((frame) => controller.enqueue(encoder.encode(frame)), () => controller.close())
      signal.addEventListener('abort', () => {
        run?.stop()
        controller.error(signal.reason)
      }, { once: true })
    },
    cancel: () => run?.stop(),
  })
  return run ? new Response(body, { headers: STREAM }) : null
}

function json(body, { status = 200, headers = {} } = {}) {
  return new Response(body, { status, headers: { 'content-type': 'application/json', ...headers } })
}
