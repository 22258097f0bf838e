// Side by side: the same recorded bytes through the package and through the usual way, in a real Chromium.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { recording, root } from '../package/support.mjs'
import { openPage } from './browser.mjs'
import { assertAccessible } from './accessibility.mjs'
import { demoSite } from './demo-site.mjs'

const there = demoSite()
let opened, page
beforeEach(async () => {
  opened = await openPage(there.browser, there.site.url)
  page = opened.page
})
afterEach(() => page.close())

const byId = (name) => page.getByTestId(name)
const scenarios = JSON.parse(readFileSync(join(root, 'www/recordings/compare.json'), 'utf8'))

/** Waits for the end; `{ row: [ours, usual] }`. */
async function figures() {
  await page.waitForFunction(() => document.querySelector('[data-testid=compare-state]')?.dataset.done === 'true')
  const rows = await byId('compare-figures').locator('tbody tr').evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)))
  return Object.fromEntries(rows.map(([name, ...values]) => [name, values.map((value) => Number.parseFloat(value))]))
}

/** What the usual way does to each, at the end or on its way there. */
const HARM = {
  repeated: ['Most characters missing at once'],
  braces: ['Characters missing at the end'],
  letters: ['Characters missing at the end', 'Extra characters at the end'],
  retry: ['Most extra characters at once'],
  team: ['Most characters missing at once', 'Most extra characters at once'],
  big: [],
}

for (const { id, name, stored } of scenarios) {
  test(`${id}: ours is right at every moment, and the usual way is ${HARM[id].length ? 'not' : 'right, too'}`, async () => {
    await page.goto(`${there.site.url}compare.html#stream=${id}&seconds=1.5`)
    const told = await figures()
    const wrong = Object.entries(told).filter(([row]) => /characters|wrong/i.test(row))
    assert.equal(wrong.length, 5)
    assert.deepEqual(wrong.filter(([, [ours]]) => ours !== 0), [])
    for (const row of HARM[id]) assert.ok(told[row][1] > 0, `${row}: ${told[row]}`)
    assert.equal(await byId('ours-text').textContent(), recording(name).truth.run.body.content)
    assert.equal(stored, recording(name).truth.run.body.content)
    assert.equal(await byId('ours-text').locator('mark').count(), 0)
    const marks = await byId('usual-text').locator('mark').count()
    assert.equal(marks > 0, told['Characters missing at the end'][1] + told['Extra characters at the end'][1] > 0)
    assert.ok(told['Total work'].every((ms) => ms > 0))
    opened.assertClean()
  })
}

test('what is lost is marked while it streams, letter by letter, and said in words', async () => {
  await page.goto(`${there.site.url}compare.html#stream=repeated`)
  await byId('usual-text').locator('mark.lost').first().waitFor()
  assert.match(await byId('usual-verdict').textContent(), /^\d+ missing$/)
  assert.equal(await byId('ours-verdict').textContent(), 'correct so far')
  opened.assertClean()
})

test('other chunks are another run of the same stream, which the address names, and the demo leads here and back', async () => {
  await page.goto(there.site.url)
  await byId('to-compare').click()
  await byId('compare-letters').click()
  await byId('compare-chunks').selectOption('whole')
  const told = await figures()
  assert.match(page.url(), /#stream=letters&chunks=whole$/)
  assert.equal(told['Extra characters at the end'][1], 0, 'a whole stream cuts no letter in two')
  await page.getByRole('link', { name: 'ai-stream-handler' }).click()
  await byId('scenario-seedroute_seed_plain').waitFor()
  opened.assertClean()
})

test('on a phone what streams is in sight below the streams to choose from, and the policy names nothing that is not needed', async () => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(`${there.site.url}compare.html#stream=team`)
  await byId('compare-team').waitFor()
  const top = await byId('ours').evaluate((panel) => panel.getBoundingClientRect().top)
  assert.ok(top < 500, `${top}`)
  const [left, right] = await byId('compare-team').evaluate((card) => [card.getBoundingClientRect().left, card.getBoundingClientRect().right])
  assert.ok(left >= 0 && right <= 390, 'the chosen one is in sight')
  const policy = await page.locator('meta[http-equiv=Content-Security-Policy]').getAttribute('content')
  assert.match(policy, /^default-src 'none';.* connect-src 'self';/)
  opened.assertClean()
})

test('axe finds nothing to object to, with lost and extra characters on screen', async () => {
  await page.goto(`${there.site.url}compare.html#stream=letters&seconds=1`)
  await page.waitForFunction(() => document.querySelector('[data-testid=compare-state]')?.dataset.done === 'true')
  await assertAccessible(page, 'side by side')
  opened.assertClean()
})

test('the verdict sums up the run, also one whose last event repaired it; it begins with one that stays wrong; who wrote it, and what it costs, is said', async () => {
  await page.goto(`${there.site.url}compare.html`)
  await byId('compare-state').waitFor()
  assert.match(page.url(), /#stream=letters&/)
  await page.goto(`${there.site.url}compare.html#stream=letters&seconds=1`)
  await figures()
  assert.equal(await byId('ours-verdict').textContent(), 'right at every moment')
  assert.match(await byId('usual-verdict').textContent(), /^wrong at the end: \d+ characters missing, \d+ extra$/)
  await page.goto(`${there.site.url}compare.html#stream=repeated&seconds=1`)
  await page.waitForFunction(() => /repaired/.test(document.querySelector('[data-testid=usual-verdict]')?.textContent))
  assert.match(await byId('usual-verdict').textContent(), /^wrong for \d+\.\d s, up to \d+ characters missing; the last event repaired it$/)
  assert.equal(await byId('usual-text').locator('mark').count(), 0)
  assert.match(await byId('compare-origin').textContent(), /authors of ai-stream-handler.*after what hand-written chat hooks do.*agno-agi\/agent-ui/)
  const told = await figures()
  const [ours, usual] = (await byId('compare-cost').textContent()).match(/[\d.]+ m?s/g).map((text) => Number.parseFloat(text) * (text.endsWith(' ms') ? 1 : 1000))
  assert.deepEqual([ours, usual], told['Total work'])
  const words = Math.max(ours, usual) / Math.min(ours, usual) < 1.25 ? /about the same|Here/ : ours > usual ? /Here the usual way is cheaper/ : /Here ai-stream-handler is cheaper/
  assert.match(await byId('compare-cost').textContent(), words)
  opened.assertClean()
})
