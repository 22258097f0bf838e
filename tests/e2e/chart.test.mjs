// "Where the time went" in the page: bars, a readout by keyboard, the same as a table, and what runs grows.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { until } from '../package/support.mjs'
import { assertAccessible } from './accessibility.mjs'
import { demoSite } from './demo-site.mjs'

const { visit } = demoSite()

test('each agent has a lane; the arrow keys go through its bars in time, and each is read out; the table says the same', async () => {
  const view = await visit('#scenario=seedroute_seed_tool_then_429_then_ok')
  const { page, byId } = view
  await view.statusIs('completed')
  await page.locator('.chart > summary').click()
  await byId('lanes').waitFor()
  const kinds = await page.$$eval('.bar', (all) => all.map(({ dataset }) => dataset.kind))
  for (const kind of ['waiting', 'model', 'writing', 'tool', 'retry', 'after']) assert.ok(kinds.includes(kind), `${kind} of ${kinds}`)
  assert.equal(await page.$$eval('.bar', (all) => all.filter(({ tabIndex }) => tabIndex === 0).length), 1, 'one Tab stop')
  await page.locator('.bar[tabindex="0"]').focus()
  await page.keyboard.press('Home')
  // By their places: what arrives at the same moment on a slow machine may be read out in the same words.
  const reached = []
  const read = []
  for (let at = 0; at < kinds.length; at++) {
    const [place, label] = await page.$$eval('.bar', (all) => [all.indexOf(document.activeElement), document.activeElement.getAttribute('aria-label')])
    reached.push(place)
    read.push(await byId('readout').textContent())
    assert.equal(read.at(-1), label)
    await page.keyboard.press('ArrowRight')
  }
  assert.deepEqual(reached.toSorted((a, b) => a - b), kinds.map((_, at) => at), 'each bar is reached once')
  assert.match(read[0], /^Cirkelline: Waiting for the first byte\. /)
  assert.ok(read.some((text) => /Rate limit, .*Retry 1 of 3/.test(text)), read.join(' | '))
  assert.ok(read.some((text) => /Tool, get_previous_session_messages\. .* Superseded: this attempt was retried\.$/.test(text)), read.join(' | '))
  await page.locator('.as-table summary').click()
  const rows = await byId('bars').locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.cells].map(({ textContent }) => textContent)))
  assert.equal(rows.length, kinds.length)
  for (const [who, what, , , , took] of rows) assert.ok(read.some((text) => text.startsWith(`${who}: ${what.replace(' (superseded)', '')}`) && text.includes(took)), `${who} ${what} ${took}`)
  assert.match(await byId('agents').textContent(), /Cirkelline40080/)
  await assertAccessible(page, 'the chart')
  view.assertClean()
})

test('while it runs the chart grows, also where nothing comes; members have lanes of their own', async () => {
  const view = await visit('#scenario=scripted_parallel_members&speed=1')
  const { page } = view
  await page.locator('.chart > summary').click()
  const total = () => page.locator('.chart .latest').textContent()
  const first = await until(async () => [await total()].find((text) => / so far$/.test(text)))
  const early = Number.parseFloat(first) * (/ ms/.test(first) ? 1e-3 : 1)
  await view.statusIs('completed')
  await until(async () => !/ so far$/.test(await total()))
  assert.ok(Number.parseFloat(await total()) > early, `${early} → ${await total()}`)
  assert.deepEqual(await page.locator('.lane-name').allTextContents(), ['Cirkelline', 'Web Researcher', 'Research Analyst'])
  view.assertClean()
})
