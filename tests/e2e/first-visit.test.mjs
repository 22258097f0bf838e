// A first visit: every card opens what it names, by keyboard too, and the important parts fit on a phone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../package/support.mjs'
import { demoSite } from './demo-site.mjs'

const there = demoSite()
const { visit } = there
const PHONE = { width: 390, height: 844 }

/** Where each card leads. */
const STOPS = {
  async retry({ byId, statusIs }) {
    await statusIs('retrying')
    assert.ok(await byId('skip-wait').isVisible())
  },
  async chaos({ page, byId, statusIs }) {
    await statusIs('completed')
    await page.waitForFunction(() => document.querySelector('[data-testid=verdict]')?.textContent === 'It held')
    assert.match(await byId('verdict-facts').textContent(), /The connection broke 2 times/)
  },
  async time({ page, byId, statusIs }) {
    await byId('lanes').waitFor()
    await page.locator('.bar').first().waitFor()
    await statusIs('completed')
    const { y } = await byId('lanes').boundingBox()
    assert.ok(y > 0 && y < 700, `the bars are at ${y}`)
  },
  async replay({ byId }) {
    await byId('scrubber').waitFor()
    await until(async () => (await byId('raw-frame').textContent()).includes('data:'))
  },
  async compare({ page, byId }) {
    await byId('compare-state').waitFor()
    assert.match(page.url(), /compare\.html/)
  },
  async refusal({ page, byId }) {
    await byId('sentence').waitFor()
    assert.match(page.url(), /refusal\.html/)
  },
  async connect({ page }) {
    assert.equal(await page.evaluate(() => document.activeElement.dataset.testid), 'connect-endpoint')
  },
}

for (const [name, viewport] of [['wide', { width: 1280, height: 860 }], ['narrow', PHONE]]) {
  for (const [stop, arrived] of Object.entries(STOPS)) {
    test(`a card of the empty page leads where it says: ${stop}, ${name}`, async () => {
      const view = await visit('', { viewport })
      await view.byId(`tour-${stop}`).focus()
      await view.page.keyboard.press('Enter')
      await arrived(view)
      view.assertClean()
    })
  }
}

test('the first Tab stop skips to the conversation, past all the scenarios, and leaves the address as it is', async () => {
  const view = await visit('#scenario=seedroute_seed_plain&speed=max')
  await view.statusIs('completed')
  const address = view.page.url()
  await view.page.evaluate(() => document.activeElement.blur())
  await view.page.keyboard.press('Tab')
  assert.equal(await view.page.evaluate(() => document.activeElement.dataset.testid), 'skip')
  assert.ok(await view.byId('skip').evaluate((link) => getComputedStyle(link).clipPath === 'none'), 'it can be seen')
  await view.page.keyboard.press('Enter')
  assert.equal(await view.page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Conversation')
  assert.equal(view.page.url(), address)
})

test('the drawer of a narrow page takes the focus, and gives it back', async () => {
  const view = await visit('', { viewport: PHONE })
  const focused = () => view.page.evaluate(() => document.activeElement.getAttribute('aria-label'))
  await view.page.locator('.menu').focus()
  await view.page.keyboard.press('Enter')
  assert.equal(await focused(), 'Close')
  await view.page.keyboard.press('Escape')
  assert.equal(await focused(), 'Scenarios and connection')
})

for (const [name, hash, viewport] of [['live, a phone', '', PHONE], ['a replay, a phone', '#scenario=seedroute_seed_max_retries', PHONE], ['live, wide', '', { width: 1280, height: 800 }]]) {
  test(`a wait hides nothing, and on a phone the conversation has most of the screen: ${name}`, async () => {
    const view = await visit(hash, { viewport })
    if (!hash) await view.byId('tour-retry').click()
    await view.statusIs('retrying')
    const found = await view.page.evaluate(() => {
      const of = (selector) => document.querySelector(selector).getBoundingClientRect()
      return { card: of('[data-testid=retry]'), timeline: of('.timeline').bottom, chat: of('.chat'), room: of('.chat').height / innerHeight, tools: of('.toolbar-tools').height }
    })
    assert.ok(found.card.top >= found.timeline, `the card begins at ${found.card.top}, Behind the Scenes ends at ${found.timeline}`)
    assert.ok(found.card.top >= found.chat.top && found.card.bottom <= found.chat.bottom, 'the card is in sight as a whole')
    if (viewport !== PHONE) return
    assert.ok(found.room > 0.5, `${Math.round(found.room * 100)} % of the screen are the conversation’s`)
    assert.ok(found.tools < 50, 'one row of controls')
  })
}

test('a scenario that is chosen twice in a hurry plays once', async () => {
  const view = await visit('#scenario=seedroute_seed_plain&speed=max')
  await view.statusIs('completed')
  await view.byId('replay').evaluate((button) => { button.click(); button.click() })
  await until(async () => (await view.page.locator('.turn').count()) > 0)
  await view.statusIs('completed')
  // Whatever else was loading has come by then, too.
  await view.page.waitForTimeout(500)
  assert.equal(await view.page.locator('.turn').count(), 1)
  view.assertClean()
})

test('a paused run’s question is in sight from its beginning, and what follows the answer is, too', async () => {
  const view = await visit('', { viewport: PHONE })
  await view.page.goto(`${there.site.url}#live=asks`)
  await view.page.locator('.menu').click()
  await view.byId('live-asks').click()
  await view.byId('approve').waitFor()
  const above = () => view.page.evaluate(() => document.querySelector('.pause-title').getBoundingClientRect().top - document.querySelector('.chat').getBoundingClientRect().top)
  await until(async () => (await above()) >= 0)
  await view.byId('approve').click()
  await view.statusIs('completed')
  const below = await view.page.locator('.chat').evaluate((chat) => chat.scrollHeight - chat.scrollTop - chat.clientHeight)
  assert.ok(below < 48, `${below} pixels are below what one sees`)
  view.assertClean()
})
