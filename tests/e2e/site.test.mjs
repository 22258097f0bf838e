// What `make site` publishes: served from a folder of a static host, it works and fetches nothing from elsewhere.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { assemble } from '../../scripts/site.mjs'
import { serve } from '../../scripts/serve.mjs'
import { launch, openPage } from './browser.mjs'

let place, site, browser, hasDocs
before(async () => {
  place = mkdtempSync(join(tmpdir(), 'site-'))
  hasDocs = assemble(join(place, 'some/folder'))
  site = await serve(place)
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await site?.close()
  rmSync(place, { recursive: true, force: true })
})

async function open(path) {
  const opened = await openPage(browser, site.url)
  await opened.page.goto(`${site.url}some/folder/${path}`)
  return { ...opened, byId: (id) => opened.page.getByTestId(id) }
}

const statusIs = (page, name) => page.waitForFunction((wanted) => document.querySelector('[data-testid=status]')?.textContent === wanted, name)

test('the demo works from a folder: a recording, a live run, a connection to itself; all of it from this folder', async () => {
  const { page, byId, assertClean } = await open('')
  await byId('scenario-team_nested').click()
  await statusIs(page, 'completed')
  await byId('tour-retry').evaluate((card) => card.click())
  await statusIs(page, 'retrying')
  await byId('skip-wait').click()
  await statusIs(page, 'completed')
  await byId('to-connect').click()
  await byId('connect-own').click()
  await byId('offer-team-cirkelline').click()
  await byId('composer').fill('hello')
  await byId('send').click()
  await page.waitForFunction(() => document.querySelector('[data-testid=answer]')?.textContent.includes('You said “hello”'))
  assert.equal(await byId('to-docs').count(), hasDocs ? 1 : 0)
  assertClean()
  await page.close()
})

test('so do the pages beside it, and the documentation if it was built', async () => {
  for (const path of ['compare.html#stream=letters&seconds=1', 'refusal.html', ...(hasDocs ? ['docs/index.html', 'docs/functions/index.createStreamHandler.html', 'docs/rust/ai_stream_handler/index.html'] : [])]) {
    const { page, assertClean } = await open(path)
    await page.waitForLoadState('networkidle')
    assert.ok((await page.locator('h1').first().textContent()).length > 0, path)
    assertClean()
    await page.close()
  }
})

/** What a browser loads by itself: not links, which wait for a click. */
const LOADS = [
  /<(?:script|img|iframe|source|video|audio|embed)\b[^>]*\bsrc=["']?((?:https?:)?\/\/[^"'\s>]+)/gi,
  /<link\b(?=[^>]*\brel=["']?(?:stylesheet|preload|modulepreload|icon|preconnect|dns-prefetch|manifest))[^>]*\bhref=["']?((?:https?:)?\/\/[^"'\s>]+)/gi,
  /(?:@import\s+|url\()\s*["']?((?:https?:)?\/\/[^"')\s]+)/gi,
  /\b(?:import|from)\s*\(?\s*["']((?:https?:)?\/\/[^"']+)/g,
  /\b(?:fetch|importScripts|new (?:WebSocket|EventSource|Worker))\(\s*["'`](?:https?:|wss?:)?(\/\/[^"'`]+)/g,
]

test('no file of it names anything that a browser would load from elsewhere', () => {
  const found = []
  const files = readdirSync(place, { recursive: true }).filter((path) => /\.(html|css|js|mjs|svg)$/.test(path))
  assert.ok(files.length > 50, `${files.length} files`)
  for (const path of files) {
    const text = readFileSync(join(place, path), 'utf8')
    // The documentation shows code; what is shown is escaped or in <code>, and loads nothing.
    const live = path.endsWith('.html') ? text.replace(/<code\b[\s\S]*?<\/code>/g, '') : text
    for (const pattern of LOADS) for (const [, address] of live.matchAll(pattern)) found.push(`${path}: ${address}`)
  }
  assert.deepEqual(found, [])
})
