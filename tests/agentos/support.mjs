// The real AgentOS as a process of its own, on a free port; `make agentos` installs it into target/agentos.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before } from 'node:test'
import { packed } from '../package/support.mjs'
import { freePort } from '../free-port.mjs'

const root = join(import.meta.dirname, '../..')
const python = join(root, 'target/agentos/bin/python')

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

/** `agentos` and the packed package (`lib`), both filled before the first test; `connect` makes a handler that its test's end disposes of. */
export function connected(defaults = {}) {
  const lib = packed()
  const agentos = {}
  const handlers = []
  before(async () => {
    Object.assign(agentos, await startAgentOS())
  })
  after(() => agentos.close?.())
  afterEach(() => {
    for (const handler of handlers.splice(0)) handler.dispose()
  })
  return {
    agentos, lib,
    connect(options) {
      const handler = lib.createStreamHandler({ endpoint: agentos.url, notify: 'sync', ...defaults, ...options })
      handlers.push(handler)
      return handler
    },
  }
}

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
