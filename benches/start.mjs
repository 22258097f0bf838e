// Start-up time in a page that has just loaded: creating a handler, and reading the first text, next to eventsource-parser with
// JSON.parse. Once all at once, and once as a page is used: the handler is created at load, and the first event arrives half a
// second later. `hosted` is /slim, with the module as a file that is compiled while it loads. `make bench` runs it: node benches/start.mjs [pages, default 15]
import { mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { build } from 'esbuild'
import { launch } from '../tests/e2e/browser.mjs'

const root = join(import.meta.dirname, '..')
const folder = join(root, 'target/bench')
const PAGES = Number(process.argv[2] ?? 15)

mkdirSync(folder, { recursive: true })
const frame = 'event: RunContent\ndata: {"event":"RunContent","run_id":"r","session_id":"s","agent_name":"Agent","content":"Hello","created_at":1795452391}\n\n'
const bundles = {
  ours: `import { createStreamHandler } from './pkg/dist/index.js'
    export const make = () => createStreamHandler()
    export function first(h, bytes) { h.begin(); h.feed(bytes); return h.getSnapshot().turns[0].answer.content }`,
  hosted: `import { createStreamHandler, init } from './pkg/dist/slim.js'
    export const make = async () => { await init('/core.wasm'); return createStreamHandler() }
    export function first(h, bytes) { h.begin(); h.feed(bytes); return h.getSnapshot().turns[0].answer.content }`,
  theirs: `import { createParser } from 'eventsource-parser'
    export const make = () => {}
    export function first(_, bytes) { let text = ''; const p = createParser({ onEvent: ({ data }) => { text += JSON.parse(data).content } }); p.feed(new TextDecoder().decode(bytes)); return text }`,
}
for (const [name, contents] of Object.entries(bundles)) {
  await build({ stdin: { contents, resolveDir: root }, outfile: join(folder, `start-${name}.js`), bundle: true, minify: true, format: 'esm', logLevel: 'error', define: { 'process.env.NODE_ENV': '"production"' } })
}

const server = createServer((request, response) => {
  const script = /^\/(start-\w+\.js)$/.exec(request.url)?.[1]
  if (request.url === '/core.wasm') {
    response.writeHead(200, { 'content-type': 'application/wasm' })
    return response.end(readFileSync(join(root, 'pkg/dist/core.wasm')))
  }
  response.writeHead(200, { 'content-type': script ? 'text/javascript' : 'text/html', 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' })
  response.end(script ? readFileSync(join(folder, script)) : '<!doctype html><link rel="icon" href="data:,">')
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const browser = await launch()
const times = {}
for (let page = 0; page < PAGES; page++) {
  for (const [name, pause] of [['ours', 0], ['ours', 500], ['hosted', 0], ['hosted', 500], ['theirs', 0], ['theirs', 500]]) {
    // A new context, so that no compiled code is cached.
    const context = await browser.newContext()
    const tab = await context.newPage()
    await tab.goto(`http://127.0.0.1:${server.address().port}/`)
    const took = await tab.evaluate(async ([script, text, pause]) => {
      const bytes = new TextEncoder().encode(text)
      const took = {}
      const measured = async (what, work) => {
        const began = performance.now()
        const result = await work()
        took[what] = performance.now() - began
        return result
      }
      const { make, first } = await measured('import', () => import(script))
      const handler = await measured('make', () => make())
      if (pause) await new Promise((resolve) => setTimeout(resolve, pause))
      const said = await measured(pause ? 'first event, half a second later' : 'first event, at once', () => first(handler, bytes))
      if (said !== 'Hello') throw new Error('another text')
      return took
    }, [`/start-${name}.js`, frame, pause])
    if (!pause) took['all of that, at once'] = Object.values(took).reduce((sum, ms) => sum + ms, 0)
    for (const [what, ms] of Object.entries(took)) ((times[what] ??= {})[name] ??= []).push(ms)
    await context.close()
  }
}
await browser.close()
server.close()

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]
console.log(`\nIn a fresh page, median of ${PAGES} (least), ms:`)
for (const [what, by] of Object.entries(times)) {
  console.log(`   ${what.padEnd(33)} ${Object.entries(by).map(([name, all]) => `${name} ${median(all).toFixed(2)} (${all[0].toFixed(2)})`).join('   ')}`)
}
