// What the benches of Markdown pages share: the answer, the pace at which it is sent, and the measures.
import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const answers = join(import.meta.dirname, '../tests/fixtures/markdown/answers')
// Not the one that is cut inside of a fence: what follows would be code. And without link definitions, with which Streamdown takes the
// whole text for one block.
const DEFINITION = /^\[[^\]\n]+\]:.*(?:\n +.*)*\n/gm
const document = readdirSync(answers).filter((name) => name !== 'half.md').map((name) => readFileSync(join(answers, name), 'utf8').replace(DEFINITION, '')).join('\n')
/** More than 200,000 characters of Markdown. */
export const text = document.repeat(1 + Math.ceil(200_000 / document.length))
export const tokensOf = (text) => text.match(/\s*\S+|\s+$/g)

export const frame = (event, more) => `event: ${event}\ndata: ${JSON.stringify({ created_at: 1795452000, agent_id: 'a', agent_name: 'Agent', run_id: 'r', session_id: 's', event, content_type: 'str', ...more })}\n\n`
export const framesOf = (tokens) => tokens.map((content) => frame('RunContent', { content }))

/** Tokens per step. */
export const STEP = 10

/** Goes on with the stream that waits until the page has drawn. */
let goOn

/** Sends frames at a rate per second, `0` for as fast as it can, or in `step`: the next ones when the page has drawn these. */
export async function sendFrames(response, frames, pace) {
  if (pace === 'step') {
    for (let sent = 0; sent < frames.length; sent += STEP) {
      const drawn = new Promise((go) => { goOn = go })
      response.write(frames.slice(sent, sent + STEP).join(''))
      await drawn
    }
    return
  }
  const rate = Number(pace)
  const began = performance.now()
  for (let sent = 0; sent < frames.length;) {
    const due = rate ? Math.min(frames.length, Math.ceil(((performance.now() - began) / 1000) * rate) + 1) : sent + 1
    for (; sent < due; sent++) response.write(frames[sent])
    await new Promise(rate ? (later) => setTimeout(later, 5) : setImmediate)
  }
}

/** The page says that it has drawn: over a WebSocket, because a request of its own would cost it half a millisecond. */
export function hearDrawn(server) {
  server.on('upgrade', ({ headers }, socket) => {
    const accept = createHash('sha1').update(`${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-accept: ${accept}\r\n\r\n`)
    socket.on('data', () => goOn?.()).on('error', () => {})
  })
}

const METRICS = { task: 'TaskDuration', script: 'ScriptDuration', style: 'RecalcStyleDuration', layout: 'LayoutDuration' }

/**
 * How much `run` costs a page: seconds of CPU time of its main thread, commits, and texts given to a Markdown pipeline, which the
 * page counts. `isTraced`: the longest task, in ms, and nothing else, since a trace costs the page time.
 */
export async function costOf(browser, page, run, { isTraced }) {
  const client = await page.context().newCDPSession(page)
  // Thread ticks: other processes on the machine do not lengthen them.
  await client.send('Performance.enable', { timeDomain: 'threadTicks' })
  const read = async () => {
    const { metrics } = await client.send('Performance.getMetrics')
    const times = Object.entries(METRICS).map(([key, name]) => [key, metrics.find((metric) => metric.name === name).value])
    return { ...Object.fromEntries(times), ...(await page.evaluate(() => ({ commits: globalThis.commits, blocks: globalThis.blocks }))) }
  }
  if (isTraced) await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline'] })
  const from = await read()
  await run()
  const to = await read()
  if (isTraced) return { longest: longestTask(JSON.parse((await browser.stopTracing()).toString()).traceEvents) }
  return Object.fromEntries(Object.keys(from).map((key) => [key, to[key] - from[key]]))
}

/** The longest task of the page's main thread, in milliseconds of CPU time. */
export function longestTask(trace) {
  const main = trace.find((event) => event.name === 'thread_name' && event.args.name === 'CrRendererMain' && trace.some((other) => other.pid === event.pid && other.name === 'FunctionCall'))
  return Math.max(0, ...trace.filter((event) => event.pid === main?.pid && event.tid === main?.tid && /RunTask$/.test(event.name)).map((event) => (event.tdur ?? 0) / 1000))
}

const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)]

/** Contender → medians of `runs`, in turns. `measure(name, { isTraced })`. The longest task comes from one run more. */
export async function compare(contenders, runs, measure, { hasLongest = true } = {}) {
  const results = Object.fromEntries(contenders.map((name) => [name, []]))
  for (let run = 0; run < runs; run++) for (const name of contenders) results[name].push(await measure(name, { isTraced: false }))
  const medians = {}
  for (const [name, list] of Object.entries(results)) {
    medians[name] = Object.fromEntries(Object.keys(list[0]).map((key) => [key, median(list.map((one) => one[key]))]))
    if (hasLongest) Object.assign(medians[name], await measure(name, { isTraced: true }))
  }
  return medians
}

export const HEAD = '| tokens come | | main thread, s | of the whole | script / style / layout, s | pictures | ms per picture | longest task, ms | texts rendered per picture |\n| --- | --- | --: | --: | --: | --: | --: | --: | --: |'

export function printRows(pace, all, whole) {
  for (const [name, one] of Object.entries(all)) {
    const parts = ['script', 'style', 'layout'].map((key) => one[key].toFixed(2)).join(' / ')
    console.log(`| ${pace} | ${name} | ${one.task.toFixed(2)} | ${whole ? (one.task / whole.task).toFixed(2) : ''} | ${parts} | ${one.commits} | ${one.commits ? ((one.task / one.commits) * 1000).toFixed(1) : '–'} | ${one.longest.toFixed(0)} | ${one.blocks ? (one.blocks / one.commits).toFixed(2) : '–'} |`)
  }
}
