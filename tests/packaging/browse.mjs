// Looks at a page of a project in a real Chromium.
import assert from 'node:assert/strict'
import { launch, openPage } from '../e2e/browser.mjs'
import { recording } from '../package/support.mjs'
import { RECORDING, serving, tool } from './projects.mjs'

let browser
export const begin = async () => { browser = await launch() }
export const end = () => browser?.close()

/** The elements in `selectors` show the recording's answer, and nothing went wrong on the way. */
export async function showsTheAnswer(url, selectors = ['#answer']) {
  const { page, assertClean } = await openPage(browser, url)
  const warnings = []
  page.on('console', (message) => message.type() === 'warning' && warnings.push(message.text()))
  try {
    await page.goto(url)
    const { content } = recording(RECORDING).truth.run.body
    for (const selector of selectors) {
      await page.waitForFunction(([selector, text]) => document.querySelector(selector)?.textContent === text, [selector, content])
        .catch(async () => assert.equal(await page.textContent(selector), content, selector))
    }
    assertClean()
    assert.deepEqual(warnings, [])
  } finally {
    await page.close()
  }
}

/**
 * The page loads the core with the first message, and nothing of it before: counted by what the browser fetches, in a page whose idle
 * time never comes.
 */
export async function loadsTheCoreLate(url, { isDevelopment = false } = {}) {
  const { page, assertClean } = await openPage(browser, url)
  const scripts = []
  page.on('response', (response) => {
    if (response.request().resourceType() === 'script') scripts.push(response.text().catch(() => ''))
  })
  /** The scripts with the core: it alone has this text. */
  const cores = async () => (await Promise.all(scripts)).filter((text) => text.includes('wasm-unsafe-eval')).length
  try {
    await page.addInitScript(() => { globalThis.requestIdleCallback = () => 0 })
    await page.goto(`${url}/?send`, { waitUntil: 'networkidle' })
    assert.ok(scripts.length > 0)
    assert.equal(await cores(), 0, 'before the first message')
    const before = scripts.length
    await page.click('#send')
    const { content } = recording(RECORDING).truth.run.body
    await page.waitForFunction((text) => document.querySelector('#answer')?.textContent === text, content)
    assert.equal(await cores(), 1, 'with the first message')
    if (!isDevelopment) assert.equal(scripts.length - before, 1, 'it is one chunk')
    assertClean()
  } finally {
    await page.close()
  }
}

/** Vite builds the project of the tests without a word, and what it built shows the answer. */
export async function builtByVite(folder) {
  const said = await tool(folder, 'vite', 'build', '--logLevel', 'warn')
  // But for its word on chunks of half a megabyte, of which React and this package make one.
  const rest = said.replace(/.*\[plugin builtin:vite-reporter\]\s*/, '').replace(/\(!\) Some chunks are larger[^]*?chunkSizeWarningLimit\.?\s*/, '')
  assert.doesNotMatch(rest, /warn|ai-stream-handler/i)
  const { url, stop } = await serving(folder, 'vite', (port) => ['preview', '--host', '127.0.0.1', '--port', String(port), '--strictPort'])
  try {
    await showsTheAnswer(url, ['#answer', '#worker', '#slim'])
    await loadsTheCoreLate(url)
  } finally {
    await stop()
  }
}
