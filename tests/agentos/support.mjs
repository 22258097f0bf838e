// The real AgentOS as a process of its own, on a free port; `make agentos` installs it into target/agentos.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { closedAfterEach, packed, until } from '../package/support.mjs'
import { freePort } from '../free-port.mjs'

const root = join(import.meta.dirname, '../..')
const python = join(root, 'target/agentos/bin/python')
/** Far longer than an answer takes here. */
const FORGOTTEN_MS = 10_000

/**
 * Resolves with `{ url, stop, restart, runs(session, type), sessions(type), remove }`. `origins`: those of pages that may read its
 * answers; `key`: the token that it asks for.
 */
export async function startAgentOS({ origins = [], key } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'ai-stream-handler-agentos-'))
  const database = join(folder, 'agno.db')
  const port = await freePort()
  let child, log = ''

  async function begin() {
    child = spawn(python, [join(import.meta.dirname, 'os_server.py'), String(port), database, ...origins], {
      stdio: ['ignore', 'pipe', 'pipe'], cwd: folder, env: { ...process.env, AGNO_TELEMETRY: 'false', NO_COLOR: '1', ...(key ? { OS_SECURITY_KEY: key } : {}) },
    })
    const started = child
    await new Promise((ready, failed) => {
      const read = (text) => {
        log += text
        if (/^ready$/m.test(text)) ready()
      }
      started.stdout.setEncoding('utf8').on('data', read)
      started.stderr.setEncoding('utf8').on('data', (text) => (log += text))
      started.once('error', failed)
      started.once('exit', (code) => failed(new Error(`AgentOS ended with ${code}: ${log.slice(-2000)}`)))
    })
  }

  async function stop() {
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }

  await begin()
  const url = `http://127.0.0.1:${port}`
  const get = async (path) => {
    const answer = await fetch(url + path)
    if (!answer.ok) throw new Error(`GET ${path}: HTTP ${answer.status}`)
    return answer.json()
  }
  return {
    url, get, stop,
    async restart() {
      await stop()
      await begin()
    },
    runs: (session, type) => get(`/sessions/${session}/runs?type=${type}`),
    async close() {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The kind of component that a handler's options name, as AgentOS's routes call it. */
export const typeOf = ({ team, workflow }) => (team ? 'team' : workflow ? 'workflow' : 'agent')

/** `[name, options, who]` of an agent and a team that number their answers (`[[take key=…]]`), in the foreground and in the background. */
export const WORLDS = [['historian', { agent: 'historian' }], ['panel', { team: 'panel' }]].flatMap(([who, component]) =>
  [false, true].map((background) => [`${typeOf(component)}, ${background ? 'background' : 'foreground'}`, { ...component, background, retry: false }, who]))

/**
 * Waits until nothing goes on any more, also of what was stopped or whose connection broke: no request or run is under way, and each run
 * of the session that was regenerated has its successor. AgentOS sometimes forgets a run whose connection broke: its request stays open,
 * or its source stays without a successor. That is not waited for; what the test asserts next has to hold there, too.
 */
export async function atRest(agentos, session, type) {
  const isRest = async () => {
    const runs = await agentos.runs(session, type).catch(() => [])
    const isOpen = ({ run_id, status }) => /RUNNING|PENDING/.test(status) || (status === 'REGENERATED' && !runs.some((run) => run.regenerated_from === run_id))
    return !runs.some(isOpen) && (await agentos.get('/busy')) === 0
  }
  const began = performance.now()
  await until(async () => (await isRest()) || performance.now() - began > FORGOTTEN_MS, 'the end of what was going on')
}

/** Keys of their own for the counted answers of one file's tests. */
export function keys(letter) {
  let count = 0
  return () => `${letter}${++count}`
}

/**
 * `agentos` and the packed package (`lib`), both filled before the first test; `connect` makes a handler that its test's end disposes of.
 * `stored` waits until AgentOS has stored the handler's last run; `nextCall` sends a message and says what the model of `who` was sent
 * before it.
 */
export function connected(defaults = {}) {
  const lib = packed()
  const agentos = {}
  const { handlers } = closedAfterEach()
  before(async () => {
    Object.assign(agentos, await startAgentOS())
  })
  after(() => agentos.close?.())
  return {
    agentos, lib,
    connect(options) {
      const handler = lib.createStreamHandler({ endpoint: agentos.url, notify: 'sync', ...defaults, ...options })
      handlers.push(handler)
      return handler
    },
    // AgentOS stores a run shortly after its last frame.
    stored: (handler, options) => until(async () => {
      const { sessionId, runId } = handler.getSnapshot()
      const runs = await agentos.runs(sessionId, typeOf(options)).catch(() => [])
      return runs.some((run) => run.run_id === runId && !/RUNNING|PENDING/.test(run.status))
    }, 'the stored run'),
    atRest: (handler, options) => atRest(agentos, handler.getSnapshot().sessionId, typeOf(options)),
    async nextCall(handler, who) {
      await fetch(`${agentos.url}/log/clear`, { method: 'POST' })
      assert.equal(await handler.send('And now? [[plain]]'), 'completed')
      const log = await agentos.get('/log')
      return log.filter((entry) => entry.who === who).at(-1).saw.slice(0, -1)
    },
  }
}

/**
 * A fetch through which, once, the answers to requests of these routes break off after `cut.left` frames, counted over all of them;
 * `cut.struck` says that it happened.
 */
export function cutAfter(routes = /\/(runs|continue)$/) {
  const cut = { left: Infinity, struck: false }
  const passing = (body) => {
    const reader = body.getReader()
    return new ReadableStream({
      async pull(controller) {
        if (cut.left <= 0 && !cut.struck) {
          cut.struck = true
          void reader.cancel()
          return controller.error(new TypeError('the connection broke'))
        }
        const { done, value } = await reader.read()
        if (done) return controller.close()
        controller.enqueue(value.subarray(0, upTo(value)))
      },
    }, { highWaterMark: 0 })
  }
  /** AgentOS writes a frame in one piece, or several; what is behind the last one that passes is dropped. */
  const upTo = (piece) => {
    for (let end = 0; ;) {
      const next = piece.indexOf(10, end) + 1
      if (next === 0) return piece.length
      if (piece[next] === 10 && --cut.left <= 0 && !cut.struck) return next + 1
      end = next
    }
  }
  cut.fetch = async (request) => {
    const isCut = request.method === 'POST' && routes.test(new URL(request.url).pathname)
    const response = await fetch(request)
    return isCut && !cut.struck && response.body ? new Response(passing(response.body), response) : response
  }
  return cut
}

/** The frames after which something happens: each of the first `count` with AGAIN=all, otherwise a few. */
export const frames = (count, few) => (process.env.AGAIN === 'all' ? [...Array(count).keys()] : few)

/** What a page shows of a turn, without what differs from run to run: ids, times, and the traces of lost connections. */
export function pictureOf({ turns }, { ordered = true } = {}) {
  const sort = (list) => (ordered ? list : list.map((item) => JSON.stringify(item)).sort())
  return turns.map(({ user, answer, work, timeline, outcome, attempts, error, usage, pause }) => ({
    user: user?.content,
    answer: messageOf(answer),
    work: sort(work.map(messageOf)),
    timeline: sort(timeline.filter(({ eventType }) => eventType !== 'resume').map((e) => [e.eventType, e.source, e.description, e.status, e.depth, e.details.voided ?? false])),
    outcome, attempts, error: error?.message ?? null, tokens: usage.totalTokens,
    pause: pause?.requirements.map(({ kind, toolName }) => [kind, toolName]) ?? null,
  }))
}

function messageOf({ role, content, status, tool_calls, agentName, teamName }) {
  return [role, agentName ?? teamName ?? null, content, status ?? null, (tool_calls ?? []).map((t) => [t.tool_name, t.result ?? null, t.status])]
}
