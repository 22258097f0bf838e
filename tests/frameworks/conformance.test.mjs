// The same scenarios in each framework, mounted in a real Chromium: pages/ has one chat per framework, with the same class names.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { serve } from '../../scripts/serve.mjs'
import { launch, openPage } from '../e2e/browser.mjs'
import { blocksOf } from '../docs/support.mjs'
import { backend, play } from '../package/support.mjs'
import { bundlePage, folder, installed } from './install.mjs'

const execute = promisify(execFile)
/** Seconds, not minutes: every page is open by then. */
const LIMIT = 20_000
async function until(isTrue) {
  for (const end = Date.now() + LIMIT; Date.now() < end; await new Promise((soon) => setTimeout(soon, 20))) if (await isTrue()) return
  throw new Error(`not in ${LIMIT / 1000} seconds: ${isTrue}`)
}

let browser, site
before(async () => {
  await installed()
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await site?.close()
})

/** Name → the page, what renders it on a server, and what hydrates that, if not the page itself. */
const frameworks = {
  react: { source: 'react.jsx', server: 'react-server.jsx', strict: true, containers: true },
  vue: { source: 'vue.js', server: 'vue-server.js', containers: true },
  svelte: { source: 'svelte.js', server: 'svelte-server.js' },
  solid: { source: 'solid.js', server: 'solid-server.jsx', hydrated: 'solid-hydrated.jsx' },
  angular: { source: 'angular.js', server: 'angular-server.js', hydrated: 'angular-hydrated.js' },
  lit: { source: 'lit.js' },
}

const base = { run_id: 'r', session_id: 's', agent_id: 'a', agent_name: 'Ann', created_at: 1_795_452_000 }
const line = (event, more = {}) => `data: ${JSON.stringify({ ...base, event, ...more })}\n\n`
const stream = (response) => response.writeHead(200, { 'content-type': 'text/event-stream' })

/** The block of styles on a page of the documentation that has `words`. */
function styleOf(page, words) {
  const [block] = blocksOf(page).filter(({ language, text }) => language === 'css' && text.includes(words))
  return block.text
}

/** Answers a word every `ms`; never ends if `words` is Infinity. */
const words = (response, words = 20, ms = 15) => {
  stream(response).write(line('RunStarted'))
  let sent = 0
  const timer = setInterval(() => {
    response.write(line('RunContent', { content: `word${sent} ` }))
    if (++sent < words) return
    clearInterval(timer)
    response.end(line('RunCompleted', { content: '' }))
  }, ms)
  response.on('close', () => clearInterval(timer))
}

for (const [name, { source, server, hydrated = source, strict, containers }] of Object.entries(frameworks)) {
  describe(name, () => {
    let page, address, assertClean
    before(async () => {
      const script = basename(await bundlePage(source))
      address = `${name}.html`
      writeFileSync(join(folder, 'site', address), `<!doctype html><meta charset="utf-8"><title>${name}</title><link rel="icon" href="data:,"><body><script type="module" src="./${script}"></script>`)
      site ??= await serve(join(folder, 'site'))
    })
    after(() => page?.close())
    const open = async (path = address) => {
      await page?.close()
      ;({ page, assertClean } = await openPage(browser, site.url))
      page.setDefaultTimeout(LIMIT)
      await page.goto(`${site.url}${path}`)
      await page.waitForFunction(() => globalThis.page?.mount)
    }
    const served = async (context, handle) => {
      const made = await backend(handle)
      context.after(made.close)
      return made
    }
    const mount = async (options, id = 'chat') => {
      await page.evaluate(([id, options]) => globalThis.page.mount(id, options), [id, options])
      await page.waitForSelector(`#${id} .status`)
      await page.waitForFunction((id) => globalThis.page.hooks[id], id)
      // Effects that subscribe come after the first paint in some.
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
    }
    const call = (method, args = [], id = 'chat') => page.evaluate(([id, method, args]) => globalThis.page.hooks[id][method](...args), [id, method, args])
    const send = (text = 'hello', id) => call('send', [text], id)
    const text = (part, id = 'chat') => page.textContent(`#${id} ${part}`)
    const shows = (part, wanted, id) => until(async () => wanted instanceof RegExp ? wanted.test(await text(part, id)) : (await text(part, id)).trim() === wanted)
    const snapshot = (id = 'chat') => page.evaluate((id) => globalThis.page.hooks[id].getSnapshot(), id)

    test('stream: the answer is shown, and of the messages only the one that grows is drawn', async (context) => {
      const { url } = await served(context, (_, response) => words(response, 20, 40))
      await open()
      await mount({ endpoint: url, agent: 'a' })
      assert.equal(await text('.status'), 'idle')
      assert.equal(await send(), 'completed')
      await shows('ul', /hello\s*word0 .*word19 $/)
      const sent = send('again')
      await until(async () => (await page.$$('#chat li')).length === 4)
      await until(async () => /word19 [^]*word1 /.test(await text('ul')))
      const { messages } = await snapshot()
      await page.evaluate(() => globalThis.page.forget())
      assert.equal(await sent, 'completed')
      await shows('.status', 'completed')
      const counts = await page.evaluate(() => globalThis.page.counts)
      assert.deepEqual(Object.keys(counts), [messages.at(-1).id])
      assertClean(url)
    })

    test('a retry is waited for in view, with the time until which it lasts', async (context) => {
      const { url } = await served(context, (_, response, number) => number === 1 ? response.writeHead(429, { 'retry-after': '2' }).end() : words(response, 2))
      await open()
      await mount({ endpoint: url, agent: 'a', retry: { delays: [2] } })
      const sent = send()
      await shows('.activity', /Retrying in 2 seconds/)
      assert.equal(await text('.status'), 'retrying')
      const { retry } = await snapshot()
      assert.ok(retry.resumesAt - Date.now() / 1000 > 0 && retry.resumesAt - Date.now() / 1000 <= 2.1)
      assert.equal(await sent, 'completed')
      await shows('.activity', '')
    })

    test('a failure is shown in a banner until it is closed', async (context) => {
      const { url } = await served(context, (_, response) => response.writeHead(404).end())
      await open()
      await mount({ endpoint: url, agent: 'a', retry: false })
      assert.equal(await send(), 'failed')
      await shows('.error', /404/)
      await call('dismissError')
      await shows('.error', '')
    })

    test('a pause is shown, answered and gone', async (context) => {
      const { url } = await served(context, (request, response) => play(response, /continue/.test(request.path) ? 'hitl_agent_confirm.2_continue' : 'hitl_agent_confirm.1_pause'))
      await open()
      await mount({ endpoint: url, agent: 'a' })
      assert.equal(await send(), 'paused')
      await shows('.pause', /\w/)
      assert.equal(await page.evaluate(() => {
        const h = globalThis.page.hooks.chat
        return h.continueRun(h.getSnapshot().pause.requirements.map((requirement) => ({ requirement, confirmed: true })))
      }), 'completed')
      await shows('.pause', '')
    })

    test('cancel stops the answer, keeps its text and hangs up', async (context) => {
      const { url, requests } = await served(context, (request, response) => /cancel/.test(request.path) ? response.end('{}') : words(response, Infinity))
      await open()
      await mount({ endpoint: url, agent: 'a' })
      const sent = send()
      await shows('ul', /word2/)
      await call('cancel')
      assert.equal(await sent, 'cancelled')
      await shows('.status', 'cancelled')
      assert.match(await text('ul'), /word2/)
      assert.equal(await requests[0].aborted, true)
    })

    test('unmounted in mid-stream it hangs up; mounted again it is a new conversation', async (context) => {
      const { url, requests } = await served(context, (_, response, number) => words(response, number === 1 ? Infinity : 3))
      await open()
      await mount({ endpoint: url, agent: 'a' })
      const sent = send()
      await shows('ul', /word2/)
      await page.evaluate(() => globalThis.page.unmount('chat'))
      assert.equal(await sent, 'cancelled')
      assert.equal(await requests[0].aborted, true)
      assert.equal(await page.evaluate(() => document.querySelector('#chat').textContent.trim()), '')
      await mount({ endpoint: url, agent: 'a' })
      assert.equal(await page.$('ul li'), null)
      assert.equal(await send('again'), 'completed')
      await shows('ul', /again\s*word0 word1 word2 $/)
      assertClean(url)
    })

    test('a message in blocks: a token draws one block, which keeps its element when it settles', async (context) => {
      const paragraphs = ['# Head\n\n', ...'one two three four five six seven eight'.split(' ').flatMap((word) => [`${word} `, '**is** ', '`it`. ', 'See [docs].\n\n']), '[docs]: /docs\n\n', 'end']
      let go
      const { url } = await served(context, async (_, response) => {
        stream(response).write(line('RunStarted'))
        for (const content of paragraphs) {
          response.write(line('RunContent', { content }))
          // Each is drawn by itself.
          await new Promise((later) => { go = later })
        }
        response.end(line('RunCompleted', { content: '' }))
      })
      await open()
      await mount({ endpoint: url, agent: 'a' }, 'blocks')
      const sent = send('hello', 'blocks')
      const answer = '#blocks li:nth-of-type(2) .block, #blocks chat-message:nth-of-type(2) .block'
      let length = 0
      for (const content of paragraphs) {
        length += content.length
        await until(async () => (await snapshot('blocks')).messages[1]?.content.length === length)
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
        await page.evaluate((answer) => { for (const element of document.querySelectorAll(answer)) element.mark ??= element.textContent.slice(0, 3) }, answer)
        go()
      }
      assert.equal(await sent, 'completed')
      await until(() => page.evaluate((answer) => document.querySelectorAll(answer).length === 11 && [...document.querySelectorAll(answer)].every(({ dataset }) => dataset.open === 'false'), answer))
      const elements = await page.evaluate((answer) => [...document.querySelectorAll(answer)].map(({ mark, textContent, dataset }) => ({ isSame: textContent.startsWith(mark), kind: dataset.kind, text: textContent })), answer)
      assert.deepEqual(elements.map(({ isSame }) => isSame), Array(11).fill(true), 'the same elements')
      assert.deepEqual(elements.map(({ kind }) => kind), ['heading', ...Array(8).fill('paragraph'), 'definition', 'paragraph'])
      assert.match(elements[1].text, /^one \*\*is\*\* `it`\. See \[docs\]\.\s+\[docs\]: \/docs$/)
      // React's StrictMode draws everything twice. Each text is drawn when it comes, and once more if its block settles as it is.
      const times = strict ? 2 : 1
      const drawn = Object.entries(await page.evaluate(() => globalThis.page.drawn))
      assert.deepEqual(drawn.filter(([, count]) => count > 2 * times), [])
      const sum = drawn.reduce((total, [, count]) => total + count, 0)
      // The user's message; a draw for each token and for each block that settles; and the eight that the late definition concerns.
      assert.ok(sum <= times * (2 + paragraphs.length + 11 + 8), `${sum} draws`)
      assertClean(url)
    })

    if (containers) test('a container around each hundred blocks: a token touches one, and the style for long answers hides nothing', async (context) => {
      let response
      const { url } = await served(context, (_, to) => { response = to })
      await open()
      await page.addStyleTag({ content: styleOf('docs/markdown.md', '.answer > section').replaceAll('.answer', 'li') })
      await mount({ endpoint: url, agent: 'a' }, 'containers')
      const sent = send('hello', 'containers')
      await until(() => response)
      const texts = Array.from({ length: 250 }, (_, at) => `paragraph ${at} of many`)
      stream(response).write(line('RunStarted') + line('RunContent', { content: texts.join('\n\n') }))
      const sections = '#containers li:nth-of-type(2) > section'
      const sizes = () => page.evaluate((sections) => [...document.querySelectorAll(sections)].map(({ children }) => children.length), sections)
      await until(async () => (await sizes()).length === 3)
      assert.deepEqual(await sizes(), [100, 100, 50])
      await page.evaluate((sections) => {
        globalThis.touched = new Set()
        const all = [...document.querySelectorAll(sections)]
        all.forEach((section, at) => new MutationObserver(() => globalThis.touched.add(at)).observe(section, { subtree: true, childList: true, characterData: true, attributes: true }))
      }, sections)
      response.write(line('RunContent', { content: ' and more' }))
      await until(() => page.evaluate((sections) => document.querySelector(`${sections}:last-of-type`).textContent.endsWith('249 of many and more'), sections))
      assert.deepEqual(await page.evaluate(() => [...globalThis.touched]), [2])
      // The last container is out of view: it is not laid out, and yet it is found, copied and read aloud.
      assert.equal(await page.evaluate((sections) => document.querySelector(`${sections}:last-of-type > :last-child`).checkVisibility({ contentVisibilityAuto: true }), sections), false)
      assert.ok(await page.evaluate(() => (getSelection().selectAllChildren(document.body), getSelection().toString().includes('paragraph 240 of many'))))
      const devTools = await page.context().newCDPSession(page)
      const { nodes } = await devTools.send('Accessibility.getFullAXTree')
      assert.ok(nodes.some(({ name }) => name?.value?.includes('paragraph 240 of many')))
      assert.ok(await page.evaluate(() => (getSelection().removeAllRanges(), globalThis.find('249 of many and more'))))
      await page.emulateMedia({ media: 'print' })
      assert.equal(await page.evaluate((sections) => getComputedStyle(document.querySelector(sections)).contentVisibility, sections), 'visible')
      response.end(line('RunCompleted', { content: '' }))
      assert.equal(await sent, 'completed')
      assertClean(url)
    })

    test('two on a page are two conversations', async (context) => {
      const { url } = await served(context, (_, response) => words(response, 3))
      await open()
      await mount({ endpoint: url, agent: 'a' }, 'one')
      await mount({ endpoint: url, agent: 'b' }, 'two')
      assert.deepEqual(await Promise.all([send('to one', 'one'), send('to two', 'two')]), ['completed', 'completed'])
      await shows('ul', /^\s*to one\s*word0 word1 word2 $/, 'one')
      await shows('ul', /^\s*to two\s*word0 word1 word2 $/, 'two')
      await page.evaluate(() => globalThis.page.unmount('one'))
      assert.equal(await send('again', 'two'), 'completed')
    })

    test('in a hidden tab the answer arrives, and is there when the tab is shown', async (context) => {
      const { url } = await served(context, (_, response) => words(response))
      await open()
      await mount({ endpoint: url, agent: 'a', notify: 'frame' })
      const hide = (hidden) => page.evaluate((hidden) => {
        Object.defineProperty(document, 'hidden', { configurable: true, value: hidden })
        Object.defineProperty(document, 'visibilityState', { configurable: true, value: hidden ? 'hidden' : 'visible' })
        document.dispatchEvent(new Event('visibilitychange'))
      }, hidden)
      const sent = send()
      await hide(true)
      assert.equal(await sent, 'completed')
      await hide(false)
      await shows('ul', /word19 $/)
      await shows('.status', 'completed')
    })

    test('replaced in place, as by hot reload, the old one hangs up and the new one works', async (context) => {
      const { url, requests } = await served(context, (_, response, number) => words(response, number === 1 ? Infinity : 3))
      await open()
      await mount({ endpoint: url, agent: 'a' })
      void send().catch(() => {})
      await shows('ul', /word1/)
      await page.evaluate(async (options) => {
        await globalThis.page.unmount('chat')
        globalThis.page.mount('chat', options)
      }, { endpoint: url, agent: 'a' })
      assert.equal(await requests[0].aborted, true)
      await mount({ endpoint: url, agent: 'a' }, 'other')
      assert.equal(await send('new'), 'completed')
      await shows('ul', /new\s*word0 word1 word2 $/)
    })

    test('a wrong option is thrown with the name of what was called', async () => {
      await open()
      const error = await page.evaluate(async () => {
        const errors = []
        addEventListener('error', ({ message }) => errors.push(message))
        addEventListener('unhandledrejection', ({ reason }) => errors.push(String(reason)))
        const { error } = console
        console.error = (...parts) => errors.push(parts.map(String).join(' '))
        try { await globalThis.page.mount('chat', { agnet: 'a' }) } catch (thrown) { errors.push(String(thrown)) }
        await new Promise((done) => setTimeout(done, 300))
        console.error = error
        return errors.join('\n')
      })
      assert.match(error, /(useAIStreamHandler|createAIStreamHandler|injectAIStreamHandler|AIStreamController): there is no option agnet; did you mean agent\?/)
    })

    if (server) {
      test('rendered on a server it has no side effects, and hydrates what the server rendered', async (context) => {
        const { url, requests } = await served(context, (_, response) => words(response, 3))
        const program = await bundlePage(server, { platform: 'node', mode: 'production' })
        const { stdout } = await execute(process.execPath, [program, JSON.stringify({ endpoint: url, agent: 'a' })], { timeout: 30_000 })
        const html = stdout.trim()
        assert.match(html, /<p class="status">idle<\/p>/)
        assert.equal(requests.length, 0)
        const path = `${name}-hydrated.html`
        // Angular's mark that nothing has changed the text on its way: the first in the body.
        const [mark] = /^<!--nghm-->/.exec(html) ?? ['']
        writeFileSync(join(folder, 'site', path), `<!doctype html><meta charset="utf-8"><title>${name}</title><link rel="icon" href="data:,"><body>${mark}<div id="chat">${html.slice(mark.length)}</div><script type="module" src="./${basename(await bundlePage(hydrated))}"></script>`)
        await open(path)
        const section = await page.evaluateHandle(() => document.querySelector('#chat section'))
        await page.evaluate((options) => globalThis.page.mount('chat', options, true), { endpoint: url, agent: 'a' })
        await page.waitForFunction(() => globalThis.page.hooks.chat)
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
        assert.equal(await send(), 'completed')
        await shows('ul', /hello\s*word0 word1 word2 $/)
        assert.equal(await page.evaluate((section) => document.querySelector('#chat section') === section, section), true, 'the same elements')
        assertClean(url)
      })
    } else {
      test('on a server it has no side effects', async () => {
        const program = await bundlePage(`${name}-server.js`, { platform: 'node', mode: 'production' })
        const { stdout } = await execute(process.execPath, [program], { timeout: 30_000 })
        assert.equal(stdout.trim(), 'idle')
      })
    }

    if (strict) test('its page runs in StrictMode', async () => assert.match(await import('node:fs').then(({ readFileSync }) => readFileSync(join(import.meta.dirname, 'pages', source), 'utf8')), /<StrictMode>/))
  })
}
