// What the tests of the packed package share: installing the tarball, reading and replaying the recordings, an
// AgentOS on 127.0.0.1 that plays them, and a second, deliberately simple reading of what a stream says.
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before } from 'node:test'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { PATIENCE } from '../patience.mjs'

export { PATIENCE, settle, until } from '../patience.mjs'

export const root = join(import.meta.dirname, '../..')
const folder = join(root, 'tests/fixtures/recordings')
const execute = promisify(execFile)

// ── the package ────────────────────────────────────────────────────────────────────────────────────────────────

/** Installs the tarball into a new folder. `remove` deletes it. */
export async function install() {
  const tarballs = readdirSync(join(root, 'pkg')).filter((name) => name.endsWith('.tgz'))
  if (tarballs.length !== 1) throw new Error(`pkg/ holds ${tarballs.length} tarballs; make package leaves one`)
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'ai-stream-handler-')))
  writeFileSync(join(scratch, 'package.json'), '{ "private": true }')
  await execute('npm', ['install', '--no-audit', '--no-fund', '--offline', '--ignore-scripts', join(root, 'pkg', tarballs[0])], { cwd: scratch })
  return { scratch, tarball: join(root, 'pkg', tarballs[0]), remove: () => rmSync(scratch, { recursive: true, force: true }) }
}

/** The installed package as an ES module, resolved as an application would. */
export async function importFrom(scratch) {
  const entry = join(scratch, 'entry.mjs')
  writeFileSync(entry, `export * from 'ai-stream-handler'\n`)
  return import(pathToFileURL(entry).href)
}

/** The package for the tests of one file: installed before them, removed behind them; its exports are there by then. */
export function packed() {
  const lib = {}
  let remove
  before(async () => {
    const installed = await install()
    remove = installed.remove
    Object.assign(lib, await importFrom(installed.scratch))
  })
  after(() => remove?.())
  return lib
}

/** The handlers and servers (`backend`) of one file's tests: what is put into these lists is closed after each test. */
export function closedAfterEach() {
  const handlers = [], servers = []
  afterEach(async () => {
    for (const handler of handlers.splice(0)) handler.dispose()
    for (const server of servers.splice(0)) await server.close()
  })
  return { handlers, servers }
}

/** Runs a script in the scratch folder; resolves with what it printed, rejects when it fails or hangs. */
export async function runScript(scratch, name, text) {
  writeFileSync(join(scratch, name), text)
  const { stdout } = await execute(process.execPath, [name], { cwd: scratch, timeout: PATIENCE })
  return stdout
}

// ── streams ────────────────────────────────────────────────────────────────────────────────────────────────────

const encoder = new TextEncoder()
export const bytesOf = (text) => encoder.encode(text)

/** One SSE frame as AgentOS writes it. */
export const frame = (event, data) => bytesOf(`event: ${event}\ndata: ${JSON.stringify({ event, ...data })}\n\n`)

/** The frames of a small run, to be fed after something bad. */
export const runOf = (text, run_id = 'run-1', session_id = 'session-1') => {
  const base = { agent_id: 'a', agent_name: 'Agent', run_id, session_id, created_at: 1_795_452_000 }
  return [
    frame('RunStarted', base),
    ...text.split(/(?<= )/).map((content) => frame('RunContent', { ...base, content, content_type: 'str' })),
    frame('RunCompleted', { ...base, content: text, content_type: 'str' }),
  ]
}

export const concat = (parts) => Uint8Array.from(Buffer.concat(parts))

/** `{ name, bytes, cuts, meta, truth }`. `cuts`: the chunks as they came over the network. */
export function recording(name) {
  const meta = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))
  const bytes = Uint8Array.from(readFileSync(join(folder, `${name}.sse`)))
  const truthFile = [name, name.replace(/\.\d_\w+$/, '')].map((base) => join(folder, `${base}.truth.json`)).find(existsSync)
  const cuts = []
  let at = 0
  for (const [, size] of meta.chunks_ms_size ?? []) cuts.push(bytes.subarray(at, (at += size)))
  if (at < bytes.length) cuts.push(bytes.subarray(at))
  return { name, bytes, cuts, meta, truth: truthFile ? JSON.parse(readFileSync(truthFile, 'utf8')) : null }
}

/** The names of all recorded event streams (not the JSON answers). */
export function streamNames() {
  return readdirSync(folder).filter((file) => file.endsWith('.sse')).map((file) => file.slice(0, -4)).sort()
    .filter((name) => /event-stream/.test(recording(name).meta.response_headers?.['content-type'] ?? ''))
}

/** The files of a run answered again (tests/fixtures/again): its stream, and what AgentOS stored. */
export const streamOf = (name) => readFileSync(join(root, 'tests/fixtures/again', `${name}.sse`))
export const truthOf = (name) => JSON.parse(readFileSync(join(root, 'tests/fixtures/again', `${name}.truth.json`), 'utf8'))

export const wholes = ({ bytes }) => [bytes]
export const chunks = ({ cuts }) => cuts
export function* singles({ bytes }) {
  for (let i = 0; i < bytes.length; i++) yield bytes.subarray(i, i + 1)
}

/**
 * Feeds the legs (recordings) to a new handler, cut by `cut`, and returns its last snapshot. The clock stands
 * still meanwhile, so that two replays of the same bytes can be compared whole.
 */
export function replay({ createStreamHandler }, legs, cut, options = {}) {
  const now = Date.now
  Date.now = () => 1_795_460_000_000
  try {
    const handler = createStreamHandler({ notify: 'sync', ...options })
    for (const leg of legs) {
      handler.begin()
      for (const piece of cut(leg)) handler.feed(piece)
      handler.end()
    }
    const snapshot = handler.getSnapshot()
    handler.dispose()
    return snapshot
  } finally {
    Date.now = now
  }
}

/** `[{ name, data }]`: what the stream says, read the slow way. */
export function framesOf(bytes) {
  return new TextDecoder().decode(bytes).split('\n\n').filter((block) => /^data: /m.test(block)).map((block) => {
    const data = JSON.parse(block.split('\n').filter((line) => line.startsWith('data: ')).map((line) => line.slice(6)).join('\n'))
    return { name: data.event ?? /^event: (.*)$/m.exec(block)[1], data }
  })
}

/** The top-level run as the frames tell it: only the last attempt counts. */
export function storyOf(bytes) {
  const story = { streamed: '', ended: null, endedAs: null, retries: 0, error: null, members: new Set() }
  for (const { name, data } of framesOf(bytes)) {
    if (data.parent_run_id) story.members.add(data.run_id)
    else if (name === 'retry') Object.assign(story, { streamed: '', retries: story.retries + 1 })
    else if (name === 'error') story.error = data
    else if (/^(Team)?RunContent$/.test(name) && !data.workflow_id && typeof data.content === 'string') story.streamed += data.content
    else if (/^(Team|Workflow)?(Run)?(Completed|Error|Paused|Cancelled)$/.test(name) && !(data.workflow_id && !name.startsWith('Workflow'))) {
      if (story.endedAs === null) Object.assign(story, { ended: data, endedAs: name })
    }
  }
  return story
}

// ── a backend ──────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * An AgentOS on 127.0.0.1 as far as the tests need one: `handle(request, response, number)` answers each POST.
 * `requests` keeps what came: `{ method, path, headers, form, aborted }`, `aborted` a promise of the connection's end.
 */
export async function backend(handle) {
  const requests = []
  const server = createServer(async (incoming, response) => {
    response.setHeader('access-control-allow-origin', '*')
    if (incoming.method === 'OPTIONS') {
      return response.writeHead(204, { 'access-control-allow-headers': '*, authorization', 'access-control-allow-methods': '*' }).end()
    }
    const request = { method: incoming.method, path: incoming.url, headers: incoming.headers, form: null }
    request.aborted = new Promise((closed) => response.on('close', () => closed(!response.writableFinished)))
    const body = []
    for await (const part of incoming) body.push(part)
    const type = incoming.headers['content-type'] ?? ''
    request.body = Buffer.concat(body).toString()
    if (/form/.test(type)) request.form = await new Response(Buffer.concat(body), { headers: { 'content-type': type } }).formData()
    requests.push(request)
    if (/\/cancel(\?|$)/.test(request.path)) return response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    await handle(request, response, requests.length)
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  const close = () => new Promise((closed) => { server.close(closed); server.closeAllConnections() })
  return { url: `http://127.0.0.1:${server.address().port}`, requests, close }
}

/** Answers with the recording, in its chunks. `until`: stop after so many chunks, and then `cut` or wait. */
export async function play(response, name, { until = Infinity, cut = false, end = true } = {}) {
  const { cuts, meta } = recording(name)
  response.writeHead(200, { 'content-type': meta.response_headers['content-type'] })
  for (const piece of cuts.slice(0, until)) {
    response.write(piece)
    await new Promise(setImmediate)
  }
  if (cut) {
    await new Promise((written) => setTimeout(written, 50))
    response.socket.destroy()
  } else if (end) response.end()
}

/** Answers with a recorded answer that is no stream: an HTTP error, or JSON. */
export function answerWith(response, name) {
  const { bytes, meta } = recording(name)
  const { 'content-type': type, 'retry-after': after } = meta.response_headers
  response.writeHead(meta.status, { 'content-type': type, ...(after && { 'retry-after': after }) }).end(bytes)
}
