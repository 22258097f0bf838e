// Main-thread load of a React page in Chromium while an answer streams in: our hook, the classic hook (copies the state and calls
// flushSync for each token), and useChat of @ai-sdk/react, each fed the same text in its own protocol.
//
//   make bench-page        TOKENS=5000, as fast as possible and 200 per second, with 0 and 1,000 earlier messages
//
// Reports CPU time of the main thread (CDP's TaskDuration in thread ticks), the longest task (from a trace) and React commits; medians of
// RUNS (3). Results go to target/bench/page.json, and from there into docs/benchmarks.md with benches/write-tables.mjs.
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { build } from 'esbuild'
import { launch } from '../tests/e2e/browser.mjs'
import { project } from '../tests/packaging/projects.mjs'
import { longestTask } from './markdown-parts.mjs'

const TOKENS = Number(process.env.TOKENS ?? 5000)
const RUNS = Number(process.env.RUNS ?? 3)
const CONTENDERS = ['ours', 'classic', 'ai-sdk']
const tokens = Array.from({ length: TOKENS }, (_, at) => `word${at} `)
const text = tokens.join('')

const folder = await project('bench-page', {
  sources: [], dependencies: { ai: '7.0.173', '@ai-sdk/react': '4.0.177', react: '19.3.1', 'react-dom': '19.3.1' },
})
const site = join(folder, 'site')
mkdirSync(site, { recursive: true })
cpSync(join(import.meta.dirname, 'page'), join(folder, 'src'), { recursive: true })
for (const name of CONTENDERS) {
  await build({
    entryPoints: [join(folder, `src/${name}.jsx`)], outfile: join(site, `${name}.js`), bundle: true, minify: true, format: 'esm', jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' }, // The project's React, in the profiling build, which counts commits.
    alias: { 'react-dom/client': join(folder, 'node_modules/react-dom/profiling.js') }, logLevel: 'error',
  })
  writeFileSync(join(site, `${name}.html`), `<!doctype html><meta charset="utf-8"><title>${name}</title><link rel="icon" href="data:,"><div id="root"></div><script type="module" src="./${name}.js"></script>`)
}

/** The same words in each protocol. */
const frames = {
  agno: [
    { event: 'RunStarted' }, ...tokens.map((content) => ({ event: 'RunContent', content, content_type: 'str' })), { event: 'RunCompleted', content: text },
  ].map((data) => `event: ${data.event}\ndata: ${JSON.stringify({ created_at: 1795452000, agent_id: 'a', agent_name: 'Agent', run_id: 'r', session_id: 's', ...data })}\n\n`),
  ai: [
    { type: 'start' }, { type: 'text-start', id: '1' }, ...tokens.map((delta) => ({ type: 'text-delta', id: '1', delta })), { type: 'text-end', id: '1' }, { type: 'finish' },
  ].map((part) => `data: ${JSON.stringify(part)}\n\n`).concat('data: [DONE]\n\n'),
}

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost')
  const list = frames[pathname.slice(1)]
  if (!list) {
    const type = pathname.endsWith('.js') ? 'text/javascript' : 'text/html'
    return response.writeHead(200, { 'content-type': type }).end(readFileSync(join(site, pathname)))
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'x-vercel-ai-ui-message-stream': 'v1' })
  const rate = Number(searchParams.get('rate'))
  const began = performance.now()
  for (let sent = 0; sent < list.length;) {
    const due = rate ? Math.min(list.length, Math.ceil(((performance.now() - began) / 1000) * rate) + 1) : sent + 1
    for (; sent < due; sent++) response.write(list[sent])
    await new Promise(rate ? (later) => setTimeout(later, 5) : setImmediate)
  }
  response.end()
})
await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const url = `http://127.0.0.1:${server.address().port}`
const browser = await launch()

async function measure(name, rate, earlier) {
  const page = await browser.newPage()
  page.setDefaultTimeout(300_000)
  const client = await page.context().newCDPSession(page)
  // Thread ticks: other processes on the machine do not lengthen them.
  await client.send('Performance.enable', { timeDomain: 'threadTicks' })
  await page.goto(`${url}/${name}.html?${new URLSearchParams({ protocol: name === 'ai-sdk' ? 'ai' : 'agno', rate, earlier })}`)
  await page.waitForFunction((count) => globalThis.start && document.querySelectorAll('article').length === count, earlier, { polling: 50 })
  await page.waitForTimeout(300)
  const seconds = async () => (await client.send('Performance.getMetrics')).metrics.find((metric) => metric.name === 'TaskDuration').value
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline'] })
  const [before, commits] = [await seconds(), await page.evaluate(() => globalThis.commits)]
  const began = performance.now()
  await page.evaluate(() => globalThis.start())
  await page.waitForFunction((length) => [...document.querySelectorAll('article')].at(-1)?.textContent.length === length, text.length, { polling: 100 })
  const shown = (performance.now() - began) / 1000
  const task = (await seconds()) - before
  const trace = JSON.parse((await browser.stopTracing()).toString()).traceEvents
  const longest = longestTask(trace)
  const result = { task, shown, longest, commits: (await page.evaluate(() => globalThis.commits)) - commits }
  assert.equal(await page.evaluate(() => [...document.querySelectorAll('article')].at(-1).textContent), text)
  await page.close()
  return result
}

const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)]

console.log(`${TOKENS.toLocaleString('en')} tokens; medians of ${RUNS}; main-thread time, longest task, React commits\n`)
console.log('| tokens come | earlier messages | | main thread, s | longest task, ms | commits | all text shown after, s | of the classic hook |')
console.log('| --- | --: | --- | --: | --: | --: | --: | --: |')
const rows = []
for (const [rate, pace] of [[0, 'as fast as they can'], [200, '200 a second']]) {
  for (const earlier of [0, 1000]) {
    const results = Object.fromEntries(CONTENDERS.map((name) => [name, []]))
    for (let run = 0; run < RUNS; run++) for (const name of CONTENDERS) results[name].push(await measure(name, rate, earlier))
    rows.push({ rate, earlier, results: Object.fromEntries(CONTENDERS.map((name) => [name, { task: median(results[name].map(({ task }) => task)), commits: median(results[name].map(({ commits }) => commits)) }])) })
    const of = (name, key) => median(results[name].map((result) => result[key]))
    for (const name of CONTENDERS) {
      console.log(`| ${pace} | ${earlier} | ${name} | ${of(name, 'task').toFixed(2)} | ${of(name, 'longest').toFixed(0)} | ${of(name, 'commits')} | ${of(name, 'shown').toFixed(1)} | ${(of(name, 'task') / of('classic', 'task')).toFixed(2)} |`)
    }
  }
}
await browser.close()
server.close()
server.closeAllConnections()
mkdirSync(join(import.meta.dirname, '../target/bench'), { recursive: true })
writeFileSync(join(import.meta.dirname, '../target/bench/page.json'), JSON.stringify({ result: { tokens: TOKENS, runs: RUNS, rows } }, null, 2))
