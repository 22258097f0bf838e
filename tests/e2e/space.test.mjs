// Space and phones: nothing is cut off, out of reach or in the way, down to a page of 320 pixels (WCAG 1.4.10).
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { demoSite } from './demo-site.mjs'

const there = demoSite()
const { visit } = there

const rect = (page, selector) => page.locator(selector).last().boundingBox()

describe('a wide page', () => {
  test('a short answer stands right below Behind the Scenes', async () => {
    const { page, statusIs } = await visit('#scenario=seedroute_seed_plain&speed=max')
    await statusIs('completed')
    const [above, answer] = [await rect(page, '.turn .chart'), await rect(page, '.turn .answer')]
    const gap = answer.y - (above.y + above.height)
    assert.ok(gap >= 0 && gap < 30, `${gap} pixels are between them`)
  })

  test('the status is as wide as its word, and what can be clicked has a border', async () => {
    const { page, byId, statusIs } = await visit()
    const { width: idle } = await byId('status').boundingBox()
    assert.ok(idle < 80, `${idle} pixels for “idle”`)
    await byId('live-page-retries').click()
    await statusIs('retrying')
    for (const id of ['unplug', 'stall', 'cut', 'replay', 'save-run', 'open-recording', 'new-chat']) {
      const [line, ground] = await byId(id).evaluate((button) => [getComputedStyle(button).borderTopColor, getComputedStyle(button).borderTopWidth])
      assert.ok(line !== 'rgba(0, 0, 0, 0)' && ground === '1px', `${id}: ${line}`)
    }
  })

  test('counts of frames come with the first run, and say only what there is', async () => {
    const { page, statusIs, byId } = await visit()
    const footer = page.locator('.status-footer')
    assert.equal(await footer.isVisible(), false)
    await byId('scenario-seedroute_seed_plain').click()
    await statusIs('completed')
    assert.match(await footer.textContent(), /^\d+ frames · [\d.]+ KB/)
    assert.ok(!/ 0 /.test(await footer.textContent()))
  })

  test('the AgentOS form is there without scrolling, on a small laptop too, and says when one is connected', async () => {
    const { page, byId } = await visit('', { viewport: { width: 1024, height: 640 } })
    await byId('to-connect').click()
    for (const id of ['connect-endpoint', 'connect-token', 'connect-look']) {
      const { y, height } = await byId(id).boundingBox()
      assert.ok(y > 0 && y + height < 640, `${id} ends at ${y + height}`)
    }
    assert.equal(await page.locator('.side').evaluate((side) => side.scrollTop), 0)
    await byId('connect-own').click()
    await byId('offer-team-cirkelline').click()
    await byId('connected').waitFor()
    assert.match(await byId('connected').textContent(), /^You are connected/)
    assert.equal(await page.locator('.welcome .cards').isVisible(), false)
  })

  test('no directive of the tests’ model is shown, wherever one looks', async () => {
    const { page, byId } = await visit('#speed=max')
    for (const name of ['team_nested', 'seedroute_later_retry1_then_ok_backoff', 'seedroute_later_text_and_tool_then_429_then_ok', 'agent_reasoning_tools']) {
      await byId(`scenario-${name}`).click()
      await page.waitForFunction((name) => document.querySelector(`[data-testid=scenario-${name}]`)?.getAttribute('aria-current') && document.querySelector('.turn') && !document.querySelector('.turn.running'), name)
      await page.$$eval('.turn details', (all) => all.forEach((one) => { one.open = true }))
      await page.waitForFunction(() => document.querySelector('.entry-body dl'))
      assert.ok(!/\[\[[a-z]/.test(await page.locator('body').textContent()), name)
    }
  })
})

/** What can be clicked or typed into, in sight: what is too small, cut off, or outside of the page. */
const misplaced = (page) => page.evaluate(() => {
  const LEAST = 32
  const found = []
  for (const one of document.querySelectorAll('button, a[href], summary, select, input, textarea')) {
    if (!one.checkVisibility({ visibilityProperty: true }) || one.closest('[inert]') || one.type === 'file') continue
    // A bar of the chart is as wide as its time; a tap beside it means the nearest. A link in a sentence is as high as its line.
    if (one.matches('.bar, .skip, .text a, .legend a')) continue
    const target = one.type === 'checkbox' ? one.closest('label') : one
    const { left, right, width, height, top } = target.getBoundingClientRect()
    const what = one.dataset.testid ?? one.getAttribute('aria-label') ?? one.textContent.trim().slice(0, 30)
    if (width === 0 || top < -9000) continue
    const scrolls = target.closest('.cards, .chips, .tools')
    if (!scrolls && (left < -0.5 || right > innerWidth + 0.5)) found.push(`${what} reaches from ${left} to ${right}`)
    if (height < LEAST - 0.5 || width < LEAST - 0.5) found.push(`${what} is ${Math.round(width)} × ${Math.round(height)}`)
    if (one.tagName === 'SELECT' && one.scrollWidth > one.clientWidth) found.push(`${what} is cut off`)
  }
  if (document.documentElement.scrollWidth > innerWidth) found.push(`the page is ${document.documentElement.scrollWidth} wide`)
  for (const text of document.querySelectorAll('.status-footer, .lane-name, .status, h1, h2, .scrubber-clock')) {
    if (text.checkVisibility({ visibilityProperty: true }) && text.scrollWidth > text.clientWidth + 1 && !text.matches('.visually-hidden')) found.push(`“${text.textContent}” is cut off`)
  }
  return found
})

const STATES = {
  welcome: ['', async () => {}],
  'the drawer, with the form': ['', async ({ page, byId }) => {
    await page.locator('.menu').click()
    await byId('to-connect').click()
    await byId('connect-by-name').click()
  }],
  'a live wait': ['', async ({ byId, statusIs }) => {
    await byId('tour-retry').click()
    await statusIs('retrying')
  }],
  'members and the open chart': ['', async ({ byId, statusIs }) => {
    await byId('tour-time').click()
    await statusIs('completed')
  }],
  'sends that wait': ['#live=queue', async ({ page, byId }) => {
    await byId('send-first').click()
    await page.locator('[data-testid=waiting]').nth(2).waitFor()
  }],
  'a question': ['#live=asks', async ({ byId }) => {
    await byId('send-first').click()
    await byId('approve').waitFor()
  }],
  'an opened recording': ['', async ({ byId }) => {
    await byId('tour-replay').click()
    await byId('scrubber').waitFor()
  }],
  'everything of a run open': ['#scenario=agent_reasoning_tools&speed=max', async ({ page, statusIs }) => {
    await statusIs('completed')
    await page.$$eval('.turn details', (all) => all.forEach((one) => { one.open = true }))
  }],
}

describe('phones', () => {
  for (const [width, height] of [[320, 640], [390, 844]]) {
    for (const [state, [hash, reach]] of Object.entries(STATES)) {
      test(`nothing is outside, cut off or too small to touch, ${width} pixels wide: ${state}`, async () => {
        const view = await visit(hash, { viewport: { width, height }, hasTouch: true, isMobile: true })
        await reach(view)
        assert.deepEqual(await misplaced(view.page), [])
      })
    }

    test(`every check of the chaos panel is in sight, ${width} pixels wide`, async () => {
      const { page, byId } = await visit('', { viewport: { width, height }, hasTouch: true, isMobile: true })
      await byId('tour-chaos').click()
      await page.waitForFunction(() => document.querySelector('[data-testid=verdict]')?.textContent === 'It held')
      const cut = await byId('verdict-facts').evaluate((list) => list.scrollHeight - list.clientHeight)
      assert.ok(cut <= 0, `${cut} pixels of the checks are hidden`)
      assert.deepEqual(await misplaced(page), [])
    })

    test(`both panels of the comparison are in sight, and the page that reads refusals fits, ${width} pixels wide`, async () => {
      const { page, byId } = await visit('', { viewport: { width, height }, hasTouch: true, isMobile: true })
      await page.goto(`${there.site.url}compare.html#stream=letters&seconds=1`)
      await page.waitForFunction(() => document.querySelector('[data-testid=compare-state]')?.dataset.done === 'true')
      for (const id of ['ours', 'usual']) {
        const { y, height: panel } = await byId(id).boundingBox()
        assert.ok(y >= 0 && y + panel <= height, `${id} ends at ${y + panel}`)
      }
      assert.deepEqual(await misplaced(page), [])
      await page.goto(`${there.site.url}refusal.html`)
      await byId('sentence').waitFor()
      assert.deepEqual(await misplaced(page), [])
    })
  }

  test('who has no pointer is not told to point; a tap beside a narrow bar means the nearest', async () => {
    const { page, byId, statusIs } = await visit('', { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true })
    // A click would leave a mouse where the chart will be.
    await byId('tour-time').tap()
    await statusIs('completed')
    assert.equal(await byId('readout').textContent(), 'Tap a bar for details.')
    await page.locator('.track').first().evaluate((track) => track.scrollIntoView({ block: 'center' }))
    const track = await page.locator('.track').first().boundingBox()
    await page.touchscreen.tap(track.x + track.width - 2, track.y + track.height - 2)
    await page.waitForFunction(() => /^Cirkelline: /.test(document.querySelector('[data-testid=readout]')?.textContent))
  })
})
