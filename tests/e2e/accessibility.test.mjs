// axe finds nothing in any state of the demo, the keyboard reaches everything, nothing on the screen moves while an answer streams, and
// no byte comes from anywhere else.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from '../package/support.mjs'
import { assertAccessible } from './accessibility.mjs'
import { demoSite } from './demo-site.mjs'

const there = demoSite()
const { visit } = there

const answered = (page) => page.waitForFunction(() => document.querySelector('[data-testid=answer]')?.textContent.length > 20)
const openAll = (page, selector) => page.$$eval(selector, (all) => all.forEach((one) => { one.open = true }))

/** Each drives a fresh page into one state; `menu` also opens the drawer of the narrow page. */
const STATES = {
  welcome: ['', async () => {}],
  streaming: ['#scenario=scripted_long_answer&speed=0.25', ({ page }) => answered(page)],
  'members side by side': ['#scenario=scripted_parallel_members&speed=4', ({ statusIs }) => statusIs('completed')],
  'a retry being waited out': ['#scenario=seedroute_seed_max_retries', ({ statusIs }) => statusIs('retrying')],
  'the error banner': ['#scenario=seedroute_later_unexpected_error&speed=max', ({ byId }) => byId('banner').waitFor()],
  'a pause that asks for a yes': ['#scenario=hitl_agent_confirm.1_pause&speed=max', ({ byId }) => byId('approve').waitFor()],
  'timeline, tools and reasoning open': ['#scenario=agent_reasoning_tools&speed=max', async ({ page, statusIs }) => {
    await statusIs('completed')
    await openAll(page, '.turn details')
  }],
  'a replay at its end, with follow-ups': ['#scenario=agent_followups&speed=max', ({ statusIs }) => statusIs('completed')],
  'unicode and code': ['#scenario=team_unicode&speed=max', ({ statusIs }) => statusIs('completed')],
  'live, with rate limits open': ['', async ({ page, byId, statusIs }) => {
    await byId('live-page-retries').click()
    await statusIs('retrying')
    await openAll(page, 'details')
  }],
  'a recording, halted in its middle': ['', async ({ page, byId }) => {
    await byId('recording-file').setInputFiles(['sse', 'json'].map((end) => join(root, `tests/fixtures/recordings/seedroute_later_text_and_tool_then_429_then_ok.${end}`)))
    await byId('transport-play').click()
    await byId('scrubber').evaluate((slider) => {
      slider.value = slider.max / 2
      slider.dispatchEvent(new Event('input'))
    })
    await page.waitForFunction(() => document.querySelector('[data-testid=raw-frame]')?.textContent.includes('data:'))
  }],
  'live, with sends that wait': ['', async ({ page, byId }) => {
    await byId('live-queue').click()
    await page.locator('[data-testid=waiting]').nth(2).waitFor()
  }],
}

for (const [state, [hash, reach]] of Object.entries(STATES)) {
  test(`axe finds nothing to object to: ${state}`, async () => {
    const view = await visit(hash)
    await reach(view)
    await assertAccessible(view.page, state)
    assert.deepEqual(await view.forbidden(), [])
  })
}

test('axe finds nothing to object to: the drawer of a narrow page', async () => {
  const view = await visit('', { viewport: { width: 390, height: 844 } })
  await view.page.locator('.menu').click()
  await view.page.waitForFunction(() => document.body.classList.contains('drawer-open'))
  await assertAccessible(view.page, 'drawer')
})

test('axe finds nothing to object to: a saved run that is opened again, with its transport', async () => {
  const view = await visit('#scenario=seedroute_seed_plain&speed=max')
  await view.statusIs('completed')
  const [download] = await Promise.all([view.page.waitForEvent('download'), view.byId('save-run').click()])
  await view.page.locator('input[type=file]').setInputFiles({ name: download.suggestedFilename(), mimeType: 'application/gzip', buffer: readFileSync(await download.path()) })
  await view.byId('scrubber').waitFor()
  await assertAccessible(view.page, 'transport')
  assert.deepEqual(await view.forbidden(), [])
})

test('axe finds nothing to object to: the page that compares', async () => {
  const view = await visit()
  await view.page.goto(`${there.site.url}compare.html`)
  await view.page.waitForFunction(() => document.querySelector('[data-testid=compare-state]')?.dataset.done === 'true')
  await assertAccessible(view.page, 'compare')
  assert.deepEqual(await view.forbidden(), [])
})

test('who asks for less motion sees none, and a narrow page never scrolls sideways', async () => {
  const running = (page) => page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === 'running').length)
  const moving = await visit('#scenario=seedroute_seed_max_retries')
  await moving.statusIs('retrying')
  assert.ok((await running(moving.page)) > 0, 'or the next assertion means nothing')
  const still = await visit('#scenario=seedroute_seed_max_retries', { reducedMotion: 'reduce', viewport: { width: 390, height: 844 } })
  await still.statusIs('retrying')
  assert.equal(await running(still.page), 0)
  const [inner, outer] = await still.page.evaluate(() => [document.documentElement.scrollWidth, innerWidth])
  assert.ok(inner <= outer, `${inner} > ${outer}`)
})

test('a whole session asks for nothing but this page’s own files, and its policy forbids what it does not need', async () => {
  const view = await visit()
  const policy = await view.page.locator('meta[http-equiv=Content-Security-Policy]').getAttribute('content')
  assert.ok(!/unsafe-inline|unsafe-eval(?<!wasm-unsafe-eval)|\*/.test(policy), policy)
  assert.match(policy, /^default-src 'none';/)
  for (const id of ['scenario-seedroute_seed_plain', 'scenario-team_nested', 'live-refused', 'scenario-scripted_parallel_members']) {
    await view.byId(id).click()
    await view.page.locator('.turn').first().waitFor()
  }
  await view.byId('theme').click()
  await answered(view.page)
  assert.deepEqual(await view.forbidden(), [])
  view.assertClean()
  // It is in force: what no page of ours does is refused.
  await view.page.evaluate(() => {
    const style = document.createElement('style')
    style.textContent = '* { color: red }'
    document.head.append(style)
    document.body.insertAdjacentHTML('beforeend', '<img src="http://127.0.0.1:9/pixel.png"><i style="color: red"></i>')
    new WebSocket('ws://127.0.0.1:9')
  }).catch(() => {})
  await view.page.waitForFunction(() => globalThis.forbidden.length >= 4)
  assert.deepEqual((await view.forbidden()).map((text) => text.split(' ')[0]).sort(), ['connect-src', 'img-src', 'style-src-attr', 'style-src-elem'])
})
