// examples/react-chat, copied into a project: it compiles, and each of its parts does its work.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { build } from 'esbuild'
import { serve } from '../../scripts/serve.mjs'
import { launch, openPage } from '../e2e/browser.mjs'
import { backend, play, root, until } from '../package/support.mjs'

const example = join(root, 'examples/react-chat')
const scratch = join(root, 'target/react-chat')
let browser, site, page
before(async () => {
  rmSync(scratch, { recursive: true, force: true })
  mkdirSync(join(scratch, 'node_modules'), { recursive: true })
  symlinkSync(join(root, 'pkg'), join(scratch, 'node_modules/ai-stream-handler'))
  cpSync(join(example, 'src'), join(scratch, 'src'), { recursive: true })
  await build({ entryPoints: [join(scratch, 'src/main.tsx')], outfile: join(scratch, 'site/main.js'), bundle: true, format: 'esm', jsx: 'automatic', define: { 'process.env.NODE_ENV': '"development"' }, nodePaths: [join(root, 'node_modules')], logLevel: 'error' })
  writeFileSync(join(scratch, 'site/index.html'), `<!doctype html><meta charset="utf-8"><title>Chat</title><link rel="icon" href="data:,"><div id="root"></div><script type="module" src="./main.js"></script>`)
  browser = await launch()
  site = await serve(join(scratch, 'site'))
})
after(async () => {
  await browser?.close()
  await site?.close()
})

const open = async (url, more = '') => {
  await page?.close()
  ;({ page } = await openPage(browser, site.url))
  page.setDefaultTimeout(20_000)
  await page.goto(`${site.url}?endpoint=${encodeURIComponent(url)}&agent=a${more}`)
  await page.waitForSelector('input[name=message]')
}
const say = async (text) => {
  await page.fill('input[name=message]', text)
  await page.click('text=Send')
}
const body = () => page.textContent('body')
const served = async (context, handle) => {
  let runs = 0
  const made = await backend((request, response) => request.path.startsWith('/sessions') ? sessions(request, response) : handle(request, response, ++runs))
  context.after(made.close)
  return made
}
const json = (response, value) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
const sessions = (request, response) => /runs$/.test(request.path.split('?')[0])
  ? json(response, [{ run_id: 'r', agent_id: 'a', status: 'COMPLETED', run_input: 'What is the capital?', content: 'Copenhagen.', created_at: '2026-01-01T00:00:00Z' }])
  : json(response, { data: [{ session_id: 's-old', session_name: 'An old one', created_at: '2026-01-01T00:00:00Z' }] })

test('it compiles as strict TypeScript', () => {
  writeFileSync(join(scratch, 'tsconfig.json'), JSON.stringify({ compilerOptions: { target: 'es2022', module: 'esnext', moduleResolution: 'bundler', lib: ['es2022', 'dom', 'dom.iterable'], jsx: 'react-jsx', strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noUnusedLocals: true, skipLibCheck: true, noEmit: true }, include: ['src'] }))
  try {
    execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', scratch], { encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    assert.fail(error.stdout)
  }
})

test('messages with tools, the timeline, and the session in the address', async (context) => {
  const { url, requests } = await served(context, (_, response) => play(response, 'agent_tool'))
  await open(url)
  await say('What is the weather?')
  await until(async () => (await page.$$('article.agent details')).length > 0 && /\(completed\)/.test(await body()))
  await until(() => new URL(page.url()).searchParams.get('session'))
  assert.match(await page.textContent('article.user'), /What is the weather\?/)
  assert.match(await page.textContent('.timeline summary'), /Behind the scenes \([1-9]/)
  assert.equal(requests.filter(({ path }) => path.startsWith('/agents')).length, 1)
})

test('a wait has a countdown, and can be skipped', async (context) => {
  const { url } = await served(context, (_, response, number) => {
    return number === 1 ? response.writeHead(429, { 'retry-after': '60', 'access-control-expose-headers': 'retry-after' }).end() : play(response, 'agent_plain')
  })
  await open(url)
  await say('hello')
  await page.waitForSelector('.activity button')
  await until(async () => /\d+ s/.test(await page.textContent('.activity')))
  await page.click('text=Retry now')
  await page.waitForSelector('.activity button', { state: 'detached' })
  await until(async () => (await page.textContent('.composer')).includes('Send'))
  assert.equal(await page.$('.banner'), null)
})

test('the form of a paused run: allowed, and it goes on', async (context) => {
  const { url, requests } = await served(context, (request, response) => play(response, /continue/.test(request.path) ? 'hitl_agent_confirm.2_continue' : 'hitl_agent_confirm.1_pause'))
  await open(url)
  await say('Send it')
  await page.waitForSelector('form.pause')
  await page.click('form.pause >> text=Allow')
  await page.waitForSelector('form.pause', { state: 'detached' })
  const [continued] = requests.filter(({ path }) => /continue/.test(path))
  assert.match(continued.form.get('tools'), /"confirmed":true/)
})

test('stored sessions are listed, opened, and found by the address; an attachment is named', async (context) => {
  const { url } = await served(context, (_, response) => play(response, 'agent_plain'))
  await open(url)
  await page.click('text=An old one')
  await until(async () => /Copenhagen\./.test(await body()))
  assert.equal(new URL(page.url()).searchParams.get('session'), 's-old')
  await open(url, '&session=s-old')
  await until(async () => /Copenhagen\./.test(await body()))
  await page.setInputFiles('input[name=files]', { name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('x') })
  await say('Read this')
  await until(async () => /Attached: note\.txt/.test(await body()))
  await page.click('text=New chat')
  await until(async () => !(await page.$('article')))
})

test('an error is in a banner, is tried again, and can be closed', async (context) => {
  const { url } = await served(context, (_, response, number) => number === 1 ? response.writeHead(500).end('broken') : number === 2 ? play(response, 'agent_plain') : response.writeHead(404).end())
  await open(url)
  await say('hello')
  await page.waitForSelector('.banner')
  await page.click('.banner >> text=Try again')
  await page.waitForSelector('.banner', { state: 'detached' })
  await say('again')
  await page.waitForSelector('.banner')
  await page.click('.banner >> text=Close')
  await page.waitForSelector('.banner', { state: 'detached' })
})
