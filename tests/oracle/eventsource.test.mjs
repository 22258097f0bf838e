// The browsers' own EventSource as judge, of those that are here: generated streams go over loopback to it and, in the same page, through our decoder.
// ORACLE_STREAMS says how many (2,000 by default; `make proof` asks for 20,000), ORACLE_SEED from which number,
// ORACLE_BROWSER which one judges (all that are here).
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { root } from '../package/support.mjs'
import { buildDecoder } from './decoder.mjs'
import { JUDGES } from './judges.mjs'
import { serveStreams } from './serve.mjs'
import { SERVED, streamOf } from './streams.mjs'

const streams = Number(process.env.ORACLE_STREAMS ?? 2000)
const seed = Number(process.env.ORACLE_SEED ?? 1)
const RETURNS = Math.min(200, streams)

let folder
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'ai-stream-handler-oracle-'))
  buildDecoder(join(folder, 'oracle'))
  for (const name of ['oracle/page.js', 'oracle/streams.mjs', 'random.mjs']) cpSync(join(root, 'tests', name), join(folder, name))
  writeFileSync(join(folder, 'index.html'), '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/oracle/page.js"></script>')
})
after(() => rmSync(folder, { recursive: true, force: true }))

for (const [browser, judge] of Object.entries(JUDGES).filter(([name]) => [undefined, name].includes(process.env.ORACLE_BROWSER))) {
  const skip = !judge.executable() && `${browser} is not here. To install it: ${judge.install}`
  describe(browser, { skip }, () => {
    let served, page
    before(async () => {
      served = await serveStreams(folder)
      page = await judge.open(served)
    })
    after(async () => {
      await page?.stop()
      await served?.close()
    })

    test(`${streams} streams: type, data and last event id of every event are what ${browser}'s EventSource says`, async (context) => {
      const began = performance.now()
      const { events, differences } = await page.call('compare', served.urls, seed, streams, 5, judge.kind)
      assert.deepEqual(differences, [])
      assert.ok(events > streams, `${events} events in ${streams} streams: the streams say too little`)
      context.diagnostic(`${browser}: ${streams} streams, ${events} events, 0 differences, ${((performance.now() - began) / 1000).toFixed(0)} s`)
    })

    test(`${RETURNS} of them: ${browser} comes back when our reconnection time says so, with our last event id`, async () => {
      // Within a second: only after a time that the stream has set. The browsers' own is three seconds and more.
      const soon = []
      const late = []
      for (let number = seed; soon.length + late.length < RETURNS; number++) {
        const [id, retry] = await page.call('atEnd', number, judge.kind)
        if (retry == null ? late.length < RETURNS / 10 : retry <= 20) (retry == null ? late : soon).push({ number, id })
        if (number > seed + 100 * RETURNS) break
      }
      assert.ok(soon.length > 20 && late.length > 5, `${soon.length} that set a time, ${late.length} that set none`)
      const visit = (list, patience) => page.call('comeBack', served.urls, list.map(({ number }) => number), patience, judge.kind)
      await visit(soon, 60_000)
      await visit(late, 1_000)
      for (const { number, id } of soon) {
        assert.ok(served.returned.has(`${judge.kind}/${number}`), `stream ${number} set a time, and the browser did not come back`)
        // Header fields travel as bytes, without white space at their ends.
        const sent = Buffer.from(served.returned.get(`${judge.kind}/${number}`) ?? '', 'latin1').toString('utf8')
        assert.equal(sent, id.replace(/^[ \t]+|[ \t]+$/g, ''), `stream ${number}`)
      }
      for (const { number } of late) assert.ok(!served.returned.has(`${judge.kind}/${number}`), `stream ${number} set no time, and the browser came back within a second`)
    })

    test(`${browser} has the faults that its streams are served around: else this judge needs no glasses any more`, async () => {
      for (const [fault, number] of Object.entries(judge.faults)) {
        const { bytes } = streamOf(number)
        assert.notDeepEqual(SERVED[judge.kind].theirs(bytes), bytes, fault)
        const { differences } = await page.call('compare', served.urls.slice(0, 1), number, 1, 1, 'raw')
        assert.equal(differences.length, 1, fault)
      }
      for (const [fault, number] of Object.entries(judge.hasty ?? {})) {
        await page.call('comeBack', served.urls, [number], 2_500, 'raw')
        assert.ok(served.returned.has(`raw/${number}`), fault)
      }
      for (const [fault, number] of Object.entries(judge.forgetful ?? {})) {
        await page.call('comeBack', served.urls, [number], 60_000, 'raw')
        assert.equal(served.returned.get(`raw/${number}`), null, fault)
      }
    })
  })
}

test('the streams hold what they are for', () => {
  const all = Array.from({ length: 2000 }, (_, n) => Buffer.from(streamOf(n + 1).bytes).toString('latin1'))
  for (const [what, pattern] of Object.entries({
    'a byte order mark': /^\xef\xbb\xbf/, 'LF': /[^\r]\n/, 'CR': /\r[^\n]/, 'CR LF': /\r\n/, 'a NUL': /\0/, 'invalid UTF-8': /\xff/, 'a comment': /(^|[\r\n]):/,
    'an id with a NUL': /id: ?a\0b/, 'a time that is none': /retry: ?1e3/, 'several data lines': /data[^\r\n]*(\r\n|\r|\n)data/,
  })) assert.ok(all.filter((text) => pattern.test(text)).length >= 20, what)
})
