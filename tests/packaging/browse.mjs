// Looks at a page of a project in a real Chromium.
import assert from 'node:assert/strict'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { serve } from '../../scripts/serve.mjs'
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

/** The plain page, whose scripts `build(folder, into)` writes, loads the core with the first message. */
export async function plainPageLoadsTheCoreLate(folder, build) {
  const site = join(folder, 'public')
  cpSync(join(folder, 'index.html'), join(site, 'index.html'))
  await build(folder, site)
  const { url, close } = await serve(site)
  try {
    await loadsTheCoreLate(url.replace(/\/$/, ''))
  } finally {
    await close()
  }
}

/**
 * An edit of the component while an answer streams, in Vite's development server: the page is not loaded again, and the answer goes
 * on.
 */
export async function streamsThroughAnEdit(folder) {
  const { url, stop } = await serving(folder, 'vite', (port) => ['--host', '127.0.0.1', '--port', String(port), '--strictPort', '--force'])
  const { page, assertClean } = await openPage(browser, url)
  const { truth, ...recorded } = recording(RECORDING)
  const bytes = Buffer.from(recorded.bytes)
  const shown = () => page.textContent('#answer')
  try {
    // The recording arrives as the test passes it on.
    await page.addInitScript(() => {
      const { fetch } = globalThis
      globalThis.asked = 0
      globalThis.fetch = (...args) => {
        if (args[0] !== '/recording.sse') return fetch(...args)
        globalThis.asked++
        return Promise.resolve(new Response(new ReadableStream({ start: (controller) => void (globalThis.stream = controller) })))
      }
    })
    const pass = (from, to) => page.evaluate((text) => globalThis.stream.enqueue(new TextEncoder().encode(text)), bytes.subarray(from, to).toString('utf8'))
    await page.goto(`${url}/?send`)
    await page.click('#send')
    await page.waitForFunction(() => globalThis.stream)
    // All but the last piece of the answer, and what follows it.
    const middle = bytes.lastIndexOf('event: TeamRunContent\n')
    assert.ok(middle > 0)
    await pass(0, middle)
    await page.waitForFunction(() => document.querySelector('#answer').textContent.length > 20)
    const before = await shown()
    const file = join(folder, 'Chat.jsx')
    writeFileSync(file, readFileSync(file, 'utf8').replace('<section>', '<section data-edited>'))
    await page.waitForSelector('section[data-edited]')
    assert.equal(await shown(), before)
    await pass(middle)
    await page.evaluate(() => globalThis.stream.close())
    await page.waitForFunction((text) => document.querySelector('#answer').textContent === text, truth.run.body.content)
    assert.ok(before.length < truth.run.body.content.length)
    assert.equal(await page.evaluate(() => globalThis.asked), 1)
    assertClean()
  } finally {
    await page.close()
    await stop()
  }
}
