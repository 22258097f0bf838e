// The browser's own EventSource as judge: generated streams go over loopback to it and, in the same page, through our decoder.
// ORACLE_STREAMS says how many (2,000 by default; `make proof` asks for 20,000), ORACLE_SEED from which number.
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { launch } from '../e2e/browser.mjs'
import { root } from '../package/support.mjs'
import { buildDecoder } from './decoder.mjs'
import { serveStreams } from './serve.mjs'
import { forChromium, streamOf } from './streams.mjs'

const streams = Number(process.env.ORACLE_STREAMS ?? 2000)
const seed = Number(process.env.ORACLE_SEED ?? 1)
const RETURNS = Math.min(200, streams)

let folder, served, browser, page
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ai-stream-handler-oracle-'))
  mkdirSync(folder, { recursive: true })
  buildDecoder(join(folder, 'oracle'))
  for (const name of ['oracle/page.js', 'oracle/streams.mjs', 'random.mjs']) cpSync(join(root, 'tests', name), join(folder, name))
  writeFileSync(join(folder, 'index.html'), '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/oracle/page.js"></script>')
  served = await serveStreams(folder)
  browser = await launch()
  page = await browser.newPage()
  page.setDefaultTimeout(280_000)
  await page.goto(served.urls[0])
  await page.waitForFunction(() => globalThis.oracle)
})
after(async () => {
  await browser?.close()
  await served?.close()
  rmSync(folder, { recursive: true, force: true })
})

test(`${streams} streams: type, data and last event id of every event are what Chromium's EventSource says`, async (context) => {
  const began = performance.now()
  const { events, differences } = await page.evaluate(([urls, from, count]) => globalThis.oracle.compare(urls, from, count, 5), [served.urls, seed, streams])
  assert.deepEqual(differences, [])
  assert.ok(events > streams, `${events} events in ${streams} streams: the streams say too little`)
  context.diagnostic(`${streams} streams, ${events} events, 0 differences, ${((performance.now() - began) / 1000).toFixed(0)} s`)
})

test(`${RETURNS} of them: the browser comes back when our reconnection time says so, with our last event id`, async () => {
  // Within a second: only after a time that the stream has set. Chromium's own is three seconds.
  const soon = []
  const late = []
  for (let number = seed; soon.length + late.length < RETURNS; number++) {
    const [id, retry] = await page.evaluate((n) => globalThis.oracle.ours(n), number)
    if (retry === undefined ? late.length < RETURNS / 10 : retry <= 20) (retry === undefined ? late : soon).push({ number, id })
    if (number > seed + 100 * RETURNS) break
  }
  assert.ok(soon.length > 20 && late.length > 5, `${soon.length} that set a time, ${late.length} that set none`)
  const visit = (list, patience) => page.evaluate(([urls, numbers, patience]) => {
    const queue = numbers.slice()
    const work = async (url) => { for (let n; (n = queue.pop()) !== undefined;) await globalThis.oracle.comesBack(`${url}/again/${n}`, patience) }
    return Promise.all(urls.flatMap((url) => Array.from({ length: 5 }, () => work(url))))
  }, [served.urls, list.map(({ number }) => number), patience])
  await visit(soon, 10_000)
  await visit(late, 1_000)
  for (const { number, id } of soon) {
    assert.ok(served.returned.has(number), `stream ${number} set a time, and the browser did not come back`)
    // Header fields travel as bytes, without white space at their ends.
    const sent = Buffer.from(served.returned.get(number) ?? '', 'latin1').toString('utf8')
    assert.equal(sent, id.replace(/^[ \t]+|[ \t]+$/g, ''), `stream ${number}`)
  }
  for (const { number } of late) assert.ok(!served.returned.has(number), `stream ${number} set no time, and the browser came back within a second`)
})

test('Chromium is blind for a line end behind the byte order mark, as forChromium says: else this judge needs no glasses any more', async () => {
  assert.ok(forChromium(streamOf(199).bytes).length < streamOf(199).bytes.length)
  const { differences } = await page.evaluate(([urls, from]) => globalThis.oracle.compare(urls, from, 1, 1, 'raw'), [served.urls.slice(0, 1), 199])
  assert.equal(differences.length, 1)
})

test('the streams hold what they are for', () => {
  const all = Array.from({ length: 2000 }, (_, n) => Buffer.from(streamOf(n + 1).bytes).toString('latin1'))
  for (const [what, pattern] of Object.entries({
    'a byte order mark': /^\xef\xbb\xbf/, 'LF': /[^\r]\n/, 'CR': /\r[^\n]/, 'CR LF': /\r\n/, 'a NUL': /\0/, 'invalid UTF-8': /\xff/, 'a comment': /(^|[\r\n]):/,
    'an id with a NUL': /id: ?a\0b/, 'a time that is none': /retry: ?1e3/, 'several data lines': /data[^\r\n]*(\r\n|\r|\n)data/,
  })) assert.ok(all.filter((text) => pattern.test(text)).length >= 20, what)
})
