// What the first answer waits for: from `createStreamHandler` to the first snapshot with a text in it, in a page that has just been
// loaded, next to eventsource-parser + JSON.parse. `make bench` runs it: node benches/start.mjs [pages, default 15]
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
    export function first(bytes) { const h = createStreamHandler(); h.begin(); h.feed(bytes); return h.getSnapshot().turns[0].answer.content }`,
  theirs: `import { createParser } from 'eventsource-parser'
    export function first(bytes) { let text = ''; const p = createParser({ onEvent: ({ data }) => { text += JSON.parse(data).content } }); p.feed(new TextDecoder().decode(bytes)); return text }`,
}
for (const [name, contents] of Object.entries(bundles)) {
  await build({ stdin: { contents, resolveDir: root }, outfile: join(folder, `start-${name}.js`), bundle: true, minify: true, format: 'esm', logLevel: 'error' })
}

const server = createServer((request, response) => {
  const script = /^\/(start-\w+\.js)$/.exec(request.url)?.[1]
  response.writeHead(200, { 'content-type': script ? 'text/javascript' : 'text/html', 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' })
  response.end(script ? readFileSync(join(folder, script)) : '<!doctype html><link rel="icon" href="data:,">')
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const browser = await launch()
const times = { ours: [], theirs: [], 'importing ours': [] }
for (let page = 0; page < PAGES; page++) {
  for (const name of ['ours', 'theirs']) {
    // A context of its own: nothing that was compiled is there already.
    const context = await browser.newContext()
    const tab = await context.newPage()
    await tab.goto(`http://127.0.0.1:${server.address().port}/`)
    const [imported, first] = await tab.evaluate(async ([script, text]) => {
      const bytes = new TextEncoder().encode(text)
      const began = performance.now()
      const module = await import(script)
      const loaded = performance.now()
      if (module.first(bytes) !== 'Hello') throw new Error('another text')
      return [loaded - began, performance.now() - loaded]
    }, [`/start-${name}.js`, frame])
    times[name].push(first)
    if (name === 'ours') times['importing ours'].push(imported)
    await context.close()
  }
}
await browser.close()
server.close()

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]
console.log(`\nThe first event, in a fresh page (median of ${PAGES}, ms):`)
for (const [name, all] of Object.entries(times)) console.log(`   ${name.padEnd(15)} ${median(all).toFixed(2)}   (least ${all[0].toFixed(2)})`)
