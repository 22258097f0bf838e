// examples/react-chat, vue-chat, svelte-chat and solid-chat, copied into a project: each compiles as strict TypeScript, is built by Vite,
// and each of its parts does its work in Chromium.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { serve } from '../../scripts/serve.mjs'
import { launch, openPage } from '../e2e/browser.mjs'
import { backend, play, root, until } from '../package/support.mjs'
import { binary, scratch, start } from '../server/start.mjs'
import { copied, missing, pages, runIn } from './examples.mjs'

let browser, folder
before(async () => {
  folder = await copied()
  browser = await launch()
})
after(() => browser?.close())

const json = (response, value) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
const sessions = (request, response) => /runs$/.test(request.path.split('?')[0])
  ? json(response, [{ run_id: 'r', agent_id: 'a', status: 'COMPLETED', run_input: 'What is the capital?', content: 'Copenhagen.', created_at: '2026-01-01T00:00:00Z' }])
  : json(response, { data: [{ session_id: 's-old', session_name: 'An old one', created_at: '2026-01-01T00:00:00Z' }] })

test('what needs no framework is the same file in each', () => {
  const texts = ['vue-chat', 'svelte-chat', 'solid-chat'].map((name) => readFileSync(join(root, 'examples', name, 'src/chat.ts'), 'utf8'))
  assert.equal(new Set(texts).size, 1)
})

for (const [name, check] of Object.entries(pages)) {
  describe(name, () => {
    let site, page, assertClean
    before(async () => {
      await runIn(folder, name, ['vite', 'build', '--base', './', '--logLevel', 'warn'])
      site = await serve(join(folder, name, 'dist'))
    })
    after(async () => {
      await page?.close()
      await site?.close()
    })
    const served = async (context, handle) => {
      let runs = 0
      const made = await backend((request, response) => request.path.startsWith('/sessions') ? sessions(request, response) : handle(request, response, ++runs))
      context.after(made.close)
      return made
    }
    const open = async (url, more = '') => {
      await page?.close()
      ;({ page, assertClean } = await openPage(browser, site.url))
      await page.goto(`${site.url}?endpoint=${encodeURIComponent(url)}&agent=a${more}`)
      await page.waitForSelector('input[name=message]')
    }
    const say = async (text) => {
      await page.fill('input[name=message]', text)
      await page.click('text=Send')
    }
    const body = () => page.textContent('body')
    const sessionInAddress = () => new URL(page.url()).searchParams.get('session')

    test('its types are right, and its package.json names what it needs', async () => {
      assert.deepEqual(missing(name), [])
      await runIn(folder, name, check)
    })

    test('the core is a chunk of its own, and not in what the page loads first', () => {
      const html = readFileSync(join(folder, name, 'dist/index.html'), 'utf8')
      const assets = readdirSync(join(folder, name, 'dist/assets')).filter((file) => file.endsWith('.js'))
      const withCore = assets.filter((file) => readFileSync(join(folder, name, 'dist/assets', file), 'utf8').includes('wasm-unsafe-eval'))
      assert.ok(withCore.length > 0)
      for (const file of withCore) assert.ok(!html.includes(file), file)
    })

    test('messages with tools, the timeline, and the session in the address', async (context) => {
      const { url, requests } = await served(context, (_, response) => play(response, 'agent_tool'))
      await open(url)
      await say('What is the weather?')
      await until(async () => (await page.$$('article.agent details')).length > 0 && /\(completed\)/.test(await body()))
      await until(sessionInAddress)
      assert.match(await page.textContent('article.user'), /What is the weather\?/)
      assert.doesNotMatch(await body(), /Attached/)
      assert.match(await page.textContent('.timeline summary'), /Behind the scenes \([1-9]/)
      assert.equal(requests.filter(({ path }) => path.startsWith('/agents')).length, 1)
      assertClean(url)
    })

    test('a wait has a countdown, and can be skipped', async (context) => {
      const { url } = await served(context, (_, response, number) => {
        return number === 1 ? response.writeHead(429, { 'retry-after': '60', 'access-control-expose-headers': 'retry-after' }).end() : play(response, 'agent_plain')
      })
      await open(url)
      await say('hello')
      await page.waitForSelector('.activity button')
      await until(async () => /\b[1-5]\d s/.test(await page.textContent('.activity')))
      await page.click('text=Retry now')
      await page.waitForSelector('.activity button', { state: 'detached' })
      await until(async () => (await page.textContent('.composer')).includes('Send'))
      assert.equal(await page.$('.banner'), null)
    })

    test('Stop ends an answer and keeps its text', async (context) => {
      const { url } = await served(context, (_, response) => play(response, 'agent_tool', { until: 3, end: false }))
      await open(url)
      await say('hello')
      await page.click('text=Stop')
      await until(async () => /Stopped\./.test(await body()))
      await page.waitForSelector('.composer >> text=Send')
    })

    test('the form of a paused run: allowed, and it goes on; declined, and it goes on, too', async (context) => {
      const { url, requests } = await served(context, (request, response) => play(response, /continue/.test(request.path) ? 'hitl_agent_confirm.2_continue' : 'hitl_agent_confirm.1_pause'))
      for (const [button, sent] of [['Allow', /"confirmed":true/], ['Decline', /"confirmed":false/]]) {
        await open(url)
        await say('Send it')
        await page.click(`form.pause >> text=${button}`)
        await page.waitForSelector('form.pause', { state: 'detached' })
        const continued = requests.filter(({ path }) => /continue/.test(path)).at(-1)
        assert.match(continued.form.get('tools'), sent)
      }
    })

    test('the form asks for what a run needs filled in', async (context) => {
      const { url, requests } = await served(context, (request, response) => play(response, /continue/.test(request.path) ? 'hitl_agent_input.2_continue' : 'hitl_agent_input.1_pause'))
      await open(url)
      await say('Send it')
      await page.waitForSelector('form.pause input')
      for (const input of await page.$$('form.pause input')) await input.fill('42')
      await page.click('form.pause >> text=Answer')
      await page.waitForSelector('form.pause', { state: 'detached' })
      const answered = await until(() => requests.find(({ path, form }) => /continue/.test(path) && form))
      assert.match(answered.form.get('tools'), /42/)
    })

    test('stored sessions are listed, opened, and found by the address; an attachment is named; a new chat leaves the address', async (context) => {
      const { url, requests } = await served(context, (_, response) => play(response, 'agent_plain'))
      await open(url)
      await page.click('text=An old one')
      await until(async () => /Copenhagen\./.test(await body()))
      await until(() => sessionInAddress() === 's-old')
      await open(url, '&session=s-old')
      await until(async () => /Copenhagen\./.test(await body()))
      await page.setInputFiles('input[name=files]', { name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('x') })
      await say('Read this')
      await until(async () => /Attached: note\.txt/.test(await body()))
      // The page shows the message before the server has it.
      const sent = await until(() => requests.find(({ path, form }) => path.startsWith('/agents') && form))
      assert.equal(sent.form.get('files').name, 'note.txt')
      await page.waitForSelector('.composer >> text=Send')
      await page.click('text=New chat')
      await until(async () => !(await page.$('article')))
      await until(() => !sessionInAddress())
    })

    test('an error is in a banner, is tried again, and can be closed', async (context) => {
      const { url } = await served(context, (_, response, number) => number === 1 ? response.writeHead(500).end('broken') : number === 2 ? play(response, 'agent_plain') : response.writeHead(404).end())
      await open(url)
      await say('hello')
      await page.waitForSelector('.banner')
      await page.click('.banner >> text=Try again')
      await page.waitForSelector('.banner', { state: 'detached' })
      await page.waitForSelector('.composer >> text=Send')
      assert.equal((await page.$$('article.user')).length, 1, 'the message is there once')
      await say('again')
      await page.waitForSelector('.banner')
      await page.click('.banner >> text=Close')
      await page.waitForSelector('.banner', { state: 'detached' })
    })

    test('with the example server: a rate limit is waited out, and a refresh shows the conversation again', async (context) => {
      assert.ok(existsSync(binary), 'make server-example builds the server')
      const { db, remove } = scratch()
      const server = await start(db)
      context.after(async () => {
        await server.stop()
        remove()
      })
      await page?.close()
      ;({ page } = await openPage(browser, site.url))
      await page.goto(`${site.url}?endpoint=${encodeURIComponent(server.url)}&team=cirkelline`)
      await page.waitForSelector('input[name=message]')
      await say('Hello [[limit times=1 delay=1]]')
      await until(async () => /Retrying in/.test(await page.textContent('.activity')))
      await page.waitForSelector('.composer >> text=Send')
      const answer = await page.textContent('article.agent p')
      assert.ok(answer.length > 10)
      await until(sessionInAddress)
      await page.reload()
      await until(async () => (await page.$$('article')).length === 2 && (await page.textContent('article.agent p')) === answer)
      assert.match(await page.textContent('article.agent b'), /Cirkelline/)
    })
  })
}
