// Main-thread load of a React page in Chromium that draws a Markdown answer while it streams in: the whole text with react-markdown,
// block by block, and with Streamdown (by itself, and given our blocks). benches/agent-ui.mjs does the same with the real agent-ui.
//
//   make bench-page        TOKENS=5000, RUNS=2, ONLY="plain blocks", PACES="0 200 calm step growth"; the contenders take turns
//
// The answer arrives in four ways: as fast as it can; at 200 tokens a second; the same, with ten pictures a second (`notify: 100`); and
// in step: ten tokens, and the next ten when the page has drawn them. In the last two, all contenders draw the same pictures; in the
// first two, a slow page skips frames. Each page follows the end of the answer, as a chat does.
//
// Reports CPU time of the main thread (CDP's TaskDuration in thread ticks), the longest task (from a trace), changes of the document
// and texts rendered per change; then the time per token behind 1,000, 10,000 and 100,000 characters. Results go to
// target/bench/markdown.json after each pace, from where benches/write-tables.mjs writes them into docs/benchmarks.md.
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { build } from 'esbuild'
import { launch } from '../tests/e2e/browser.mjs'
import { project } from '../tests/packaging/projects.mjs'
import { compare, costOf, frame, framesOf, HEAD, hearDrawn, printRows, sendFrames, STEP, text, tokensOf } from './markdown-parts.mjs'

const TOKENS = Number(process.env.TOKENS ?? 5000)
const RUNS = Number(process.env.RUNS ?? 2)
const CONTENDERS = (process.env.ONLY ?? 'plain blocks streamdown streamdown-blocks').split(' ')
const GROWING = (process.env.ONLY ?? 'plain blocks containers streamdown').split(' ')
const PACES = (process.env.PACES ?? '0 200 calm step growth').split(' ')
/** `notify` of the calm pace, in milliseconds. */
const CALM = 100
const LENGTHS = [1000, 10_000, 100_000]
const GROWTH_TOKENS = 400

const root = join(import.meta.dirname, '..')
const tokens = tokensOf(text).slice(0, TOKENS)
const folder = await project('bench-markdown', { sources: [], dependencies: {
  react: '19.3.1', 'react-dom': '19.3.1', 'react-markdown': '10.1.0', 'remark-gfm': '4.0.1', streamdown: '2.7.1',
} })
const site = join(folder, 'site')
mkdirSync(site, { recursive: true })
cpSync(join(import.meta.dirname, 'page'), join(folder, 'src'), { recursive: true })
await build({
  entryPoints: [join(folder, 'src/markdown.jsx')], outdir: site, bundle: true, splitting: true, minify: true, format: 'esm', jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"' }, logLevel: 'error',
})
writeFileSync(join(site, 'index.html'), `<!doctype html><meta charset="utf-8"><title>markdown</title><link rel="icon" href="data:,"><style>${styleOfContainers()}</style><div id="root"></div><script type="module" src="./markdown.js"></script>`)

/** As docs/markdown.md has it, for the containers of this page. */
function styleOfContainers() {
  const [, declarations] = /^\.answer > section \{([^}]*content-visibility[^}]*)\}/m.exec(readFileSync(join(root, 'docs/markdown.md'), 'utf8'))
  return `article > section {${declarations}}`
}

/** Goes on with an answer that has its first characters. */
let begin

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost')
  if (pathname !== '/agno') return serveFile(pathname, response)
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write(frame('RunStarted'))
  const before = Number(searchParams.get('before'))
  if (before) {
    response.write(frame('RunContent', { content: text.slice(0, before) }))
    await new Promise((go) => { begin = go })
  }
  await sendFrames(response, framesOf(before ? tokensOf(text.slice(before)).slice(0, GROWTH_TOKENS) : tokens), searchParams.get('rate'))
  response.end(frame('RunCompleted'))
})
hearDrawn(server)

function serveFile(pathname, response) {
  const file = pathname === '/' ? '/index.html' : pathname
  // An image of an answer.
  if (!existsSync(join(site, file))) return response.writeHead(404).end()
  return response.writeHead(200, { 'content-type': file.endsWith('.js') ? 'text/javascript' : 'text/html' }).end(readFileSync(join(site, file)))
}

await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
const url = `http://127.0.0.1:${server.address().port}`
const browser = await launch()

/** `before`: so many characters are there already. */
const measureAt = (pace, before = 0) => async (renderer, how) => {
  const page = await browser.newPage()
  page.setDefaultTimeout(600_000)
  const query = pace === 'calm' ? { rate: 200, notify: CALM } : { rate: pace }
  await page.goto(`${url}/?${new URLSearchParams({ protocol: 'agno', renderer, before, ...query })}`)
  await page.waitForFunction(() => globalThis.start)
  if (before) {
    await page.evaluate(() => globalThis.start())
    await page.waitForFunction((length) => globalThis.drawnLength === length, before, { polling: 100 })
    // Streamdown draws it in later commits.
    await page.waitForFunction(() => performance.now() - globalThis.changedAt > 1000, undefined, { polling: 100 })
  }
  await page.waitForTimeout(500)
  const cost = await costOf(browser, page, async () => {
    if (before) begin()
    else await page.evaluate(() => globalThis.start())
    await page.waitForFunction(() => globalThis.status === 'completed', undefined, { polling: 250 })
  }, how)
  await page.close()
  return cost
}

const file = join(root, 'target/bench/markdown.json')
/** What this run does not measure stays as an earlier run of as many tokens has left it. */
const known = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).result : {}
const earlier = known.tokens === TOKENS ? known : {}
const result = { tokens: TOKENS, runs: RUNS, step: STEP, characters: tokens.join('').length, growthTokens: GROWTH_TOKENS, paces: { ...earlier.paces }, growth: { ...earlier.growth } }
const save = () => (mkdirSync(join(root, 'target/bench'), { recursive: true }), writeFileSync(file, JSON.stringify({ result }, null, 2)))
console.log(`\nA Markdown answer of ${TOKENS.toLocaleString('en')} tokens, ${result.characters.toLocaleString('en')} characters; medians of ${RUNS}; CPU time of the main thread\n\n${HEAD}`)
for (const pace of ['0', '200', 'calm', 'step'].filter((name) => PACES.includes(name))) {
  // What receiving the tokens costs, whatever is drawn.
  const contenders = pace === 'calm' && !process.env.ONLY ? [...CONTENDERS, 'nothing'] : CONTENDERS
  const all = (result.paces[pace] = await compare(contenders, RUNS, measureAt(pace)))
  printRows(pace, all, all.plain)
  save()
}
if (PACES.includes('growth')) {
  console.log(`\nMain-thread time per token in step, in ms, behind so many characters\n\n| | ${LENGTHS.map((n) => n.toLocaleString('en')).join(' | ')} |\n| --- |${' --: |'.repeat(LENGTHS.length)}`)
  for (const length of LENGTHS) result.growth[length] = await compare(GROWING, RUNS, measureAt('step', length), { hasLongest: false })
  for (const name of GROWING) console.log(`| ${name} | ${LENGTHS.map((length) => ((result.growth[length][name].task / GROWTH_TOKENS) * 1000).toFixed(2)).join(' | ')} |`)
  save()
}
await browser.close()
server.close()
server.closeAllConnections()
