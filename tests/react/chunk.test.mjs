// The chunk with the core, in a real Chromium: when it is fetched, and what a page does while it is late, blocked, gone or broken. A
// page on a train.
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { basename } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { serve } from '../../scripts/serve.mjs'
import { launch, openPage } from '../e2e/browser.mjs'
import { backend, install, play, recording, until } from '../package/support.mjs'
import { bundle, pageFor } from './bundle.mjs'

let browser, site, scratch, remove, server, address
/** The chunk with the core: it alone has this text. */
let core
before(async () => {
  ;({ scratch, remove } = await install())
  address = pageFor(scratch, basename(await bundle(scratch, 'page.jsx', { mode: 'production', splitting: true })).replace(/\.\w+$/, '.js'))
  core = readdirSync(`${scratch}/site`).find((name) => name.startsWith('chunk-') && readFileSync(`${scratch}/site/${name}`, 'utf8').includes('wasm-unsafe-eval'))
  site = await serve(`${scratch}/site`)
  browser = await launch()
  server = await backend((request, response) => play(response, 'agent_plain'))
})
after(async () => {
  await browser?.close()
  await site?.close()
  await server?.close()
  remove?.()
})

const { truth } = recording('agent_plain')
const NOT_LOADED = 'The chat could not be loaded. Try again, or reload the page.'

/** A page whose idle time never comes, unless `idle`. `chunks`: the requests of the chunk; `answer(route)`: what becomes of them. */
async function open(context, { idle = false, answer = (route) => route.continue() } = {}) {
  const { page, assertClean } = await openPage(browser, site.url)
  context.after(() => page.close())
  const chunks = []
  const world = { page, chunks, answer, assertClean }
  await page.route(`**/${core}`, async (route) => {
    chunks.push(route.request().url())
    await world.answer(route).catch(() => {})
  })
  if (!idle) await page.addInitScript(() => { globalThis.requestIdleCallback = () => 0 })
  await page.goto(`${site.url}${address}`)
  await page.waitForFunction(() => globalThis.page)
  return world
}
const show = (page, options = {}) => page.evaluate(([endpoint, options]) => {
  globalThis.page.show('App', { endpoint, agent: 'web-researcher', ...options })
}, [server.url, options]).then(() => page.waitForSelector('#status', { state: 'attached' }))
const send = (page, text = 'hello') => page.evaluate((text) => {
  globalThis.outcome = null
  globalThis.page.handler().send(text).then((outcome) => (globalThis.outcome = outcome), (error) => (globalThis.outcome = `rejected: ${error.message}`))
}, text)
const outcome = (page) => page.waitForFunction(() => globalThis.outcome).then((handle) => handle.jsonValue())
const articles = (page) => page.$$eval('article', (all) => all.map((one) => one.textContent))
const finished = (page) => page.evaluate(() => globalThis.page.finished)
const snapshot = (page) => page.evaluate(() => { const { status, error, activityStatus } = globalThis.page.handler().getSnapshot(); return { status, error, activityStatus } })

describe('the chunk is fetched', () => {
  test('once, in idle time after the first effect, and not before', async (context) => {
    const { page, chunks, assertClean } = await open(context, { idle: true })
    await sleep(300)
    assert.deepEqual(chunks, [])
    await show(page)
    await until(() => chunks.length === 1)
    await until(() => page.evaluate(() => globalThis.page.channels() === 1))
    await send(page)
    assert.equal(await outcome(page), 'completed')
    assert.equal(chunks.length, 1)
    assertClean(server.url)
  })

  test('with the first send otherwise, which shows the message at once and keeps its element', async (context) => {
    const { page, chunks, assertClean } = await open(context, { answer: async (route) => { await sleep(700); await route.continue() } })
    await show(page)
    await sleep(300)
    assert.deepEqual(chunks, [])
    await send(page)
    await page.waitForSelector('article[data-role=user]')
    assert.equal(await page.textContent('#status'), 'Web Researcher is working...')
    assert.deepEqual(await articles(page), ['hello', ''])
    await page.evaluate(() => { for (const one of document.querySelectorAll('article')) one.known = true })
    assert.equal(await outcome(page), 'completed')
    await until(async () => (await articles(page)).at(-1) === truth.run.body.content)
    assert.deepEqual(await page.$$eval('article', (all) => all.map((one) => one.known)), [true, true])
    assert.equal(chunks.length, 1)
    assertClean(server.url)
  })

  test('for all components of a page together', async (context) => {
    const { page, chunks } = await open(context, { idle: true })
    await show(page)
    await until(() => chunks.length === 1)
    await show(page, { agent: 'other' })
    await send(page)
    assert.equal(await outcome(page), 'completed')
    assert.equal(chunks.length, 1)
  })
})

describe('a chunk that is late', () => {
  test('finds the component gone: nothing is sent, and nothing lives', async (context) => {
    const { page, assertClean } = await open(context, { answer: async (route) => { await sleep(500); await route.continue() } })
    await show(page)
    const before = server.requests.length
    await send(page)
    await page.evaluate(() => globalThis.page.hide())
    assert.equal(await outcome(page), 'cancelled')
    await sleep(800)
    assert.equal(server.requests.length, before)
    assert.equal(await page.evaluate(() => globalThis.page.channels()), 0)
    assertClean(server.url)
  })

  test('finds the message cancelled', async (context) => {
    const { page } = await open(context, { answer: async (route) => { await sleep(500); await route.continue() } })
    await show(page)
    const before = server.requests.length
    await send(page)
    await page.evaluate(() => globalThis.page.handler().cancel())
    assert.equal(await outcome(page), 'cancelled')
    assert.deepEqual(await finished(page), [['cancelled', 'hello', '']])
    await until(() => page.evaluate(() => globalThis.page.channels() === 1))
    await sleep(200)
    assert.equal(server.requests.length, before)
    assert.deepEqual(await articles(page), ['hello', ''])
    assert.equal((await finished(page)).length, 1)
    await send(page, 'again')
    assert.equal(await outcome(page), 'completed')
    assert.deepEqual((await finished(page)).slice(1), [['completed', 'again', truth.run.body.content]])
  })

  test('has not been needed to name an option that there is not; it names a wrong one, and neither counts', async (context) => {
    let arrive
    const { page, chunks } = await open(context, { answer: async (route) => { await new Promise((resolve) => (arrive = resolve)); await route.continue() } })
    const warned = []
    page.on('console', (message) => message.type() === 'warning' && warned.push(message.text()))
    await show(page, { apiUrl: 'x', retry: 3, team: 'b', name: 7, sessionId: 5 })
    assert.deepEqual(warned, ['useAIStreamHandler: there is no option apiUrl. The option is ignored.'])
    await send(page)
    await until(() => chunks.length === 1 && arrive)
    assert.deepEqual([(await snapshot(page)).status, await articles(page)], ['connecting', ['hello', '']])
    arrive()
    assert.equal(await outcome(page), 'completed')
    assert.deepEqual(warned.slice(1).sort(), [
      'useAIStreamHandler: name must be a string or null, not number 7. The option is ignored.',
      'useAIStreamHandler: one of agent, team and workflow, not agent and team. The option is ignored.',
      'useAIStreamHandler: retry must be an object or false, not number 3. The option is ignored.',
      'useAIStreamHandler: sessionId must be a string or null, not number 5. The option is ignored.',
    ])
    assert.equal((await articles(page)).at(-1), truth.run.body.content)
  })
})

describe('a chunk that does not come', () => {
  const failures = {
    'because there is no network': (route) => route.abort('internetdisconnected'),
    'because a new deployment has removed it': (route) => route.fulfill({ status: 404, body: 'Not found' }),
    'because a page comes in its place': (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }),
  }
  for (const [why, answer] of Object.entries(failures)) {
    test(`${why}, is asked for again, and at once when the page is back online`, async (context) => {
      const world = await open(context, { answer })
      const { page, chunks } = world
      await show(page)
      await send(page)
      await until(() => chunks.length >= 2)
      assert.deepEqual([(await snapshot(page)).status, await articles(page)], ['connecting', ['hello', '']])
      world.answer = (route) => route.continue()
      await page.evaluate(() => dispatchEvent(new Event('online')))
      assert.equal(await outcome(page), 'completed')
      assert.deepEqual((await articles(page))[0], 'hello')
    })
  }

  test('in fifteen seconds: the message has failed, says what to do, and is sent when it is sent again', { timeout: 90_000 }, async (context) => {
    const world = await open(context, { answer: (route) => route.abort('failed') })
    const { page, chunks } = world
    await show(page)
    const began = Date.now()
    await send(page)
    assert.equal(await outcome(page), 'failed')
    assert.ok(Date.now() - began > 12_000, `${Date.now() - began} ms`)
    assert.equal(chunks.length, 5)
    assert.equal(await page.textContent('#parts'), `failed ${NOT_LOADED}`)
    assert.deepEqual(await articles(page), ['hello', ''])
    assert.equal(await page.evaluate(() => globalThis.page.handler().turns[0].unsent), 'hello')
    world.answer = (route) => route.continue()
    await send(page, 'again')
    assert.equal(await outcome(page), 'completed')
    const [first, , second, answer] = await articles(page)
    assert.deepEqual([first, second, answer], ['hello', 'again', truth.run.body.content])
    assert.deepEqual((await finished(page)).map(([outcome, text]) => [outcome, text]), [['failed', 'hello'], ['completed', 'again']])
    assert.equal((await snapshot(page)).error, null)
  })

  test('because what came is broken: only a reload helps, which the banner says', { timeout: 90_000 }, async (context) => {
    const world = await open(context, { answer: (route) => route.fulfill({ contentType: 'text/javascript', body: 'export const a = {' }) })
    const { page, chunks } = world
    await show(page)
    await send(page)
    assert.equal(await outcome(page), 'failed')
    assert.equal((await snapshot(page)).error.message, NOT_LOADED)
    // Chromium remembers what did not parse.
    assert.equal(chunks.length, 1)
    world.answer = (route) => route.continue()
    await page.reload()
    await page.waitForFunction(() => globalThis.page)
    await show(page)
    await send(page)
    assert.equal(await outcome(page), 'completed')
  })
})

test('a policy that forbids WebAssembly fails the message, with what to allow', async (context) => {
  const { page } = await openPage(browser, site.url)
  context.after(() => page.close())
  await page.route(new RegExp(`${address}$`), async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': "script-src 'self'; connect-src *" } })
  })
  await page.goto(`${site.url}${address}`)
  await page.waitForFunction(() => globalThis.page)
  await show(page)
  await send(page)
  assert.equal(await outcome(page), 'failed')
  assert.match((await snapshot(page)).error.message, /'wasm-unsafe-eval'/)
  assert.deepEqual(await articles(page), ['hello', ''])
})
