// 'ai-stream-handler/react' in a real Chromium, with React 18 and 19 in development mode under StrictMode: what renders, what
// lives, and what goes.
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { openPage } from '../e2e/browser.mjs'
import { backend, frame, play, recording, until } from '../package/support.mjs'
import { bundledSite } from './site.mjs'

const there = bundledSite()

/** A backend whose answers begin and never end. */
async function unending(context) {
  const begun = await backend((request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(frame('RunStarted', { run_id: 'r', session_id: 's' }))
  })
  context.after(begun.close)
  return begun
}

for (const react of [18, 19]) {
  describe(`with React ${react}`, () => {
    let page, assertClean, address
    before(async () => {
      address = await there.build('page.jsx', { react })
    })
    const open = async () => {
      await page?.close()
      ;({ page, assertClean } = await openPage(there.browser, there.site.url))
      await page.goto(address)
      await page.waitForFunction(() => globalThis.page)
    }
    const text = (selector) => page.textContent(selector)
    const renders = () => page.evaluate(() => ({ ...globalThis.page.renders }))

    test('it is this React, and rendering makes one handler however often StrictMode rehearses', async () => {
      await open()
      assert.match(await page.evaluate(() => globalThis.page.version), new RegExp(`^${react}\\.`))
      await page.evaluate(() => globalThis.page.show('App'))
      await page.waitForSelector('#status', { state: 'attached' })
      await until(() => page.evaluate(() => globalThis.page.channels() === 1))
      await page.evaluate(() => globalThis.page.hide())
      await until(() => page.evaluate(() => globalThis.page.channels() === 0))
      assertClean()
    })

    test('a component that reads only the activity status does not render when text arrives', async () => {
      await open()
      await page.evaluate(() => globalThis.page.show('App', {}, { strict: false }))
      await page.waitForSelector('#status', { state: 'attached' })
      await page.evaluate(() => {
        const { page } = globalThis
        page.handler().begin('hello')
        page.frame('RunStarted')
        page.frame('RunContent', { content: 'a' })
      })
      await page.waitForFunction(() => document.querySelector('#status')?.textContent.includes('responding'))
      const before = await renders()
      await page.evaluate(async () => {
        for (let i = 0; i < 50; i++) {
          globalThis.page.frame('RunContent', { content: ` ${i}` })
          do await new Promise(requestAnimationFrame)
          while (!document.querySelector('article[data-role=agent]').textContent.endsWith(` ${i}`))
        }
      })
      const now = await renders()
      assert.deepEqual([now.Status, now.Parts, now.ByEqual, now.App], [before.Status, before.Parts, before.ByEqual, before.App])
      assert.equal(now.Messages, before.Messages + 50, 'the messages render for each of 50 pieces of text')
      assert.match(await text('article[data-role=agent]'), /^a 0 1 .* 49$/)
      assertClean()
    })

    test('a component that reads one thing of the hook renders for that thing alone', async () => {
      await open()
      await page.evaluate(() => globalThis.page.show('OnlyStatus', {}, { strict: false }))
      await page.waitForSelector('#status', { state: 'attached' })
      await page.evaluate(() => {
        globalThis.page.handler().begin('hello')
        globalThis.page.frame('RunStarted')
      })
      await page.waitForFunction(() => document.querySelector('#status')?.textContent === 'streaming')
      const before = await renders()
      await page.evaluate(async () => {
        for (let i = 0; i < 20; i++) {
          globalThis.page.frame('RunContent', { content: ` ${i}` })
          await new Promise(requestAnimationFrame)
        }
      })
      assert.deepEqual(await renders(), before)
      await page.evaluate(() => globalThis.page.frame('RunCompleted', { content: 'done' }))
      await page.waitForFunction(() => document.querySelector('#status')?.textContent === 'completed')
      assertClean()
    })

    test('of a thousand messages the one renders whose text grows', async () => {
      await open()
      await page.evaluate(() => {
        globalThis.page.show('App', {}, { strict: false })
      })
      await page.waitForSelector('#status', { state: 'attached' })
      await page.evaluate(() => {
        const { page } = globalThis
        page.handler().load({ sessionId: 's', messages: Array.from({ length: 1000 }, (_, i) => ({ role: i % 2 ? 'agent' : 'user', content: `old ${i}` })) })
        page.handler().begin('hello')
        page.frame('RunStarted')
        page.frame('RunContent', { content: 'a' })
      })
      await page.waitForFunction(() => document.querySelectorAll('article').length === 1002)
      await page.evaluate(async () => {
        globalThis.page.forget()
        for (let i = 0; i < 20; i++) {
          globalThis.page.frame('RunContent', { content: ` ${i}` })
          do await new Promise(requestAnimationFrame)
          while (![...document.querySelectorAll('article')].at(-1).textContent.endsWith(` ${i}`))
        }
      })
      const { Message, Messages } = await renders()
      assert.equal(Messages, 20, 'the list renders for each of 20 pieces of text')
      assert.equal(Message, Messages, 'each time the list rendered, one message did')
      assertClean()
    })

    test('callbacks are the same for ever, and the hook as long as nothing that was read of it changed', async () => {
      await open()
      await page.evaluate(() => globalThis.page.show('App'))
      await page.waitForSelector('#status', { state: 'attached' })
      await page.evaluate(() => {
        globalThis.page.handler().begin('hello')
        globalThis.page.frame('RunContent', { content: 'a' })
        globalThis.page.show('App', { fields: { user_id: 'other' } })
      })
      await page.waitForFunction(() => document.querySelectorAll('article').length === 2)
      // StrictMode renders the first time twice, each time from nothing.
      assert.ok(await page.evaluate(() => globalThis.page.seen.send.size) <= 2)
      assert.ok(await page.evaluate(() => globalThis.page.seen.hook.size) <= 2)
      assertClean()
    })

    test('a screen reader hears whole sentences while the component renders each token', async () => {
      await open()
      await page.evaluate(() => globalThis.page.show('Announced'))
      await page.waitForSelector('#announced', { state: 'attached' })
      await page.evaluate(async () => {
        globalThis.page.handler().begin('hello')
        globalThis.page.frame('RunStarted')
        for (const content of 'The first sentence is here. The second one follows it. And'.match(/\S+\s*/g)) {
          globalThis.page.frame('RunContent', { content })
          await new Promise(requestAnimationFrame)
        }
      })
      await until(async () => (await page.evaluate(() => globalThis.page.said)).join(' ').includes('The second one follows it.'))
      const said = (await page.evaluate(() => globalThis.page.said)).join(' ')
      assert.equal(said.split('The first sentence is here.').length, 2, said)
      assert.ok(await page.evaluate(() => globalThis.page.seen.handler.size) <= 2, 'StrictMode renders the first time twice')
      assertClean()
    })

    test('under StrictMode it sends and shows the whole answer, with headers and fields of the last render', async (context) => {
      const { url, requests, close } = await backend((request, response) => play(response, 'team_nested'))
      context.after(close)
      await open()
      await page.evaluate((endpoint) => globalThis.page.show('Whole', { endpoint, team: 'cirkelline', headers: { 'x-turn': '1' }, fields: { user_id: 'ann' } }), url)
      await page.waitForSelector('#whole', { state: 'attached' })
      await page.evaluate((endpoint) => globalThis.page.show('Whole', { endpoint, team: 'cirkelline', headers: () => ({ 'x-turn': '2' }), fields: { user_id: 'bob' } }), url)
      await page.evaluate(() => new Promise(requestAnimationFrame))
      const outcome = await page.evaluate(() => globalThis.page.handler().send('hello'))
      assert.equal(outcome, 'completed')
      const { truth } = recording('team_nested')
      await until(async () => (await text('#whole')).endsWith(`|${truth.run.body.content}`))
      assert.equal(requests.length, 1)
      assert.deepEqual([requests[0].headers['x-turn'], requests[0].form.get('user_id')], ['2', 'bob'])
      assertClean(url)
    })

    test('another agent is another conversation; the one before is hung up and disposed of', async (context) => {
      const { url, requests } = await unending(context)
      await open()
      await page.evaluate((endpoint) => globalThis.page.show('Whole', { endpoint, agent: 'a' }), url)
      await page.waitForSelector('#whole', { state: 'attached' })
      await page.evaluate(() => void globalThis.page.handler().send('to a'))
      await until(async () => (await text('#whole')).includes('to a'))
      await until(() => requests.length === 1)
      const same = () => page.evaluate(() => (globalThis.known ??= globalThis.page.handler().handler) === globalThis.page.handler().handler)
      await same()
      await page.evaluate((endpoint) => globalThis.page.show('Whole', { endpoint, agent: 'a', team: '', headers: {} }), url)
      await page.evaluate(() => new Promise(requestAnimationFrame))
      assert.equal(await same(), true, 'an empty id is none')
      await page.evaluate((endpoint) => globalThis.page.show('Whole', { endpoint, agent: 'b' }), url)
      await until(async () => await text('#whole') === '')
      assert.equal(await same(), false)
      assert.equal(await requests[0].aborted, true)
      await page.evaluate(() => void globalThis.page.handler().send('to b'))
      await until(() => requests.length === 2)
      assert.deepEqual(requests.map(({ path }) => path), ['/agents/a/runs', '/agents/b/runs'])
      await until(() => page.evaluate(() => globalThis.page.channels() === 1))
      assertClean(url)
    })

    test('another agent is asked, with the options of its render, where a child is the first to subscribe', async (context) => {
      const { url, requests } = await unending(context)
      await open()
      for (const agent of ['a', 'b', 'c']) {
        await page.evaluate(([endpoint, agent]) => globalThis.page.show('App', { endpoint, agent, name: agent, headers: { 'x-for': agent } }), [url, agent])
        await page.waitForSelector('#status', { state: 'attached' })
        await page.waitForFunction(() => globalThis.page.handler().handler !== globalThis.known)
        await page.evaluate(async () => {
          globalThis.known = globalThis.page.handler().handler
          // React runs effects a few turns after the render.
          for (let turn = 0; turn < 10; turn++) await new Promise(requestAnimationFrame)
        })
        await page.evaluate(() => void globalThis.page.handler().send('hello'))
        await until(() => requests.some(({ headers }) => headers['x-for'] === agent))
      }
      assert.deepEqual(requests.map(({ path }) => path), ['/agents/a/runs', '/agents/b/runs', '/agents/c/runs'])
      assertClean(url)
    })

    test('unmounting hangs up; what is called afterwards says so and makes nothing', async (context) => {
      const { url, requests } = await unending(context)
      await open()
      await page.evaluate((endpoint) => globalThis.page.show('Whole', { endpoint, agent: 'a' }), url)
      await page.waitForSelector('#whole', { state: 'attached' })
      const sent = page.evaluate(() => globalThis.page.handler().send('hello'))
      await until(() => requests.length === 1)
      await page.evaluate(() => globalThis.page.hide())
      assert.equal(await sent, 'cancelled')
      assert.equal(await requests[0].aborted, true)
      const error = await page.evaluate(() => globalThis.page.handler().send('again').catch((e) => e.message))
      assert.match(error, /send\(\) after dispose\(\)/)
      assert.equal(await page.evaluate(() => globalThis.page.channels()), 0)
      assertClean(url)
    })

    if (react === 19) {
      test('a page that React hides and shows again (Activity) goes on in the same conversation', async () => {
        await open()
        assert.equal(await page.evaluate(() => globalThis.page.hasActivity), true)
        await page.evaluate(() => globalThis.page.show('App', {}, { hidden: false }))
        await page.waitForSelector('#status', { state: 'attached' })
        await page.evaluate(() => {
          globalThis.page.handler().begin('hello')
          globalThis.page.frame('RunContent', { content: 'before, ' })
        })
        await page.waitForFunction(() => document.querySelectorAll('article').length === 2)
        await page.evaluate(() => globalThis.page.show('App', {}, { hidden: true }))
        await page.waitForFunction(() => getComputedStyle(document.querySelector('#status')).display === 'none')
        // React runs effects, and their cleanup, a few turns after the render.
        await page.evaluate(async () => { for (let turn = 0; turn < 10; turn++) await new Promise(requestAnimationFrame) })
        await page.evaluate(() => {
          globalThis.page.frame('RunContent', { content: 'and while it is hidden' })
          globalThis.page.frame('RunCompleted', { content: 'before, and while it is hidden' })
          globalThis.page.handler().end()
        })
        assert.equal(await page.evaluate(() => globalThis.page.handler().getSnapshot().status), 'completed')
        await page.evaluate(() => globalThis.page.show('App', {}, { hidden: false }))
        await page.evaluate(() => {
          globalThis.page.handler().begin('again')
          globalThis.page.frame('RunContent', { content: 'after', run_id: 'r2' })
        })
        await page.waitForFunction(() => document.querySelectorAll('article').length === 4)
        assert.deepEqual(await page.$$eval('article', (all) => all.map((one) => one.textContent)), ['hello', 'before, and while it is hidden', 'again', 'after'])
        assert.equal(await page.evaluate(() => globalThis.page.handler().getSnapshot().sessionId), 's')
        // Removed while it is hidden, it is disposed of.
        await page.evaluate(() => globalThis.page.show('App', {}, { hidden: true }))
        await page.evaluate(() => globalThis.page.hide())
        await until(() => page.evaluate(() => globalThis.page.channels() === 0))
        assertClean()
      })
    }
  })
}
