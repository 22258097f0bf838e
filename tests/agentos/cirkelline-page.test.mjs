// The page of examples/cirkelline-ui, which has the traits of the Cirkelline UI, with the replaced hook: in a real Chromium,
// against the real AgentOS, and against a retrying route (the server example).
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { build } from 'esbuild'
import { launch, openPage } from '../e2e/browser.mjs'
import { install, root, until } from '../package/support.mjs'
import { scratch, start } from '../server/start.mjs'
import { proxyTo } from './proxy.mjs'
import { startAgentOS } from './support.mjs'

const example = join(root, 'examples/cirkelline-ui')
const tokens = (n) => `Here it is: ${Array.from({ length: n }, (_, i) => `tok${i} `).join('')}`.trim()

let browser, agentos, server, database, remove, pages
before(async () => {
  const installed = await install()
  remove = installed.remove
  const { outputFiles } = await build({
    entryPoints: [join(example, 'src/main.tsx')], bundle: true, write: false, format: 'esm', jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    alias: { '@': join(example, 'src'), 'ai-stream-handler/agent-ui': join(installed.scratch, 'node_modules/ai-stream-handler/dist/agent-ui.js') },
    nodePaths: [join(root, 'node_modules')], logLevel: 'warning',
  })
  const read = (name) => readFileSync(join(example, name), 'utf8')
  pages = { '/': ['text/html', read('index.html')], '/page.js': ['text/javascript', outputFiles[0].text], '/page.css': ['text/css', read('page.css')] }
  agentos = await startAgentOS()
  database = scratch()
  server = await start(database.db)
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await agentos?.close()
  await server?.stop()
  database?.remove()
  remove?.()
})

const open = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

async function visit(target = agentos.url, query = '') {
  const proxy = await proxyTo(target, pages)
  const { page } = await openPage(browser, proxy.url)
  const errors = []
  page.on('pageerror', (error) => errors.push(String(error)))
  open.push(() => assert.deepEqual(errors, []), () => page.close(), proxy.close)
  await page.goto(`${proxy.url}/${query}`)
  await page.waitForFunction(() => new URL(location.href).searchParams.get('team') === 'cirkelline')
  return {
    page, proxy,
    async send(text) {
      await page.fill('textarea', text)
      await page.press('textarea', 'Enter')
    },
    idle: () => until(async () => await page.$('button:text("Stop")') === null && await page.$('button:text("Send")') !== null),
    session: () => new URL(page.url()).searchParams.get('session'),
    answers: () => page.$$eval('[data-testid=answer]', (all) => all.map((one) => one.innerText.trim())),
    banner: () => page.$eval('[data-testid=banner]', (one) => one.innerText).catch(() => null),
  }
}

test('the replacement files have at most 40 lines', () => {
  for (const path of ['examples/agent-ui/useAIStreamHandler.tsx', 'examples/cirkelline-ui/src/hooks/useAIStreamHandler.tsx']) {
    const lines = readFileSync(join(root, path), 'utf8').trimEnd().split('\n').length
    assert.ok(lines <= 40, `${path}: ${lines} lines`)
  }
})

describe('against the real AgentOS', () => {
  for (const [script, delegations] of [['[[nested]]', 2], ['[[parallel]]', 2]]) {
    test(`${script}: the final answer stands after the delegations, once, with the members behind the scenes`, async () => {
      const { page, send, idle, answers, session, proxy } = await visit()
      await send(`Find out. ${script}`)
      await until(async () => (await answers()).some((text) => text.includes('tok5')), 'the answer')
      await idle()
      assert.equal((await page.$$('[data-testid=turn]')).length, 1)
      const [answer] = await answers()
      assert.equal((await answers()).length, 1)
      // The loader that the new session in the address has set off is long done; what it brought did not replace this.
      await until(() => proxy.requests.some((line) => line.startsWith(`GET /sessions/${session()}/runs`)))
      assert.deepEqual(await answers(), [answer])
      assert.ok(answer.endsWith(tokens(6)), answer)
      const rolesOf = (role) => page.$$eval(`[data-role=${role}]`, (all) => all.map((one) => one.textContent))
      assert.equal((await rolesOf('delegation')).length, delegations, (await rolesOf('delegation')).join('\n'))
      assert.equal((await rolesOf('agent')).length, delegations, (await rolesOf('agent')).join('\n'))
      assert.doesNotMatch(await page.textContent('[data-testid=behind]'), /Invalid Date|undefined/)
    })
  }

  test('a limit that passes: its retries are the activity, its answer is shown, and the next question has its own', async () => {
    const { page, send, idle, answers, activities } = await visitWatched()
    await send('Now. [[limit key=page times=2]]')
    await until(async () => (await answers()).at(-1)?.includes('tok5'), 'the answer')
    await idle()
    assert.ok((await activities()).some((text) => /^Rate limit reached\. Retrying in .+ \(Attempt 2\/3\)$/.test(text)), (await activities()).join('\n'))
    await send('And again. [[plain n=3]]')
    await until(async () => (await answers())[1] === tokens(3))
    assert.equal((await page.$$('[data-testid=turn]')).length, 2)
  })

  test('a limit that does not pass: the banner is shown and stays; the next message takes the place of the failed pair', async () => {
    const { page, send, idle, banner, answers, session } = await visit()
    await send('Now. [[limit key=never times=99]]')
    await until(banner, 'the banner')
    await idle()
    await new Promise((later) => setTimeout(later, 500))
    assert.match(await banner(), /^Something went wrong\. Maximum retries exceeded \(3 attempts\)\./)
    assert.ok(session())
    assert.ok(await page.$(`[data-session="${session()}"]`), 'the session stays in the side bar')
    await send('Then this. [[plain n=3]]')
    await until(async () => (await answers()).at(-1) === tokens(3))
    assert.equal(await banner(), null)
    assert.equal((await page.$$('[data-testid=turn]')).length, 1)
  })

  test('the Stop button, which lives off the store: the text stays, the page’s own note too, the run is cancelled on the server', async () => {
    const { page, send, idle, answers, session } = await visit()
    await send('Slowly. [[plain n=400 ms=50]]')
    await until(async () => (await answers()).at(-1)?.includes('tok5'))
    await page.click('button:text("Stop")')
    await idle()
    const [text] = await answers()
    assert.match(text, /^Here it is: tok0 .*\n+\[Stopped by you\]$/s)
    await until(async () => (await agentos.runs(session(), 'team')).some(({ status }) => status === 'CANCELLED'))
    assert.deepEqual(await answers(), [text])
  })

  test('a new chat in mid-answer is empty, and its first message begins a session of its own', async () => {
    const { page, send, answers, session } = await visit()
    await send('Slowly. [[plain n=100 ms=100]]')
    await until(async () => (await answers()).at(-1)?.includes('tok5'))
    const first = session()
    await page.click('button:text("New chat")')
    await until(async () => (await page.$$('[data-testid=turn]')).length === 0)
    await send('Fresh. [[plain n=3]]')
    await until(async () => (await answers()).at(-1) === tokens(3))
    await until(() => session() && session() !== first)
    assert.equal((await answers()).length, 1)
    // The first one went on unseen: its session has the whole answer.
    await page.click(`[data-session="${first}"]`)
    await until(async () => (await answers()).at(-1) === tokens(100), 'the whole answer')
  })

  test('5,000 tokens leave the page free for the user', async () => {
    const { page, send, answers } = await visit()
    await page.evaluate(() => {
      globalThis.gaps = []
      globalThis.draws = 0
      let last = performance.now()
      setInterval(() => { const now = performance.now(); globalThis.gaps.push(now - last); last = now }, 10)
      new MutationObserver(() => globalThis.draws++).observe(document, { childList: true, subtree: true, characterData: true })
    })
    await send('Much. [[plain n=5000 ms=0]]')
    await until(async () => (await answers()).at(-1)?.endsWith('tok4999'), 'the last token')
    const { longest, whole, draws } = await page.evaluate(() => ({ longest: Math.max(...globalThis.gaps), whole: globalThis.gaps.reduce((sum, gap) => sum + gap), draws: globalThis.draws }))
    // A hook that renders each token froze such a page for twelve seconds; other work on the machine slows down all of it alike.
    assert.ok(longest < Math.max(1000, whole / 4), `the page stood still for ${longest.toFixed(0)} of ${whole.toFixed(0)} ms`)
    assert.ok(draws < 1000, `drawn ${draws} times`)
  })

  test('a paused run shows its question in the fields that the page has for it', async () => {
    const { page, send } = await visit()
    await send('May I? [[member]]')
    await page.waitForSelector('[data-testid=question]')
  })
})

describe('against a retrying route', () => {
  test('the server’s retries are the activity, and the retried answer is shown', async () => {
    const { send, answers, banner, activities } = await visitWatched('retrying')
    await send('What did I ask you before? [[limit times=2 delay=0.3]]')
    await until(async () => (await answers()).length === 1, 'the answer')
    assert.equal(await banner(), null)
    assert.ok((await activities()).some((text) => /Retrying .+\(Attempt 1\/3\)/.test(text)), (await activities()).join('\n'))
  })

  test('when all retries fail its banner is shown and stays', async () => {
    const { send, banner } = await visitWatched('retrying')
    await send('What did I ask you before? [[limit times=forever delay=0.05]]')
    await until(banner, 'the banner')
    await new Promise((later) => setTimeout(later, 500))
    assert.match(await banner(), /Maximum retries exceeded \(3 attempts\)\. The service is experiencing high load\./)
  })
})

/** With what its activity line ever showed; `retrying`: messages go to the route that retries. */
async function visitWatched(retrying) {
  const visited = await visit(retrying ? server.url : agentos.url)
  if (retrying) visited.proxy.pathOf = (path) => path.replace(/^\/teams\/cirkelline\/runs$/, '/api/teams/cirkelline/runs')
  return { ...visited, activities: () => visited.page.evaluate(() => globalThis.activities) }
}

test('the example’s own code is checked by the compiler', async () => {
  const { execFileSync } = await import('node:child_process')
  try {
    execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', example], { encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    assert.fail(error.stdout)
  }
  assert.ok(readdirSync(join(example, 'src/components')).length > 3)
})
