// Nothing that is on the screen moves while an answer streams; the page is there soon; and the keyboard is enough.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { demoSite } from './demo-site.mjs'

const { visit } = demoSite()

const SCENARIOS = ['seedroute_seed_plain', 'agent_two_parallel_tools', 'seedroute_later_text_and_tool_then_429_then_ok', 'scripted_long_answer', 'scripted_parallel_members']
// On a tall page the conversation never scrolls, so scrolling cannot hide a row that moves.
for (const [name, width, height, scenarios] of [
  ['a wide page', 1280, 860, SCENARIOS], ['a narrow page', 390, 844, SCENARIOS],
  ['a narrow, tall page', 390, 1600, ['scripted_parallel_members']], ['the narrowest page', 320, 844, ['scripted_parallel_members']],
]) {
  for (const scenario of scenarios) {
    test(`while an answer streams nothing on the screen moves: ${scenario}, ${name}`, async (context) => {
      const view = await visit(scenario === 'scripted_long_answer' ? '#speed=4' : '', { viewport: { width, height } })
      if (width < 860) await view.page.locator('.menu').click()
      await view.byId(`scenario-${scenario}`).click()
      await view.page.locator('.turn .user').waitFor()
      await view.forgetShifts()
      await view.statusIs('completed')
      const shifts = await view.shifts()
      const sum = shifts.reduce((total, { value }) => total + value, 0)
      context.diagnostic(`layout shift of ${scenario}, ${name}: ${sum.toFixed(4)}`)
      // What a leader says before it delegates stands below the work of its members, and makes room for it.
      const bySelf = scenario === 'scripted_parallel_members' ? /^div\.answer / : /^$/
      const moved = shifts.flatMap(({ of }) => of).filter((what) => !bySelf.test(what))
      assert.deepEqual(moved, [], 'what was on the screen stays where it was')
      if (scenario !== 'scripted_parallel_members') assert.equal(sum, 0)
    })
  }
}

test('the page is painted after a handful of small files, and says so before its code has come', async (context) => {
  const view = await visit('', { bypassCSP: false })
  const found = await view.page.evaluate(async () => {
    const painted = await new Promise((done) => new PerformanceObserver((list) => done(list.getEntriesByName('first-contentful-paint')[0])).observe({ type: 'paint', buffered: true }))
    const paint = painted.startTime
    const files = performance.getEntriesByType('resource').map(({ name, renderBlockingStatus, decodedBodySize, responseEnd }) => ({ name: new URL(name).pathname, blocks: renderBlockingStatus === 'blocking', bytes: decodedBodySize, before: responseEnd < paint }))
    return { paint, files }
  })
  const blocking = found.files.filter(({ blocks }) => blocks)
  const bytes = blocking.reduce((sum, file) => sum + file.bytes, 0)
  const before = found.files.filter((file) => file.before)
  context.diagnostic(`first contentful paint after ${found.paint.toFixed(0)} ms; ${blocking.length} files block it, ${bytes} bytes; ${before.length} had come by then`)
  assert.ok(blocking.length > 0 && blocking.every(({ name }) => name.endsWith('.css')), blocking.map(({ name }) => name).join(' '))
  assert.ok(blocking.length <= 9 && bytes < 50_000, `${blocking.length} files, ${bytes} bytes`)
  assert.ok(!before.some(({ name }) => /recordings\/.*\.sse|page_backend/.test(name)), 'nothing that is not needed yet')
})

test('with the keyboard alone: choose, replay, stop, read behind the scenes, allow a tool, write, change the theme', async () => {
  const view = await visit('#speed=4')
  const { page } = view
  const focused = () => page.evaluate(() => {
    const node = document.activeElement
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(node.closest('.composer-box') ?? node)
    if (node === document.body) return { name: '' }
    return { name: node.getAttribute('data-testid') ?? node.getAttribute('aria-label') ?? node.textContent.slice(0, 60), seen: outlineStyle !== 'none' && outlineWidth !== '0px' || boxShadow !== 'none' }
  })
  /** Tabs on until `name` has the focus; every stop on the way can be seen. */
  const tabTo = async (name, key = 'Tab') => {
    for (let step = 0; step < 120; step++) {
      await page.keyboard.press(key)
      const at = await focused()
      if (at.name !== '') assert.ok(at.seen, `the focus on ${at.name} is not to be seen`)
      if (at.name === name || at.name.startsWith(name)) return
    }
    assert.fail(`${name} cannot be reached`)
  }
  await tabTo('scenario-hitl_agent_confirm.1_pause')
  await page.keyboard.press('Enter')
  await view.byId('approve').waitFor()
  await tabTo('approve')
  await page.keyboard.press('Enter')
  await view.statusIs('completed')
  await tabTo('Behind the Scenes', 'Shift+Tab')
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => document.querySelector('.timeline')?.open === false)
  await page.keyboard.press('Enter')
  await tabTo('Events behind the scenes')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => document.querySelector('.entry details')?.open)
  await tabTo('composer')
  await page.keyboard.type('Hello')
  await page.keyboard.press('Enter')
  // A message is a live chat with the demo's own backend.
  await page.waitForFunction(() => document.querySelector('.turn .user')?.textContent === 'Hello')
  await view.statusIs('completed')
  await tabTo('scenario-seedroute_seed_plain', 'Shift+Tab')
  await page.keyboard.press('Enter')
  await view.statusIs('completed')
  await tabTo('speed')
  await page.keyboard.press('ArrowDown')
  await tabTo('theme', 'Shift+Tab')
  await page.keyboard.press('Space')
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark')
  view.assertClean()
})
