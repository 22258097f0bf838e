// The measurements, the same code in Node and Chromium: contenders read the same chunks in turns. Results are tenth percentiles.
import { contenders, stateful } from './contenders.mjs'
import { createStreamHandler } from '../pkg/dist/index.js'
import { agUiRun, aiSdkRun, framesOf } from './protocols.mjs'
import * as streams from './streams.mjs'

const CUTS = [['64 B', 64], ['1.4 KB', 1400], ['16 KB', 16384], ['64 KB', 65536]]
const tick = () => new Promise((resolve) => setTimeout(resolve))
const low = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 10)]
const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)]

/**
 * Milliseconds by contender, the tenth percentile: whatever else the machine does makes a run longer, never shorter. Throws if one
 * returns another text. `budget`: milliseconds for all of them together. `of`: the chunks of a contender, if not all have the same.
 */
async function compare(chunks, text, { budget, among = contenders, of = () => chunks }) {
  const times = new Map(among.map(({ name }) => [name, []]))
  const until = performance.now() + budget
  for (let round = 0; round < 4 || (performance.now() < until && round < 100); round++) {
    for (const { name, read, protocol } of among) {
      const taken = times.get(name)
      // Slow contenders run less often, the slowest once.
      if (taken.length > 0 && (taken.at(-1) > budget || (round >= 4 && taken.at(-1) * 8 > budget / among.length))) continue
      // Lets the garbage of the previous run be collected.
      await tick()
      const began = performance.now()
      const result = await read(of(protocol), text)
      const took = performance.now() - began
      if (result !== null && result !== text) throw new Error(`${name} ended with another text: ${result.length} characters instead of ${text.length}`)
      if (round > 0 || took > budget) taken.push(took) // The first round warms up the compilers.
    }
  }
  return Object.fromEntries([...times].map(([name, taken]) => [name, low(taken)]))
}

/** The table: streams by chunks. `recorded`: `{ name, bytes, text }`. */
export async function table({ budget, recorded = [], progress }) {
  const made = ['tokens', 'alternating', 'mixed', 'huge', 'hugeDanish'].map((name) => ({ name, ...streams[name]() }))
  const rows = []
  const row = async (stream, chunks, text, cut) => {
    const bytes = chunks.reduce((sum, { length }) => sum + length, 0)
    progress(`${stream}, ${cut}`)
    rows.push({ stream, chunks: cut, bytes, times: await compare(chunks, text, { budget }) })
  }
  for (const { name, bytes, text } of [...made, ...recorded.map(read)]) {
    // Some contenders copy a 1 MB frame with each of its chunks: with 16,000 chunks that takes minutes.
    for (const [label, size] of CUTS.slice(name.startsWith('huge') ? 1 : 0)) await row(name, streams.cut(bytes, size), text, label)
  }
  const live = made[0]
  await row('tokens', streams.byFrame(live.bytes), live.text, 'a frame')
  for (const size of [1, 5]) {
    const { bytes, text } = streams.single(size)
    await row(`one frame of ${size} MB`, streams.cut(bytes, 1400), text, '1.4 KB')
  }
  return rows
}

/** A recording as Node passes it to the page: an array of numbers. */
function read({ name, bytes, text }) {
  return { name, bytes: Uint8Array.from(bytes), text }
}

/** Peers that keep a state, each fed what the same recorded run is in its protocol, in chunks of the same size. */
export async function state({ budget, recorded, progress }) {
  const rows = []
  for (const { name, bytes, text } of recorded.map(read)) {
    const frames = framesOf(bytes)
    const runs = { ours: bytes, agUi: agUiRun(frames), aiSdk: aiSdkRun(frames) }
    for (const [label, size] of CUTS.slice(1, 3)) {
      progress(`${name}, ${label}, with a state`)
      const cut = Object.fromEntries(Object.entries(runs).map(([protocol, all]) => [protocol, streams.cut(all, size)]))
      rows.push({ stream: name, chunks: label, bytes: bytes.length, times: await compare(null, text, { budget, among: stateful, of: (protocol = 'ours') => cut[protocol] }) })
    }
  }
  return rows
}

/** How time grows with the length of the stream: nanoseconds per byte, for short deltas in chunks of 16 KB. */
export async function growth({ budget, progress }) {
  const points = []
  // Warms up the compilers; benches/start.mjs measures the cold start.
  const warm = streams.tokens(4 << 20)
  for (const { read } of contenders) for (let round = 0; round < 4; round++) await read(streams.cut(warm.bytes, 16384))
  for (let bytes = 1024; bytes <= 64 << 20; bytes *= 4) {
    progress(`${bytes / 1024} KB`)
    const { bytes: all, text } = streams.tokens(bytes)
    const times = await compare(streams.cut(all, 16384), text, { budget, among: contenders.filter(({ name }) => bytes <= 16 << 20 || !/AI SDK|AG-UI|fetch/.test(name)) })
    points.push({ bytes: all.length, times: Object.fromEntries(Object.entries(times).map(([name, ms]) => [name, (ms * 1e6) / all.length])) })
  }
  return points
}

const encoder = new TextEncoder()
const ids = { created_at: 1_795_452_000, run_id: 'r', session_id: 's', agent_id: 'a', agent_name: 'Agent' }
const frame = (event, fields) => encoder.encode(`event: ${event}\ndata: ${JSON.stringify({ event, ...ids, ...fields })}\n\n`)
const TOKENS = 2000

/** Microseconds to feed one token and read the snapshot, by the size of what the conversation already holds. */
export async function existing({ progress }) {
  const measured = async (what, prepare, sizes) => {
    const points = []
    for (const size of sizes) {
      progress(`${size} ${what}`)
      const all = []
      for (let round = 0; round < 7; round++) {
        const handler = createStreamHandler({ notify: 'sync' })
        prepare(handler, size)
        const token = frame('RunContent', { content: 'token ', content_type: 'str' })
        for (let at = 0; at < 100; at++) handler.feed(token)
        handler.getSnapshot()
        const began = performance.now()
        for (let at = 0; at < TOKENS; at++) {
          handler.feed(token)
          handler.getSnapshot()
        }
        all.push(((performance.now() - began) / TOKENS) * 1000)
        handler.dispose()
        await tick()
      }
      points.push({ size, microseconds: median(all) })
    }
    return { what, points }
  }
  const message = (_, at) => ({ role: at % 2 ? 'agent' : 'user', content: `${at} ${'x'.repeat(2000)}` })
  const call = (at, more) => ({ tool: { tool_call_id: `c${at}`, tool_name: 'search', tool_args: { query: 'x' }, ...more } })
  return [
    await measured('earlier messages of 2 KB', (handler, size) => {
      handler.load({ sessionId: 's', messages: Array.from({ length: size }, message) })
      handler.begin('hello')
    }, [1, 10, 100, 1000, 10_000]),
    await measured('timeline entries', (handler, size) => {
      handler.begin('hello')
      for (let at = 0; at * 2 < size - 1; at++) {
        handler.feed(frame('ToolCallStarted', call(at)))
        handler.feed(frame('ToolCallCompleted', call(at, { result: 'found' })))
      }
    }, [1, 10, 100, 1000, 4_900]),
  ]
}
