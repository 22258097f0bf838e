// Takes the README's screenshots of the demo: `make screenshots`, into .github/screenshots. Each is one state of the page, reached by
// clicking as a user would, and at most 150 KB.
import { mkdirSync, rmSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { launch } from '../tests/e2e/browser.mjs'
import { serve } from './serve.mjs'

const root = join(import.meta.dirname, '..')
const folder = join(root, '.github/screenshots')
const MAX_BYTES = 150 * 1024
const WIDE = { width: 1280, height: 800 }
const NARROW = { width: 390, height: 800 }

const byId = (page, id) => page.getByTestId(id)
const status = (page, name) => page.waitForFunction((wanted) => document.querySelector('[data-testid=status]')?.textContent === wanted, name)
const verdict = (page) => page.waitForFunction(() => document.querySelector('[data-testid=verdict]')?.textContent.startsWith('It '))

/** Closes Behind the Scenes, opens the chart, and scrolls to it. */
async function openChart(page) {
  await page.locator('.timeline > summary').last().click()
  await page.locator('.chart > summary').last().click()
  await page.locator('.chart').last().evaluate((chart) => chart.scrollIntoView({ block: 'end' }))
}

const PICTURES = {
  retry: { size: WIDE, theme: 'light', async reach(page) {
    await byId(page, 'live-page-retries').click()
    await status(page, 'retrying')
    await page.waitForTimeout(1500)
  } },
  time: { size: WIDE, theme: 'light', hash: '#scenario=scripted_parallel_members', async reach(page) {
    await status(page, 'completed')
    await openChart(page)
  } },
  chaos: { size: WIDE, theme: 'dark', hash: '#scenario=team_nested&speed=max', async reach(page) {
    await byId(page, 'chaos').selectOption('malformed')
    await verdict(page)
  } },
  narrow: { size: NARROW, theme: 'dark', hash: '#scenario=seedroute_seed_max_retries', async reach(page) {
    await status(page, 'retrying')
    await page.waitForTimeout(1500)
  } },
}

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
const site = await serve(join(root, 'www'))
const browser = await launch()
try {
  for (const [name, { size, theme, hash = '', reach }] of Object.entries(PICTURES)) {
    const context = await browser.newContext({ viewport: size, colorScheme: theme })
    const page = await context.newPage()
    page.on('pageerror', (error) => { throw error })
    await page.goto(site.url + hash)
    await byId(page, 'composer').waitFor()
    await reach(page)
    await page.waitForTimeout(400)
    const path = join(folder, `${name}.png`)
    await page.screenshot({ path })
    await context.close()
    const { size: bytes } = statSync(path)
    if (bytes > MAX_BYTES) throw new Error(`${name}.png has ${bytes} bytes; the limit is ${MAX_BYTES}`)
    console.log(`   ${relative(root, path)}: ${Math.round(bytes / 1024)} KB`)
  }
} finally {
  await browser.close()
  await site.close()
}
