// A Next.js route in front of AgentOS: the browser talks to this origin, and the token stays on the server. In the page:
//
//     useAIStreamHandler({ endpoint: '/api/agentos', agent: 'assistant' })

export const dynamic = 'force-dynamic'
/** Seconds; a run may take longer than the default of the platform. */
export const maxDuration = 300

/** What the handler asks for, by method; nothing else of AgentOS is reachable from outside. */
const ALLOWED: Record<string, RegExp> = {
  GET: /^(agents|teams|workflows)(\/[^/]+\/runs\/[^/]+)?$|^sessions(\/[^/]+(\/runs)?)?$/,
  POST: /^(agents|teams|workflows)\/[^/]+\/runs(\/[^/]+\/(resume|continue|cancel))?$/,
}
/**
 * forkSession, renameSession and deleteSession. Only with AGENTOS_CHANGE_SESSIONS=1: whoever knows the id of a session could delete it,
 * so first check below whose it is.
 */
const CHANGES_SESSIONS: Record<string, RegExp> = {
  POST: /^sessions\/[^/]+\/rename$|^(agents|teams|workflows)\/[^/]+\/sessions\/[^/]+\/fork$/,
  DELETE: /^sessions\/[^/]+$/,
}
const RESPONSE_HEADERS = ['content-type', 'retry-after', 'date']

async function proxy(request: Request, { params }: { params: Promise<{ path: string[] }> }): Promise<Response> {
  const path = (await params).path.map(encodeURIComponent).join('/')
  const mayChange = process.env.AGENTOS_CHANGE_SESSIONS === '1'
  if (!ALLOWED[request.method]?.test(path) && !(mayChange && CHANGES_SESSIONS[request.method]?.test(path))) return new Response('Not found', { status: 404 })
  // Who may talk to the agents is for you to decide here: check the user's session, and set `user_id` from it.
  const headers = new Headers({ authorization: `Bearer ${process.env.AGENTOS_TOKEN ?? ''}` })
  const type = request.headers.get('content-type')
  if (type) headers.set('content-type', type)
  const init = { method: request.method, headers, body: request.body, signal: request.signal, duplex: 'half' }
  const answer = await fetch(`${process.env.AGENTOS_URL ?? 'http://localhost:7777'}/${path}${new URL(request.url).search}`, init as RequestInit)
  const sent = new Headers({ 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' })
  for (const name of RESPONSE_HEADERS) if (answer.headers.has(name)) sent.set(name, answer.headers.get(name)!)
  return new Response(answer.body, { status: answer.status, headers: sent })
}

export { proxy as GET, proxy as POST, proxy as DELETE }
