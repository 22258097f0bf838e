/**
 * A backend without a network: the crate's generator and a scripted model, as WebAssembly in this page, behind a function with the
 * signature of `fetch`. Loaded on the first request. Not part of the package.
 *
 * Routes, as in examples/server.rs:
 * - `POST /api/teams/{id}/runs`: a retrying backend (docs/rate-limit-retries.md)
 * - `POST /teams/{id}/runs`, `/agents/{id}/runs`: AgentOS's own, without retries, in the background on request
 * - `POST …/runs/{run}/resume`, `/continue`, `/cancel`, `GET …/runs/{run}`
 * - `GET /sessions`, `GET /sessions/{id}/runs`, `/run-previews`, `POST /sessions/{id}/rename`, `…/sessions/{id}/fork`,
 *   `DELETE /sessions/{id}`
 * - `GET /agents`, `/teams`, `/workflows`, `/config`
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

const ONE_RUN = /\/(?:teams|agents)\/[^/]+\/runs\/([^/]+)$/
const SESSION = /\/sessions\/([^/]+)(?:\/(runs|run-previews|rename|fork))?$/
const NOT_FOUND = { status: 404 }

async function respond(backend, request) {
  // A static host may serve the page from a folder: `/demo/teams` is the backend's `/teams`.
  const { pathname, searchParams } = new URL(request.url)
  if (request.method === 'POST') {
    const [, route, id] = RUNS.exec(pathname) ?? []
    if (route) return answer(backend, route, decodeURIComponent(id), await request.formData(), request.signal)
    const [, kind, run, action] = RUN.exec(pathname) ?? []
    if (action) return actOnRun(backend, kind, decodeURIComponent(run), action, request)
  }
  const [, session, part] = SESSION.exec(pathname) ?? []
  if (session) return actOnSession(backend, decodeURIComponent(session), `${request.method} ${part ?? ''}`, searchParams, request)
  if (request.method === 'GET') {
    const [, list] = /\/(agents|teams|workflows|config)$/.exec(pathname) ?? []
    if (list) return json(backend.components(list))
    if (pathname.endsWith('/sessions')) return json(backend.sessions())
    const [, run] = ONE_RUN.exec(pathname) ?? []
    if (run) return found(backend.one(decodeURIComponent(run)), 'Run not found')
  }
  return json('{"detail":"Not Found"}', NOT_FOUND)
}

const found = (body, otherwise) => (body ? json(body) : json(JSON.stringify({ detail: otherwise }), NOT_FOUND))

async function actOnSession(backend, id, action, query, request) {
  const missing = `Session with id '${id}' not found`
  if (action === 'GET runs') return found(backend.runs(id), missing)
  if (action === 'GET run-previews') return found(backend.previews(id, query.getAll('status').join(',')), missing)
  if (action === 'POST rename') return found(backend.rename(id, String((await request.json()).session_name ?? '')), missing)
  if (action === 'POST fork') {
    const copy = backend.fork(id)
    return copy ? json(JSON.stringify({ session_id: copy, forked_from_session_id: id })) : json('{"detail":"Source session has no runs to fork."}', { status: 400 })
  }
  if (action === 'DELETE ') {
    backend.delete(id)
    return new Response(null, { status: 204 })
  }
  return json('{"detail":"Not Found"}', NOT_FOUND)
}

function answer(backend, route, id, form, signal) {
  const message = String(form.get('message') ?? '')
  if (!message) return json('{"detail":[{"type":"missing","loc":["body","message"],"msg":"Field required"}]}', { status: 422 })
  const session = String(form.get('session_id') ?? '')
  const script = String(form.get('script') ?? backend.scriptOf(session, message) ?? message)
  const refused = backend.refusal(id, script)
  if (refused) {
    const { status, retry_after, body } = refused
    return json(body, { status, headers: retry_after ? { 'retry-after': retry_after } : {} })
  }
  return stream(signal, (frame, end) => backend.run(route, id, message, script, session,
    form.get('user_id')?.toString(), form.get('background') === 'true', form.get('metadata')?.toString(), frame, end))
}

async function actOnRun(backend, kind, run, action, request) {
  if (action === 'cancel') {
    backend.cancel(kind === 'teams', run)
    return json('{}')
  }
  const form = await request.formData()
  if (action === 'continue') {
    const isAnswer = form.has('requirements') || form.has('tools')
    if (isAnswer && !backend.isPaused(run)) return json('{"detail":"The run is not paused"}', { status: 409 })
    const fields = JSON.stringify(Object.fromEntries([...form].filter(([, value]) => typeof value === 'string')))
    return stream(request.signal, (frame, end) => backend.goOn(kind === 'teams', run, fields, frame, end))
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
