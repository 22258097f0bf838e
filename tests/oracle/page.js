// In the page: each stream through the browser's EventSource and through our decoder, from the same server.
import init, { decode } from './decoder.js'
import { TYPES, streamOf } from './streams.mjs'

/** What the browser's own EventSource says of a stream: type, data and last event id of each event. */
function judged(url) {
  return new Promise((done, failed) => {
    const said = []
    const source = new EventSource(url)
    const late = setTimeout(() => failed(new Error(`no end: ${url}`)), 20_000)
    for (const type of TYPES) source.addEventListener(type, (event) => said.push(event.type, event.data, event.lastEventId))
    // The stream is over; without this it would begin again.
    source.onerror = () => {
      clearTimeout(late)
      source.close()
      done(said)
    }
  })
}

async function compare(origins, from, count, width, kind = 'stream') {
  const differences = []
  let next = from, events = 0
  const work = async (origin) => {
    while (next < from + count) {
      const number = next++
      const { bytes, cuts } = streamOf(number)
      const ours = decode(bytes, Uint32Array.from(cuts))
      const said = ours.slice(0, -2)
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

await init()
globalThis.oracle = { compare, comesBack, ours: (number) => { const { bytes, cuts } = streamOf(number); return decode(bytes, Uint32Array.from(cuts)).slice(-2) } }
