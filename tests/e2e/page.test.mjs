// The installed bundle in plain pages of a real Chromium: no bundler, no framework; in a page, in a Web Worker, and
// under content security policies.
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { serve } from '../../scripts/serve.mjs'
import { freePort } from '../free-port.mjs'
import { backend, frame, install, play, recording } from '../package/support.mjs'
import { launch, openPage } from './browser.mjs'

let browser, site, remove, folder
before(async () => {
  const installed = await install()
  remove = installed.remove
  folder = join(installed.scratch, 'site')
  mkdirSync(folder)
  cpSync(join(installed.scratch, 'node_modules/ai-stream-handler/dist'), join(folder, 'dist'), { recursive: true })
  site = await serve(folder)
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await site?.close()
  remove?.()
})

/** What the page and the worker run: one send, then the essence of the last snapshot. */
const sending = `
  import { createStreamHandler } from './dist/index.js'
  export async function send(endpoint, options = {}) {
    const handler = createStreamHandler({ endpoint, team: 'cirkelline', ...options })
    let calls = 0
    handler.subscribe(() => calls++)
    const outcome = await handler.send('hello')
    const { turns, sessionId, error } = handler.getSnapshot()
    handler.dispose()
    return { outcome, answer: turns[0].answer.content, members: turns[0].work.length, sessionId, error, calls }
  }
`

async function open(name, { csp = '', body = '' } = {}) {
  writeFileSync(join(folder, 'sending.js'), sending)
  writeFileSync(join(folder, `${name}.js`), body)
  writeFileSync(join(folder, `${name}.html`), `<!doctype html><meta charset="utf-8"><title>${name}</title><link rel="icon" href="data:,">
    ${csp && `<meta http-equiv="Content-Security-Policy" content="${csp}">`}
    <script type="module" src="./${name}.js"></script>`)
  const opened = await openPage(browser, site.url)
  await opened.page.goto(`${site.url}${name}.html`)
  return opened
}

const inPage = `import { send } from './sending.js'; globalThis.send = send`
const ready = (page) => page.waitForFunction(() => globalThis.send)

async function check(result, name) {
  const { truth } = recording(name)
  assert.deepEqual([result.outcome, result.answer, result.sessionId, result.error], ['completed', truth.run.body.content, truth.session_id, null])
}

test('a page with one module script sends and streams', async (context) => {
  const server = await backend((_, response) => play(response, 'team_nested'))
  context.after(() => server.close())
  const { page, assertClean } = await open('plain', { body: inPage })
  await ready(page)
  const result = await page.evaluate((url) => globalThis.send(url), server.url)
  await check(result, 'team_nested')
  assert.ok(result.members >= 3)
  assertClean(server.url)
  await page.close()
})

test('a page that made a handler has the module ready when somebody writes, and was not kept from anything', async (context) => {
  const { page, assertClean } = await open('ahead', {
    body: `
      const asked = globalThis.asked = []
      for (const name of ['Module', 'Instance', 'compile']) {
        WebAssembly[name] = new Proxy(WebAssembly[name], {
          construct: (target, given) => (asked.push(name), Reflect.construct(target, given)),
          apply: (target, self, given) => (asked.push(name), Reflect.apply(target, self, given)),
        })
      }
      const { createStreamHandler } = await import('./dist/index.js')
      const handler = createStreamHandler({ notify: 'sync' })
      const atOnce = asked.slice()
      let calls = 0
      handler.subscribe(() => calls++)
      globalThis.answer = () => {
        const ahead = asked.slice()
        const before = handler.getSnapshot()
        handler.begin('hello')
        handler.feed(new TextEncoder().encode('data: {"event":"RunContent","run_id":"1","content":"hi"}\\n\\n'))
        const { messages, sessions, sessionId } = handler.getSnapshot()
        return { atOnce, ahead, now: asked.slice(ahead.length), before: [before.status, before.messages.length], calls, said: messages.map(({ content }) => content), sessions, sessionId }
      }`,
  })
  context.after(() => page.close())
  await page.waitForFunction(() => globalThis.asked?.filter((name) => name === 'Instance').length === 2)
  const { atOnce, ahead, now, ...rest } = await page.evaluate(() => globalThis.answer())
  assert.deepEqual(atOnce, ['Module'], 'the few lines that unpack it, which say whether anything can be compiled here')
  assert.deepEqual(ahead, ['Module', 'Instance', 'compile', 'Instance'])
  assert.deepEqual(now, [])
  assert.deepEqual(rest, { before: ['idle', 0], calls: 2, said: ['hello', 'hi'], sessions: [], sessionId: null })
  assertClean()
})

test('a Web Worker does the same', async (context) => {
  const server = await backend((_, response) => play(response, 'team_nested'))
  context.after(() => server.close())
  writeFileSync(join(folder, 'worker.js'), `
    import { send } from './sending.js'
    onmessage = ({ data }) => send(data).then(postMessage, (error) => postMessage({ outcome: String(error) }))
  `)
  const { page, assertClean } = await open('with-worker', {
    body: `globalThis.send = (url) => new Promise((done) => {
      const worker = new Worker('./worker.js', { type: 'module' })
      worker.onmessage = ({ data }) => done(data)
      worker.onerror = ({ message }) => done({ outcome: message })
      worker.postMessage(url)
    })`,
  })
  await ready(page)
  await check(await page.evaluate((url) => globalThis.send(url), server.url), 'team_nested')
  assertClean(server.url)
  await page.close()
})

test('the first send to a server that is away, or does not allow the page, says at once which it is', async (context) => {
  let allowed = false
  const server = createServer((request, response) => {
    if (allowed) response.setHeader('access-control-allow-origin', '*')
    if (request.method === 'OPTIONS') return response.writeHead(204, { 'access-control-allow-headers': '*' }).end()
    if (request.method === 'GET') return response.writeHead(404).end()
    response.writeHead(401, { 'content-type': 'application/json' }).end('{"detail":"Invalid or expired token"}')
  })
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
  context.after(() => server.close())
  const url = `http://127.0.0.1:${server.address().port}`
  const away = `http://127.0.0.1:${await freePort()}`
  const { page } = await open('cors', { body: inPage })
  await ready(page)
  const ask = async (endpoint) => (await page.evaluate((endpoint) => globalThis.send(endpoint), endpoint)).error
  const origin = new URL(site.url).origin
  const path = '/teams/cirkelline/runs'
  assert.deepEqual(await ask(away), { message: `The server at ${away} could not be reached. Is it running, and is the address right?`, type: 'network', retryable: true, url: away + path })
  assert.deepEqual(await ask(url), { message: `The server is there, but does not allow ${origin} to read its answers (CORS). AgentOS(cors_allowed_origins=["${origin}"]) does.`, type: 'network', retryable: true, url: url + path })
  allowed = true
  assert.equal((await ask(url)).httpStatus, 401)
  await page.close()
})

test('a policy that allows wasm and nothing else is enough', async (context) => {
  const server = await backend((_, response) => play(response, 'team_plain'))
  context.after(() => server.close())
  const { page, assertClean } = await open('strict', {
    csp: `default-src 'none'; img-src data:; script-src 'self' 'wasm-unsafe-eval'; connect-src ${server.url}`, body: inPage,
  })
  await ready(page)
  await check(await page.evaluate((url) => globalThis.send(url), server.url), 'team_plain')
  assertClean(server.url)
  await page.close()
})

test("a policy that forbids wasm gives an error that names the directive", async () => {
  const { page } = await open('no-wasm', { csp: `default-src 'none'; script-src 'self'; img-src data:`, body: inPage })
  const uncaught = []
  page.on('pageerror', (error) => uncaught.push(String(error)))
  await ready(page)
  const said = await page.evaluate(() => globalThis.send('http://127.0.0.1:9').then(({ error }) => error?.message, (error) => error.message))
  assert.equal(said, "ai-stream-handler: the page's Content-Security-Policy forbids WebAssembly. Add 'wasm-unsafe-eval' to its script-src.")
  assert.deepEqual(uncaught, [], 'one error, to whoever asked')
  await page.close()
})

test('a page that hosts the module: init takes its address, its bytes, an answer with it, or what was compiled of it', async () => {
  const { page, assertClean } = await open('hosted', { body: `
    import { createStreamHandler, init } from './dist/slim.js'
    const address = new URL('./dist/core.wasm', import.meta.url)
    const bytes = await (await fetch(address)).arrayBuffer()
    globalThis.before = (() => { try { createStreamHandler() } catch (error) { return error.message } })()
    globalThis.used = []
    for (const source of [address.href, address, bytes, new Uint8Array(bytes), await fetch(address), await WebAssembly.compile(bytes)]) {
      await init(source)
      const handler = createStreamHandler({ notify: 'sync' })
      handler.begin('hello')
      handler.feed(new TextEncoder().encode('data: {"event":"RunContent","run_id":"r","content":"hi"}\\n\\n'))
      globalThis.used.push(handler.getSnapshot().messages.at(-1).content)
      handler.dispose()
    }
    globalThis.done = true
  ` })
  await page.waitForFunction(() => globalThis.done)
  assert.deepEqual(await page.evaluate(() => globalThis.used), Array(6).fill('hi'))
  assert.match(await page.evaluate(() => globalThis.before), /await init\('\/path\/to\/core\.wasm'\) first/)
  assertClean()
})

test('the slim entry under a policy that forbids wasm says the same', async () => {
  const { page } = await open('hosted-no-wasm', { csp: `default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:`, body: `
    import { init } from './dist/slim.js'
    globalThis.said = await init('./dist/core.wasm').then(() => 'started', (error) => error.message)
  ` })
  await page.waitForFunction(() => globalThis.said)
  assert.match(await page.evaluate(() => globalThis.said), /^ai-stream-handler: the page's Content-Security-Policy forbids WebAssembly\./)
  await page.close()
})

test('five thousand tokens in one burst are told in far fewer notifications, and none is lost', async (context) => {
  const base = { team_id: 'cirkelline', team_name: 'Cirkelline', run_id: 'run-1', session_id: 'session-1' }
  const tokens = Array.from({ length: 5000 }, (_, index) => `t${index} `)
  const server = await backend((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(frame('TeamRunStarted', base))
    for (const content of tokens) response.write(frame('TeamRunContent', { ...base, content }))
    response.end(frame('TeamRunCompleted', { ...base, content: tokens.join('') }))
  })
  context.after(() => server.close())
  const { page, assertClean } = await open('burst', { body: inPage })
  await ready(page)
  const result = await page.evaluate((url) => globalThis.send(url), server.url)
  assert.equal(result.answer, tokens.join(''))
  assert.ok(result.calls < 500, `${result.calls} notifications`)
  assertClean(server.url)
  await page.close()
})

test('an answer without the CORS header is an error of type network', async (context) => {
  const server = await backend((_, response) => {
    response.removeHeader('access-control-allow-origin')
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end()
  })
  context.after(() => server.close())
  const { page } = await open('no-cors', { body: inPage })
  await ready(page)
  const { outcome, error } = await page.evaluate((url) => globalThis.send(url, { retry: { maxRetries: 1, baseDelay: 0.1 } }), server.url)
  assert.deepEqual([outcome, error.type, server.requests.length], ['failed', 'network', 2])
  await page.close()
})

test('announce() makes a live region of its own, out of sight, and takes it away again', async () => {
  const { page, assertClean } = await open('announce', { body: `
    import { createStreamHandler } from './dist/index.js'
    import { announce } from './dist/a11y.js'
    const h = createStreamHandler({ notify: 'sync' })
    const said = []
    new MutationObserver((changes) => changes.forEach(({ target }) => target.ariaLive && said.push([target.ariaLive, target.textContent]))).observe(document.body, { childList: true, subtree: true })
    const stop = announce(h, { interval: 0 })
    const encoder = new TextEncoder()
    const event = (event, data) => h.feed(encoder.encode(\`data: \${JSON.stringify({ event, run_id: 'r', agent_name: 'Ann', ...data })}\\n\\n\`))
    Object.assign(globalThis, { h, said, stop, event })
  ` })
  await page.waitForFunction(() => globalThis.event)
  await page.evaluate(() => {
    globalThis.h.begin('hello')
    globalThis.event('RunContent', { content: 'It is fine. And' })
  })
  await page.waitForFunction(() => globalThis.said.some(([live, text]) => live === 'polite' && text === 'It is fine.'))
  const regions = await page.$$eval('[aria-live]', (all) => all.map((one) => [one.ariaLive, one.getBoundingClientRect().width]))
  assert.deepEqual(regions, [['polite', 1], ['assertive', 1]])
  await page.evaluate(() => globalThis.event('RunError', { content: 'It broke.' }))
  await page.waitForFunction(() => globalThis.said.some(([live, text]) => live === 'assertive' && text === 'It broke.'))
  await page.evaluate(() => globalThis.stop())
  assert.equal(await page.$('[aria-live]'), null)
  assertClean()
})
