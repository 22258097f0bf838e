// In the page: each stream through the browser's EventSource and through our decoder, from the same server.
import init, { decode } from './decoder.js'
import { SERVED, TYPES, streamOf } from './streams.mjs'

/** What the browser's own EventSource says of a stream: type, data and last event id of each event. */
function judged(url) {
  return new Promise((done, failed) => {
    const said = []
    const source = new EventSource(url)
    const late = setTimeout(() => failed(new Error(`no end: ${url}`)), 120_000)
    for (const type of TYPES) source.addEventListener(type, (event) => said.push(event.type, event.data, event.lastEventId))
    // The stream is over; without this it would begin again.
    source.onerror = () => {
      clearTimeout(late)
      source.close()
      done(said)
    }
  })
}

async function compare(origins, from, count, width, kind) {
  const differences = []
  let next = from, events = 0
  const work = async (origin) => {
    while (next < from + count) {
      const number = next++
      const { bytes, said } = ours(number, kind)
      const theirs = await judged(`${origin}/${kind}/${number}`)
      events += theirs.length / 3
      if (JSON.stringify(said) !== JSON.stringify(theirs)) differences.push({ number, ours: said, theirs, stream: new TextDecoder().decode(bytes) })
      if (differences.length >= 5) return
    }
  }
  await Promise.all(origins.flatMap((origin) => Array.from({ length: width }, () => work(origin))))
  return { events, differences }
}

/**
 * What the browser does after the end of a stream: whether it comes back within `patience` milliseconds, and with which
 * Last-Event-ID. Only the server sees that.
 */
function comesBack(url, patience) {
  return new Promise((done) => {
    const source = new EventSource(url)
    const over = setTimeout(() => { source.close(); done() }, patience)
    source.addEventListener('seen', () => { clearTimeout(over); source.close(); done() })
  })
}

/** All of these, as many at a time as a browser opens connections. */
async function comeBack(origins, numbers, patience, kind) {
  const queue = numbers.slice()
  const work = async (origin) => { for (let number; (number = queue.pop()) !== undefined;) await comesBack(`${origin}/again/${number}/${kind}`, patience) }
  await Promise.all(origins.flatMap((origin) => Array.from({ length: 5 }, () => work(origin))))
}

/** What our decoder says of a stream, and the last event id and the reconnection time at its end. */
function ours(number, kind) {
  const stream = streamOf(number)
  const bytes = SERVED[kind].ours(stream.bytes)
  const all = decode(bytes, Uint32Array.from(stream.cuts, (cut) => Math.min(cut, bytes.length)))
  return { bytes, said: all.slice(0, -2), atEnd: all.slice(-2) }
}

await init()
const oracle = (globalThis.oracle = { compare, comeBack, atEnd: (number, kind) => ours(number, kind).atEnd, hello: () => navigator.userAgent })

// Where nobody drives the browser, the page asks what to do.
while (location.search !== '?driven') {
  const { id, name, args } = await (await fetch('/work')).json()
  const done = await Promise.resolve().then(() => oracle[name](...args)).then((result) => ({ result }), (error) => ({ error: String(error) }))
  await fetch('/worked', { method: 'POST', body: JSON.stringify({ id, ...done }) })
}
