// What every state of the demo has to bear: axe, and a record of layout shifts and of policy violations.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { openPage } from './browser.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** WCAG 2.1, levels A and AA. */
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']

/** Each state is looked at in all of these. */
export const LOOKS = [['light', 1280, 860], ['dark', 1280, 860], ['light', 390, 844], ['dark', 390, 844]]

/** A page of its own that also notes what the policy forbade and what moved on the screen. */
export async function openWatched(browser, site, { path = '', hash = '', ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options })
  const opened = await openPage(context, site.url)
  const { page } = opened
  await page.addInitScript(() => {
    globalThis.forbidden = []
    addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample }) => globalThis.forbidden.push([effectiveDirective, blockedURI, sample].join(' ')))
    globalThis.shifts = []
    const name = (node) => (node?.nodeType === 1 ? node.tagName.toLowerCase() + (node.getAttribute('class') ? '.' + node.getAttribute('class').replaceAll(' ', '.') : '') : String(node?.nodeName))
    new PerformanceObserver((list) => {
      for (const { value, sources } of list.getEntries()) globalThis.shifts.push({ value, of: sources.map(({ node, previousRect, currentRect }) => `${name(node)} ${[previousRect, currentRect].map(({ x, y }) => `${Math.round(x)},${Math.round(y)}`).join(' → ')}`) })
    }).observe({ type: 'layout-shift', buffered: true })
  })
  await page.goto(site.url + path + hash)
  return {
    ...opened, context,
    byId: (id) => page.getByTestId(id),
    text: (id) => page.getByTestId(id).textContent(),
    statusIs: (name) => page.waitForFunction((wanted) => document.querySelector('[data-testid=status]')?.textContent === wanted, name),
    forbidden: () => page.evaluate(() => globalThis.forbidden),
    shifts: () => page.evaluate(DRAWN).then(() => page.evaluate(() => globalThis.shifts)),
    /** What moved before is known once it has been drawn. */
    forgetShifts: () => page.evaluate(DRAWN).then(() => page.evaluate(() => { globalThis.shifts.length = 0 })),
  }
}

/** In the page: what has changed is drawn, and its shifts are told. The second frame begins behind the painting of the first. */
const DRAWN = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))

/** Zero violations, in both themes, wide and narrow. */
export async function assertAccessible(page, state) {
  for (const [theme, width, height] of LOOKS) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width, height })
    const found = await violations(page)
    assert.deepEqual(found, [], `${state}, ${theme}, ${width} px`)
  }
}

export async function violations(page) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe)
  const { violations } = await page.evaluate((values) => globalThis.axe.run(document, { runOnly: { type: 'tag', values }, resultTypes: ['violations'] }), TAGS)
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target, any }) => `${target} ${any[0]?.message ?? ''}`).join(' | ')}`)
}
