// Main-thread load of the real agno-agi/agent-ui in Chromium while a Markdown answer streams in: with its own MarkdownRenderer and
// with ours (examples/agent-ui), both with our hook.
//
//   node benches/agent-ui.mjs FOLDER     a clone of agno-agi/agent-ui with its packages installed; TOKENS=5000, RUNS=2, PACES="0 200 step"
//
// Works in that folder: replaces the hook and the renderer, leaves out the web fonts, which the build would download, and builds it
// twice (BUILT=1: uses what the last run has built). Needs `make package`. Paces and measures are those of benches/markdown.mjs. Results
// go to target/bench/agent-ui.json after each pace, and from there into docs/benchmarks.md with benches/write-tables.mjs.
import { execFileSync, spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join, resolve } from 'node:path'
import { launch } from '../tests/e2e/browser.mjs'
import { freePort } from '../tests/free-port.mjs'
import { unpack } from '../tests/packaging/projects.mjs'
import { compare, costOf, frame, framesOf, HEAD, hearDrawn, printRows, sendFrames, text, tokensOf } from './markdown-parts.mjs'

const TOKENS = Number(process.env.TOKENS ?? 5000)
const RUNS = Number(process.env.RUNS ?? 2)
const PACES = (process.env.PACES ?? '0 200 step').split(' ')
const root = join(import.meta.dirname, '..')
const folder = resolve(process.argv[2] ?? '')
const RENDERER = 'src/components/ui/typography/MarkdownRenderer/MarkdownRenderer.tsx'
const HOOK = 'src/hooks/useAIStreamHandler.tsx'
if (!existsSync(join(folder, RENDERER))) throw new Error('usage: node benches/agent-ui.mjs FOLDER, a checkout of agno-agi/agent-ui')
const tokens = tokensOf(text).slice(0, TOKENS)

await build()
const agentOS = createServer(answer)
hearDrawn(agentOS)
await new Promise((listening) => agentOS.listen(0, '127.0.0.1', listening))
const endpoint = `http://127.0.0.1:${agentOS.address().port}`
const pages = { own: await serve('.next-own'), blocks: await serve('.next-blocks') }
const browser = await launch()
let pace
/** The server has sent all of the answer. */
let isSent

console.log(`\nThe real agent-ui, a Markdown answer of ${TOKENS.toLocaleString('en')} tokens; medians of ${RUNS}; CPU time of the main thread\n\n${HEAD}`)
const result = { tokens: TOKENS, runs: RUNS, paces: {} }
for (pace of PACES) {
  result.paces[pace] = await compare(Object.keys(pages), RUNS, measure)
  printRows(pace, result.paces[pace], result.paces[pace].own)
  mkdirSync(join(root, 'target/bench'), { recursive: true })
  writeFileSync(join(root, 'target/bench/agent-ui.json'), JSON.stringify({ result }, null, 2))
}
await browser.close()
for (const { stop } of Object.values(pages)) stop()
agentOS.close()
agentOS.closeAllConnections()

/** Once with each renderer, which counts the texts it is given. */
async function build() {
  if (process.env.BUILT) return
  const own = execFileSync('git', ['show', `HEAD:${RENDERER}`], { cwd: folder, encoding: 'utf8' })
  const layout = execFileSync('git', ['show', 'HEAD:src/app/layout.tsx'], { cwd: folder, encoding: 'utf8' })
  writeFileSync(join(folder, 'src/app/layout.tsx'), layout.replace(/import .*next\/font\/google'\n/, '').replace(/const (geistSans|dmMono) = [^]*?\}\)\n/g, '').replace(/\{`\$\{geistSans[^`]*`\}/, '"antialiased"'))
  // Its types do not compile with every version of React's types that its package.json allows.
  writeFileSync(join(folder, 'next.config.ts'), 'export default { distDir: process.env.DIST_DIR, typescript: { ignoreBuildErrors: true }, eslint: { ignoreDuringBuilds: true } }\n')
  copyFileSync(join(root, 'examples/agent-ui/useAIStreamHandler.tsx'), join(folder, HOOK))
  await unpack(folder)
  const counting = `import sanitize from 'rehype-sanitize'\nconst rehypeSanitize = () => { const page = globalThis as any; page.blocks = (page.blocks ?? 0) + 1; return sanitize() }`
  for (const [dist, source] of [['.next-own', own], ['.next-blocks', readFileSync(join(root, 'examples/agent-ui/MarkdownRenderer.tsx'), 'utf8')]]) {
    writeFileSync(join(folder, RENDERER), source.replace("import rehypeSanitize from 'rehype-sanitize'", counting))
    execFileSync(join(folder, 'node_modules/.bin/next'), ['build'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DIST_DIR: dist, NEXT_TELEMETRY_DISABLED: '1' } })
  }
}

async function serve(dist) {
  const port = await freePort()
  const child = spawn(join(folder, 'node_modules/.bin/next'), ['start', '-p', port, '-H', '127.0.0.1'], { cwd: folder, detached: true, stdio: 'ignore', env: { ...process.env, DIST_DIR: dist, NEXT_TELEMETRY_DISABLED: '1' } })
  const url = `http://127.0.0.1:${port}`
  while (!(await fetch(url).then(({ ok }) => ok, () => false))) await new Promise((later) => setTimeout(later, 200))
  return { url, stop: () => process.kill(-child.pid) }
}

/** What agent-ui asks an AgentOS for. */
async function answer(request, response) {
  const headers = { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*', 'access-control-allow-methods': '*' }
  if (request.method === 'OPTIONS') return response.writeHead(204, headers).end()
  if (request.method === 'POST') {
    response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' })
    response.write(frame('RunStarted'))
    await sendFrames(response, framesOf(tokens), pace)
    response.end(frame('RunCompleted', { content: tokens.join('') }))
    isSent = true
    return
  }
  const body = /agents/.test(request.url) ? [{ id: 'a', name: 'Agent', db_id: 'db', model: { model: 'm', provider: 'p', name: 'm' } }] : /sessions/.test(request.url) ? { data: [] } : /teams/.test(request.url) ? [] : {}
  response.writeHead(200, { ...headers, 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function measure(name, how) {
  const context = await browser.newContext()
  const page = await context.newPage()
  page.setDefaultTimeout(600_000)
  await page.addInitScript(watch, [endpoint, pace === 'step'])
  await page.goto(`${pages[name].url}/?agent=a`)
  await page.waitForFunction(() => document.querySelector('textarea:enabled'))
  await page.fill('textarea', 'hello')
  await page.waitForTimeout(1000)
  const cost = await costOf(browser, page, async () => {
    isSent = false
    await page.press('textarea', 'Enter')
    while (!isSent) await page.waitForTimeout(200)
    await page.waitForFunction(() => performance.now() - globalThis.changedAt > 2000, undefined, { polling: 500 })
  }, how)
  await context.close()
  return cost
}

/** Runs in the page before its scripts. */
function watch([endpoint, isInStep]) {
  localStorage.setItem('endpoint-storage', JSON.stringify({ state: { selectedEndpoint: endpoint }, version: 0 }))
  Object.assign(globalThis, { commits: 0, blocks: 0, changedAt: 0 })
  const socket = isInStep ? new WebSocket(endpoint.replace('http', 'ws')) : undefined
  new MutationObserver(() => {
    globalThis.commits++
    globalThis.changedAt = performance.now()
    if (socket?.readyState === 1) requestAnimationFrame(() => socket.send(''))
  }).observe(document, { subtree: true, childList: true, characterData: true })
}
