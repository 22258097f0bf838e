// The page that counts blocks: what it says must be what it draws and measures.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertAccessible } from './accessibility.mjs'
import { demoSite } from './demo-site.mjs'

const there = demoSite()

async function visit() {
  const view = await there.visit('', { path: 'blocks.html', shows: 'blocks-state' })
  return { ...view, ends: () => view.page.waitForFunction(() => document.querySelector('[data-testid=blocks-state]').dataset.done === 'true') }
}

const counts = (said) => /^(\d+) of (\d+) blocks?$/.exec(said).slice(1).map(Number)

test('while it streams the counts are live: a block or two here, all of them there, and what is counted is what is marked', async () => {
  const view = await visit()
  await view.page.waitForFunction(() => / of [2-9]\d blocks/.test(document.querySelector('[data-testid=usual-count]').textContent))
  const seen = await view.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => resolve(['ours', 'usual'].map((id) => ({
    said: document.querySelector(`[data-testid=${id}-count]`).textContent,
    blocks: document.querySelector(`[data-testid=${id}-text]`).children.length,
    marked: document.querySelectorAll(`[data-testid=${id}-text] > [data-drawn]`).length,
    time: document.querySelector(`[data-testid=${id}-cost]`).textContent,
  }))))))
  for (const { said, blocks, marked, time } of seen) {
    assert.deepEqual(counts(said), [marked, blocks])
    assert.match(time, /^main thread [\d.]+ m?s · longest frame [\d.]+ m?s$/)
  }
  const [ours, usual] = seen.map(({ said }) => counts(said))
  // Several tokens in one frame may end a few blocks.
  assert.ok(ours[0] < ours[1] / 2, `${ours}`)
  assert.equal(usual[0], usual[1])
  view.assertClean()
})

test('at the end both show the same text, and the sentence names the cheaper way by the measured times', async () => {
  const view = await visit()
  await view.byId('blocks-speed').selectOption('400')
  await view.ends()
  const plain = (text) => text.replaceAll(/\s+/g, '')
  const [ours, usual] = [await view.text('ours-text'), await view.text('usual-text')]
  assert.equal(plain(ours), plain(usual))
  assert.match(ours, /28\. In code/)
  const rows = await view.byId('blocks-figures').locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.textContent)))
  const drawn = rows.find(([name]) => name === 'Blocks drawn in all').slice(1).map((value) => Number(value.replaceAll(',', '')))
  assert.ok(drawn[0] * 2 < drawn[1], `${drawn}`)
  const [, a, b] = /^Work in all: ([\d.]+ m?s) for block by block, ([\d.]+ m?s) for the plain way\. /.exec(await view.text('blocks-verdict'))
  assert.deepEqual(rows.find(([name]) => name === 'Main thread in all').slice(1), [a, b])
  const milliseconds = (text) => Number.parseFloat(text) * (text.endsWith(' ms') ? 1 : 1000)
  const [less, more] = [milliseconds(a), milliseconds(b)].toSorted((x, y) => x - y)
  const cheaper = milliseconds(a) < milliseconds(b) ? 'block by block' : 'the plain way'
  assert.match(await view.text('blocks-verdict'), more / less < 1.15 ? /about the same/ : more / less > 1.25 ? new RegExp(`Here ${cheaper} is cheaper`) : /./)
  view.assertClean()
})

test('axe finds nothing to object to, nothing is outside at 320 pixels, and the demo leads here and back', async () => {
  const view = await visit()
  await view.byId('blocks-speed').selectOption('400')
  await view.ends()
  await assertAccessible(view.page, 'the page that counts blocks')
  await view.page.setViewportSize({ width: 320, height: 640 })
  assert.ok(await view.page.evaluate(() => document.documentElement.scrollWidth <= 320))
  for (const id of ['blocks-speed', 'blocks-again']) assert.ok((await view.byId(id).boundingBox()).height >= 32, id)
  await view.page.setViewportSize({ width: 1280, height: 860 })
  await view.page.getByRole('link', { name: 'ai-stream-handler' }).click()
  await view.byId('to-blocks').click()
  await view.byId('blocks-state').waitFor()
  assert.deepEqual(await view.forbidden(), [])
  view.assertClean()
})
