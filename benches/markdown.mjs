// Main-thread load of a React page in Chromium that draws a Markdown answer while it streams in: the whole text with react-markdown,
// block by block, and with Streamdown; and with the pipeline of agent-ui's renderer, as it is and with our drop-in.
//
//   make bench-page        TOKENS=5000, RUNS=3; the contenders take turns
//
// Reports main-thread time (CDP's TaskDuration), the longest task (from a trace), React commits and texts rendered per commit; then the
// time per token behind 1,000, 10,000 and 100,000 characters, at 200 a second.
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { build } from 'esbuild'
import { launch } from '../tests/e2e/browser.mjs'
import { project } from '../tests/packaging/projects.mjs'

const TOKENS = Number(process.env.TOKENS ?? 5000)
const RUNS = Number(process.env.RUNS ?? 3)
const CONTENDERS = (process.env.ONLY ?? 'plain blocks streamdown agent-ui agent-ui-blocks').split(' ')
const LENGTHS = [1000, 10_000, 100_000]
const GROWTH_TOKENS = 400

const answers = join(import.meta.dirname, '../tests/fixtures/markdown/answers')
// Not the one that is cut inside of a fence: what follows would be code.
const document = readdirSync(answers).filter((name) => name !== 'half.md').map((name) => readFileSync(join(answers, name), 'utf8')).join('\n')
const tokensOf = (text) => text.match(/\s*\S+|\s+$/g)
const repeated = document.repeat(1 + Math.ceil(200_000 / document.length))
const tokens = tokensOf(repeated).slice(0, TOKENS)

const folder = await project('bench-markdown', { sources: [], dependencies: {
  react: '19.3.1', 'react-dom': '19.3.1', 'react-markdown': '10.1.0', 'rehype-raw': '7.0.0', 'rehype-sanitize': '6.0.0', 'remark-gfm': '4.0.1', streamdown: '2.7.1',
} })
const site = join(folder, 'site')
mkdirSync(site, { recursive: true })
cpSync(join(import.meta.dirname, 'page'), join(folder, 'src'), { recursive: true })
await build({
  entryPoints: [join(folder, 'src/markdown.jsx')], outdir: site, bundle: true, splitting: true, minify: true, format: 'esm', jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"' },
  alias: { 'react-dom/client': join(folder, 'node_modules/react-dom/profiling.js') }, logLevel: 'error',
})
writeFileSync(join(site, 'index.html'), '<!doctype html><meta charset="utf-8"><title>markdown</title><link rel="icon" href="data:,"><div id="root"></div><script type="module" src="./markdown.js"></script>')

const frame = (event, more) => `event: ${event}\ndata: ${JSON.stringify({ created_at: 1795452000, agent_id: 'a', agent_name: 'Agent', run_id: 'r', session_id: 's', event, content_type: 'str', ...more })}\n\n`
let waiting

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost')
  if (pathname !== '/agno') {
    const file = pathname === '/' ? '/index.html' : pathname
    // An image of an answer.
    if (!existsSync(join(site, file))) return response.writeHead(404).end()
    return response.writeHead(200, { 'content-type': file.endsWith('.js') ? 'text/javascript' : 'text/html' }).end(readFileSync(join(site, file)))
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(frame('RunStarted'))
  const rate = Number(searchParams.get('rate'))
  const before = Number(searchParams.get('before'))
  let list = tokens
  if (before) {
    response.write(frame('RunContent', { content: repeated.slice(0, before) }))
    list = tokensOf(repeated.slice(before)).slice(0, GROWTH_TOKENS)
    await new Promise((go) => { waiting = go })
  }
  const began = performance.now()
  for (let sent = 0; sent < list.length;) {
    const due = rate ? Math.min(list.length, Math.ceil(((performance.now() - began) / 1000) * rate) + 1) : sent + 1
    for (; sent < due; sent++) response.write(frame('RunContent', { content: list[sent] }))
    await new Promise(rate ? (later) => setTimeout(later, 5) : setImmediate)
  }
  response.end(frame('RunCompleted'))
})
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const url = `http://127.0.0.1:${server.address().port}`
const browser = await launch()

async function measure(renderer, rate, before = 0) {
  const page = await browser.newPage()
  page.setDefaultTimeout(300_000)
  const client = await page.context().newCDPSession(page)
  await client.send('Performance.enable')
  await page.goto(`${url}/?${new URLSearchParams({ protocol: 'agno', renderer, rate, before })}`)
  await page.waitForFunction(() => globalThis.start)
  if (before) {
    waiting = undefined
    await page.evaluate(() => globalThis.start())
    while (!waiting) await new Promise((later) => setTimeout(later, 20))
    await page.waitForFunction(() => document.querySelector('article')?.textContent.length > 500)
  }
  await page.waitForTimeout(500)
  const seconds = async () => (await client.send('Performance.getMetrics')).metrics.find((metric) => metric.name === 'TaskDuration').value
  const counts = () => page.evaluate(() => [globalThis.commits, globalThis.blocks])
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline'] })
  const [task, [commits, blocks]] = [await seconds(), await counts()]
  if (before) waiting()
  else await page.evaluate(() => globalThis.start())
  await page.waitForFunction(() => globalThis.status === 'completed', undefined, { polling: 100 })
  const [taskAfter, [commitsAfter, blocksAfter]] = [await seconds(), await counts()]
  const trace = JSON.parse((await browser.stopTracing()).toString()).traceEvents
  const main = trace.find((event) => event.name === 'thread_name' && event.args.name === 'CrRendererMain' && trace.some((other) => other.pid === event.pid && other.name === 'FunctionCall'))
  const longest = Math.max(0, ...trace.filter((event) => event.pid === main?.pid && event.tid === main?.tid && /RunTask$/.test(event.name) && event.dur).map((event) => event.dur / 1000))
  await page.close()
  return { task: taskAfter - task, longest, commits: commitsAfter - commits, blocks: blocksAfter - blocks }
}

const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)]

/** Medians of all contenders, in turns. */
async function compare(rate, before) {
  const results = Object.fromEntries(CONTENDERS.map((name) => [name, []]))
  for (let run = 0; run < RUNS; run++) for (const name of CONTENDERS) results[name].push(await measure(name, rate, before))
  return (name, key) => median(results[name].map((result) => result[key]))
}

const characters = tokens.join('').length
console.log(`\nA Markdown answer of ${TOKENS.toLocaleString('en')} tokens, ${characters.toLocaleString('en')} characters; medians of ${RUNS}\n`)
console.log('| tokens come | | main thread, s | of the plain page | longest task, ms | commits | texts rendered per commit |\n| --- | --- | --: | --: | --: | --: | --: |')
for (const [rate, pace] of [[0, 'as fast as they can'], [200, '200 a second']]) {
  const of = await compare(rate)
  for (const name of CONTENDERS) {
    const base = name.startsWith('agent-ui') ? 'agent-ui' : 'plain'
    const rendered = name === 'streamdown' ? '–' : (of(name, 'blocks') / of(name, 'commits')).toFixed(2)
    console.log(`| ${pace} | ${name} | ${of(name, 'task').toFixed(2)} | ${(of(name, 'task') / of(base, 'task')).toFixed(2)} | ${of(name, 'longest').toFixed(0)} | ${of(name, 'commits')} | ${rendered} |`)
  }
}
console.log(`\nMain-thread time per token at 200 a second, in ms, behind so many characters\n\n| | ${LENGTHS.map((n) => n.toLocaleString('en')).join(' | ')} |\n| --- |${' --: |'.repeat(LENGTHS.length)}`)
const growth = []
for (const length of LENGTHS) growth.push(await compare(200, length))
for (const name of CONTENDERS) console.log(`| ${name} | ${growth.map((of) => ((of(name, 'task') / GROWTH_TOKENS) * 1000).toFixed(2)).join(' | ')} |`)
await browser.close()
server.close()
server.closeAllConnections()
