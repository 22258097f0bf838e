// The flight recorder of the demo: a run is saved as a file, dropped onto the page, and shown again at any moment.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, before, beforeEach, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { framesOf, recording, root } from '../package/support.mjs'
import { openPage } from './browser.mjs'
import { demoSite } from './demo-site.mjs'

const there = demoSite()
let opened, page
beforeEach(async () => {
  opened = await openPage(there.browser, there.site.url)
  page = opened.page
})
afterEach(() => page.close())

const byId = (name) => page.getByTestId(name)
const statusIs = (name) => page.waitForFunction((wanted) => document.querySelector('[data-testid=status]')?.textContent === wanted, name)

/** What a user sees, but for the times. */
const seen = () => page.evaluate(() => ({
  status: document.querySelector('[data-testid=status]').textContent,
  activity: document.querySelector('[data-testid=activity]').textContent,
  chat: [...document.querySelectorAll('.turn')].map((turn) => [turn.querySelector('.user').textContent, turn.querySelector('.answering, .answer')?.textContent]),
  timeline: [...document.querySelectorAll('[data-testid=timeline-entry]')].map((entry) => entry.querySelector('.line').textContent),
}))

async function saved() {
  const [download] = await Promise.all([page.waitForEvent('download'), byId('save-run').click()])
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) }
}

/** As a hand drops files onto the page. */
async function drop(...files) {
  const given = files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString('base64') }))
  await page.evaluate((given) => {
    const dataTransfer = new DataTransfer()
    for (const { name, base64 } of given) dataTransfer.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name))
    for (const type of ['dragover', 'drop']) document.querySelector('main').dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }))
  }, given)
}

/** Moves the thumb there, as a finger does. */
const scrubTo = (part) => byId('scrubber').evaluate((slider, part) => {
  slider.value = slider.max * part
  slider.dispatchEvent(new Event('input', { bubbles: true }))
}, part)
/** Once the recording is open. In one go: it may end of itself between a look at the button and a click on it. */
async function halt() {
  await byId('scrubber').waitFor()
  await byId('transport-play').evaluate((button) => button.getAttribute('aria-label') === 'Pause' && button.click())
}

test('a live run with a retry is saved, dropped, played, and shown as it was at any moment', async () => {
  await page.goto(there.site.url)
  assert.ok(await byId('save-run').isDisabled(), 'there is nothing to save yet')
  await byId('live-page-retries').click()
  await statusIs('retrying')
  const waiting = await seen()
  await statusIs('completed')
  const done = await seen()
  const file = await saved()
  assert.equal(file.name, 'page-retries.recording.jsonl.gz')
  await byId('scenario-seedroute_seed_plain').click()
  await page.waitForFunction(() => document.querySelectorAll('.turn').length === 1 && !document.querySelector('.turn.running'))

  await drop(file)
  await byId('scrubber').waitFor()
  await page.waitForFunction(() => /streaming|retrying/.test(document.querySelector('[data-testid=status]')?.textContent))
  await halt()
  await scrubTo(1)
  assert.deepEqual(await seen(), done)
  // The wait is most of the run; where its middle is depends on how long the rest took here.
  const waits = []
  for (let part = 0; part < 1; part += 0.05) {
    await scrubTo(part)
    if ((await seen()).status === 'retrying') waits.push(part)
  }
  await scrubTo(waits[Math.floor(waits.length / 2)])
  assert.deepEqual(await seen(), waiting)
  assert.match(await byId('scrubber').getAttribute('aria-valuetext'), /^\d+\.\d\d of \d+\.\d\d seconds, frame \d+ of \d+, \w+, retrying$/)
  const left = Number.parseFloat(await byId('countdown').textContent())
  assert.ok(left > 0.5 && left < 6, `${left} s of the six are left in the middle`)
  await byId('skip-wait').click()
  await page.waitForFunction(() => document.querySelector('[data-testid=activity]')?.textContent.includes('working'))
  await byId('transport-close').click()
  await byId('scrubber').waitFor({ state: 'hidden' })
  assert.equal(await page.locator('.turn').count(), 0)
  opened.assertClean()
})

test('the chart of a halted recording ends at the moment that is shown, and stands still', async () => {
  await page.goto(there.site.url)
  await byId('tour-replay').click()
  await byId('scrubber').waitFor()
  await halt()
  await scrubTo(0.5)
  await page.locator('.chart > summary').click()
  const total = () => page.locator('.chart .latest').textContent()
  await page.waitForFunction(() => / so far$/.test(document.querySelector('.chart .latest')?.textContent))
  const at = Number.parseFloat(await byId('transport-clock').textContent())
  const first = await total()
  const unit = / ms/.test(first) ? 1000 : 1
  assert.ok(Math.abs(Number.parseFloat(first) / unit - at) < 0.05, `${first} at ${at} s`)
  // The chart is drawn every half a second while something runs.
  await page.waitForTimeout(1200)
  assert.equal(await total(), first)
  opened.assertClean()
})

test('by keyboard alone: a file is chosen, halted, stepped by frame, and the frame of the moment stands beside it', async () => {
  const NAME = 'team_nested'
  // Choosers are told of from here on; a key is faster than the browser is told so.
  page.on('filechooser', () => {})
  await page.goto(there.site.url)
  await byId('open-recording').focus()
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Enter')])
  await chooser.setFiles(['sse', 'json'].map((end) => join(root, `tests/fixtures/recordings/${NAME}.${end}`)))
  await byId('scrubber').waitFor()
  await byId('transport-play').focus()
  await halt()
  await byId('scrubber').focus()
  await page.keyboard.press('Home')
  const frames = framesOf(recording(NAME).bytes)
  for (const at of [1, 2, 3]) {
    await page.keyboard.press('ArrowRight')
    const [count] = (await byId('frame-count').textContent()).split(' ')
    const raw = await byId('raw-frame').textContent()
    assert.deepEqual(framesOf(new TextEncoder().encode(raw + '\n\n')).map(({ name }) => name), [frames[count - 1].name], `frame ${count} of step ${at}`)
  }
  const before = await byId('frame-count').textContent()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowLeft')
  assert.equal(await byId('frame-count').textContent(), before)
  // The space bar plays and halts, as in any player; the speed is a list like any other.
  await byId('transport-speed').selectOption('0.02')
  await page.keyboard.press('Home')
  await page.keyboard.press(' ')
  await page.waitForFunction(() => document.querySelector('[data-testid=transport-play]')?.getAttribute('aria-label') === 'Pause')
  await page.keyboard.press(' ')
  await page.waitForFunction(() => document.querySelector('[data-testid=transport-play]')?.getAttribute('aria-label') === 'Play')
  await page.keyboard.press('End')
  await statusIs('completed')
  assert.equal(await byId('frame-count').textContent(), `${frames.length} of ${frames.length}`)
  assert.equal((await byId('answer').textContent()).trim(), recording(NAME).truth.run.body.content.trim())
  opened.assertClean()
})

test('with texts redacted the file has none of the words, and plays to the same timeline', async () => {
  await page.goto(`${there.site.url}#speed=max&scenario=seedroute_seed_tool_then_429_then_ok`)
  await statusIs('completed')
  const shown = await seen()
  const answer = await byId('answer').textContent()
  await byId('redact').check()
  const file = await saved()
  const text = gunzipSync(file.bytes).toString()
  const words = answer.match(/\p{L}{5,}/gu)
  assert.ok(words.length > 1)
  for (const word of words) assert.ok(!text.includes(word), word)
  await drop(file)
  await halt()
  await scrubTo(1)
  const redacted = await seen()
  assert.equal(redacted.status, shown.status)
  assert.equal(redacted.timeline.length, shown.timeline.length)
  assert.match(await page.locator('.toolbar-description').textContent(), /text redacted/)
  assert.match(await byId('answer').textContent(), /^[x0\P{L}]+$/u)
  opened.assertClean()
})

test('a file that is none is refused in words, and what was shown stays', async () => {
  await page.goto(`${there.site.url}#speed=max&scenario=seedroute_seed_plain`)
  await statusIs('completed')
  const before = await seen()
  await drop({ name: 'photo.png', bytes: Buffer.from([0x89, 0x50, 0x4e, 0x47]) })
  await byId('recording-problem').waitFor()
  assert.equal(await byId('recording-problem').textContent(), 'This is no recording of ai-stream-handler: it does not begin with the head of one.')
  const good = await saved()
  const cut = gunzipSync(good.bytes).toString().replace('"call":"begin"', '"call":"become"')
  await drop({ name: 'cut.jsonl', bytes: Buffer.from(cut) })
  await page.waitForFunction(() => /line 2 is no event/.test(document.querySelector('[data-testid=recording-problem]')?.textContent))
  assert.deepEqual(await seen(), before)
  await drop(good)
  await byId('scrubber').waitFor()
  await byId('recording-problem').waitFor({ state: 'hidden' })
  opened.assertClean()
})
