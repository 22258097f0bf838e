// A real Chromium for the tests of pages. It never needs the network: each page reports requests that leave the
// origins it was allowed, and everything that the console calls an error.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chromium } from 'playwright-core'
import { PATIENCE } from '../patience.mjs'

/** CHROMIUM, or the first Chromium or Chrome on PATH. */
function executable() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8' }).trim()
    } catch { /* the next one */ }
  }
  throw new Error('no Chromium found: install it, or set CHROMIUM to its path')
}

export const launch = () => chromium.launch({
  executablePath: executable(),
  timeout: PATIENCE,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})

/**
 * A page of its own. `assertClean(...allowed)` fails if there was an error in it, or a request to anything but
 * `origin` and the `allowed` ones.
 */
export async function openPage(browser, origin) {
  const page = await browser.newPage()
  page.setDefaultTimeout(PATIENCE)
  const problems = []
  const requests = []
  page.on('pageerror', (error) => problems.push(`uncaught: ${error.stack ?? error}`))
  page.on('console', (message) => message.type() === 'error' && problems.push(`console: ${message.text()} ${message.location().url}`))
  page.on('request', (request) => requests.push(request.url()))
  // Every text that the activity line and the countdown ever showed: some are there for a few frames only.
  await page.addInitScript(() => {
    globalThis.activities = []
    globalThis.countdowns = []
    new MutationObserver(() => {
      for (const [id, shown] of [['activity', globalThis.activities], ['countdown', globalThis.countdowns]]) {
        const text = document.querySelector(`[data-testid=${id}]`)?.textContent
        if (text && shown.at(-1) !== text) shown.push(text)
      }
    }).observe(document, { childList: true, subtree: true, characterData: true })
  })
  return {
    page,
    activities: () => page.evaluate(() => globalThis.activities),
    countdowns: () => page.evaluate(() => globalThis.countdowns),
    assertClean(...allowed) {
      assert.deepEqual(problems, [])
      const elsewhere = requests.filter((url) => !['data:', 'blob:', origin, ...allowed].some((start) => url.startsWith(start)))
      assert.deepEqual(elsewhere, [], 'requests that leave the origin')
    },
  }
}
