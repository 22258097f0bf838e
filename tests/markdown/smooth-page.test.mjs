// smooth in Chromium, with its frames, its setting for reduced motion and its clock.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { launch } from '../e2e/browser.mjs'
import { folder } from './renderers.mjs'

let browser, page
before(async () => {
  browser = await launch()
  page = await browser.newPage()
  const source = readFileSync(join(folder, 'node_modules/ai-stream-handler/dist/smooth.js'), 'utf8')
  await page.evaluate(async (source) => { globalThis.smooth = (await import(`data:text/javascript,${encodeURIComponent(source)}`)).smooth }, source)
})
after(() => browser?.close())

/** What is shown of a burst of words right away (`first`), and at each change until all of it is. However slow the page is. */
const reveal = (words) => page.evaluate(async (text) => {
  const paced = globalThis.smooth('')
  const seen = []
  let first
  await new Promise((done) => {
    const isDone = () => paced.text === text && done()
    paced.subscribe(() => (seen.push(paced.text), isDone()))
    paced.update(text)
    first = paced.text
    isDone()
  })
  return { text, first, seen }
}, 'word '.repeat(words))

test('a burst is revealed in frames, from its beginning to its end', async () => {
  const { text, first, seen } = await reveal(100)
  assert.equal(first, '')
  assert.ok(seen.every((shown, at) => text.startsWith(shown) && (at === 0 || shown.length > seen[at - 1].length)))
  assert.equal(seen.at(-1), text)
})

test('at once for users who prefer reduced motion, also from when they say so', async () => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  const reduced = await reveal(100)
  assert.equal(reduced.first, reduced.text)
  await page.emulateMedia({ reducedMotion: 'no-preference' })
  assert.equal((await reveal(100)).first, '')
})
