// Compares reading speed with other libraries on the same bytes. `make bench` runs it:
//
//   node benches/compare.mjs [--budget 1000] [--only node|chromium] [--table table|state] [--growth]
//
// All run in one process, in turns, and medians are compared, so that whatever slows the machine down affects all of them.
// `--budget`: milliseconds per cell of the table. `--growth` measures how time grows with the length of the stream and plots it
// (benches/plot.mjs). The peers and their versions are those of tests/resilience/package-lock.json.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { launch } from '../tests/e2e/browser.mjs'
import { plot } from './plot.mjs'

const root = join(import.meta.dirname, '..')
const folder = join(root, 'target/bench')
const { values: { budget, only, table, growth: grows } } = parseArgs({
  options: { budget: { type: 'string', default: '1000' }, only: { type: 'string' }, table: { type: 'string' }, growth: { type: 'boolean', default: false } },
})

mkdirSync(folder, { recursive: true })
await build({
  entryPoints: [join(import.meta.dirname, 'measure.mjs')], outfile: join(folder, 'measure.mjs'), bundle: true, format: 'esm', platform: 'browser',
  nodePaths: [join(root, 'tests/resilience/node_modules')], logLevel: 'error',
  // As in a page's production build: in development snapshots are frozen.
  define: { 'process.env.NODE_ENV': '"production"' },
})

/** Recorded streams of realistic length, so that the cost of creating and disposing of a handler counts. */
const recorded = ['team_nested', 'agent_reasoning_tools'].map((name) => {
  const bytes = readFileSync(join(root, `tests/fixtures/recordings/${name}.sse`))
  return { name, bytes: [...bytes], text: answer(bytes.toString()) }
})

function answer(stream) {
  const frames = [...stream.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data))
  return frames.findLast(({ event, parent_run_id }) => /RunCompleted$/.test(event) && !parent_run_id).content
}

const progress = (text) => process.stderr.write(`   ${text}\n`)

/** The result of `measure` in each environment. */
const places = {
  async node(measure, options) {
    // fetch-event-source is written for pages and uses the window's timers.
    Object.assign(globalThis, { window: globalThis, document: new EventTarget() })
    const module = await import(pathToFileURL(join(folder, 'measure.mjs')))
    return { title: `Node ${process.version}`, result: await module[measure]({ ...options, progress }) }
  },

  async chromium(measure, options) {
    const server = createServer((request, response) => {
      const script = request.url === '/measure.mjs'
      // A cross-origin isolated page has a clock with microsecond resolution.
      response.writeHead(200, { 'content-type': script ? 'text/javascript' : 'text/html', 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' })
      response.end(script ? readFileSync(join(folder, 'measure.mjs')) : '<!doctype html><link rel="icon" href="data:,">')
    })
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    const browser = await launch()
    try {
      const page = await browser.newPage()
      await page.exposeFunction('progress', progress)
      await page.goto(`http://127.0.0.1:${server.address().port}/`)
      const result = await page.evaluate(async ([name, given]) => (await import('/measure.mjs'))[name]({ ...given, progress: globalThis.progress }), [measure, options])
      return { title: `Chromium ${browser.version()}`, result }
    } finally {
      await browser.close()
      server.close()
    }
  },
}

const line = (cells) => console.log(`| ${cells.map((cell, index) => (index < 2 ? cell.padEnd(22 - 12 * index) : String(cell).padStart(12))).join(' | ')} |`)

function print({ title, result }) {
  const names = Object.keys(result[0].times).filter((name) => name !== 'ours')
  console.log(`\n${title}: how many times as long as ours each takes; ours in MB/s.\n`)
  line(['stream', 'chunks', 'ours', ...names])
  line(['---', '---', '--:', ...names.map(() => '--:')])
  for (const { stream, chunks, bytes, times } of result) {
    line([stream, chunks, (bytes / 1e3 / times.ours).toFixed(0), ...names.map((name) => (times[name] / times.ours).toFixed(names.indexOf(name) < 5 ? 1 : 2))])
  }
}

for (const [place, measured] of Object.entries(places)) {
  if (only && only !== place) continue
  const measures = grows ? ['growth'] : table ? [table] : ['table', 'state']
  for (const measure of measures) {
    const found = await measured(measure, { budget: Number(budget), recorded: grows ? [] : recorded })
    writeFileSync(join(folder, `${measure}-${place}.json`), JSON.stringify(found, null, 1))
    if (!grows) {
      print(found)
      continue
    }
    plot(found, join(folder, `growth-${place}.svg`))
    console.log(`\n${found.title}: target/bench/growth-${place}.svg; and the microseconds to feed one token and read the snapshot:\n`)
    for (const { what, points } of (await measured('existing', {})).result) console.log(`   ${what}: ${points.map(({ size, microseconds }) => `${size}: ${microseconds.toFixed(2)}`).join('   ')}`)
  }
}
