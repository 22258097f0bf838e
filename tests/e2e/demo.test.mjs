// The journey through the demo page, in a real Chromium: the four scenarios of a rate limit, and a live backend.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { backend, framesOf, play, recording, until } from '../package/support.mjs'
import { openPage } from './browser.mjs'
import { demoSite } from './demo-site.mjs'

const there = demoSite()
let opened, page
beforeEach(async () => {
  opened = await openPage(there.browser, there.site.url)
  page = opened.page
})
afterEach(() => page.close())

const byId = (name) => page.getByTestId(name)
/** The text of the last turn's answer, as soon as it is `wanted`. */
const answerIs = (wanted) => page.waitForFunction((text) => document.querySelector('[data-testid=answer]')?.textContent.trim() === text, wanted)
const storedAnswer = (name) => recording(name).truth.run.body.content.trim()
const open = (hash = '#speed=20') => page.goto(there.site.url + hash)
/** A replay that stands all but still, so that however busy the machine is, no state passes before it was drawn. */
const STILL = '#speed=0.01'
/** Takes a replay that stands still from chunk to chunk until the activity line has shown `text`. */
async function playUntilShown(text) {
  for (let chunk = 0; ; chunk++) {
    const seen = await opened.activities()
    if (seen.includes(text)) return
    assert.ok(chunk < 100 && await page.$('.turn.running, .chat:not(:has(.turn))'), `${text} was not shown: ${seen.join(' | ')}`)
    // To change the pace is to end the gap between two chunks.
    await byId('speed').selectOption(chunk % 2 ? '0.01' : '0.1')
    await page.waitForTimeout(200)
  }
}
async function playToTheEnd() {
  for (let chunk = 0; await page.$('.turn.running'); chunk++) await byId('speed').selectOption(chunk % 2 ? '20' : 'max')
}
const skipWait = () => page.evaluate(() => document.querySelector('[data-testid=skip-wait]').click())

test('a simple query: working, responding, the whole answer, no banner', async () => {
  await open(STILL)
  await byId('scenario-seedroute_seed_plain').click()
  await playUntilShown('Cirkelline is working...')
  await playUntilShown('Cirkelline is responding...')
  await playToTheEnd()
  await answerIs(storedAnswer('seedroute_seed_plain'))
  await page.waitForFunction(() => document.querySelector('[data-testid=activity]')?.textContent === '')
  assert.equal(await byId('banner').count(), 0)
  opened.assertClean()
})

test('a successful retry: the announced wait in sight, letter for letter, the void attempt only behind the scenes', async () => {
  await open(STILL)
  await byId('scenario-seedroute_later_retry1_then_ok_backoff').click()
  for (const text of ['Cirkelline is working...', 'Rate limit reached. Retrying in 5 seconds... (Attempt 1/3)', 'Cirkelline is responding...']) await playUntilShown(text)
  await playToTheEnd()
  await answerIs(storedAnswer('seedroute_later_retry1_then_ok_backoff'))
  await page.waitForFunction(() => document.querySelector('[data-testid=activity]')?.textContent === '')
  const entries = await byId('timeline-entry').allTextContents()
  assert.equal(entries.filter((text) => text.includes('Retry 1 of 3')).length, 1, entries.join(' | '))
  assert.ok(entries.some((text) => text.includes('Response generation successful')), entries.join(' | '))
  assert.equal(await byId('banner').count(), 0)
  opened.assertClean()
})

test('a limit behind a tool call: the void tool call stays in the timeline and out of the answer', async () => {
  await open(STILL)
  const name = 'seedroute_seed_tool_then_429_then_ok'
  await byId(`scenario-${name}`).click()
  await playUntilShown(framesOf(recording(name).bytes).find((frame) => frame.name === 'retry').data.message)
  await playToTheEnd()
  await answerIs(storedAnswer(name))
  const entries = await byId('timeline-entry').allTextContents()
  const done = entries.filter((text) => text.includes('get_previous_session_messages completed'))
  assert.equal(done.length, 2, entries.join(' | '))
  opened.assertClean()
})

test('retries exhausted: three waits, the error letter for letter, dismissed by the user, kept behind the scenes', async () => {
  await open(STILL)
  await byId('scenario-seedroute_seed_max_retries').click()
  for (const [attempt, delay] of [[1, 5], [2, 10], [3, 20]]) {
    await playUntilShown(`Rate limit reached. Retrying in ${delay} seconds... (Attempt ${attempt}/3)`)
    await skipWait()
  }
  await playToTheEnd()
  const message = 'Maximum retries exceeded (3 attempts). The service is experiencing high load. Please try again in a few moments.'
  await byId('banner').waitFor()
  assert.equal(await byId('banner').textContent(), message)
  const entries = await byId('timeline-entry').allTextContents()
  for (const attempt of [1, 2, 3]) assert.ok(entries.some((text) => text.includes(`Retry ${attempt} of 3`)), entries.join(' | '))
  assert.ok(entries.some((text) => text.includes('Maximum retries exceeded')), entries.join(' | '))
  assert.equal(await byId('activity').textContent(), '')
  await byId('banner-dismiss').click()
  await byId('banner').waitFor({ state: 'detached' })
  opened.assertClean()
})

test('an unexpected error: the banner has the words of the server, and the page goes on working', async () => {
  await open('#speed=20')
  await byId('scenario-seedroute_later_unexpected_error').click()
  await byId('banner').waitFor()
  assert.equal(await byId('banner').textContent(), `An unexpected error occurred: 'lost "state"'`)
  await byId('scenario-seedroute_seed_plain').click()
  await answerIs(storedAnswer('seedroute_seed_plain'))
  assert.equal(await byId('banner').count(), 0)
  opened.assertClean()
})

test('the address names the scenario, its speed and its chunks; byte by byte it is the same answer', async () => {
  await open('#scenario=team_unicode&speed=max&chunks=1')
  await page.waitForFunction(() => document.querySelector('[data-testid=answer]')?.textContent.includes('smørrebrød'))
  const shown = await byId('answer').textContent()
  assert.ok(!shown.includes('\ufffd'))
  await byId('chunks').selectOption('whole')
  await byId('replay').click()
  await page.waitForFunction((text) => document.querySelector('[data-testid=answer]')?.textContent === text, shown)
  opened.assertClean()
})

test('every scenario on the page plays to its end without an error in the console', async () => {
  await open('#speed=max')
  const buttons = page.locator('[data-testid^=scenario-]')
  await buttons.first().waitFor()
  const count = await buttons.count()
  assert.ok(count >= 20, `${count} scenarios`)
  for (let index = 0; index < count; index++) {
    await buttons.nth(index).click()
    await page.waitForFunction((at) => {
      const button = document.querySelectorAll('[data-testid^=scenario-]')[at]
      return button.getAttribute('aria-current') === 'true' && document.querySelector('.turn') && !document.querySelector('.turn.running')
    }, index)
  }
  opened.assertClean()
})

test('stop in the middle of an answer keeps what had come', async () => {
  await open(STILL)
  await byId('scenario-seedroute_seed_plain').click()
  await playUntilShown('Cirkelline is responding...')
  await page.waitForFunction(() => document.querySelector('[data-testid=answer]')?.textContent.length > 5)
  await byId('stop').click()
  await page.waitForFunction(() => !document.querySelector('.turn.running'))
  const text = (await byId('answer').textContent()).trim()
  assert.ok(text.length > 5 && storedAnswer('seedroute_seed_plain').startsWith(text), text)
  await byId('stop').waitFor({ state: 'hidden' })
  opened.assertClean()
})

test('connected to a backend of another origin the page sends, streams, and goes on in the session', async (context) => {
  const server = await backend((request, response) => (request.form ? play(response, request.form.get('message') === 'hej' ? 'team_plain' : 'team_tool') : response.end('{"data":[]}')))
  context.after(() => server.close())
  await open()
  await byId('to-connect').click()
  await byId('connect-endpoint').fill(server.url)
  await byId('connect-by-name').click()
  await byId('connect-kind').selectOption('team')
  await byId('connect-id').fill('cirkelline')
  await byId('connect-token').fill('secret')
  await byId('connect-button').click()
  await byId('composer').fill('vejret i København?')
  await byId('send').click()
  await answerIs(storedAnswer('team_tool'))
  await byId('composer').fill('hej')
  await byId('composer').press('Enter')
  await answerIs(storedAnswer('team_plain'))
  const [first, second] = server.requests.filter(({ form }) => form)
  assert.deepEqual([first.path, first.form.get('message'), first.headers.authorization], ['/teams/cirkelline/runs', 'vejret i København?', 'Bearer secret'])
  assert.equal(second.form.get('session_id'), recording('team_tool').truth.session_id)
  opened.assertClean(server.url)
})

test('stop during a live answer hangs up on the backend', async (context) => {
  const server = await backend((_, response) => play(response, 'team_plain', { until: 7, end: false }))
  context.after(() => server.close())
  await open()
  await byId('to-connect').click()
  await byId('connect-endpoint').fill(server.url)
  await byId('connect-by-name').click()
  await byId('connect-id').fill('cirkelline')
  await byId('connect-button').click()
  await byId('composer').fill('hej')
  await byId('send').click()
  await page.waitForFunction(() => document.querySelector('[data-testid=answer]')?.textContent.length > 0)
  await byId('stop').click()
  await until(() => server.requests.some(({ form }) => form))
  assert.equal(await server.requests.find(({ form }) => form).aborted, true)
  await byId('stop').waitFor({ state: 'hidden' })
})

test('no HTML of a stream is ever interpreted, not even where no policy forbids it', async (context) => {
  const evil = '<img src=x onerror="globalThis.pwned=1"><script>globalThis.pwned=1</script><iframe srcdoc="<script>parent.pwned=1</script>"></iframe><svg onload="globalThis.pwned=1"><style>*{display:none}</style>'
  const links = '[a](javascript:globalThis.pwned=1) [b](data:text/html,<script>1</script>) <a href="javascript:globalThis.pwned=1">c</a> ![d](javascript:globalThis.pwned=1)'
  const base = { run_id: 'r', session_id: evil, agent_id: evil, agent_name: evil, created_at: 1_795_452_000, model: evil }
  const tool = { tool_call_id: evil, tool_name: evil, tool_args: { [evil]: evil, query: evil }, created_at: 1_795_452_000 }
  const frames = [
    ['RunStarted', {}], ['ReasoningStep', { content: { title: evil, reasoning: evil } }], ['ToolCallStarted', { tool }], ['ToolCallCompleted', { tool: { ...tool, result: evil } }],
    ['RunContent', { content: `${evil}\n\n# ${evil}\n\n- ${evil}\n\n> ${links}\n\n\`\`\`${evil}\n${evil}\n\`\`\`\n${links}`, images: [{ url: 'javascript:globalThis.pwned=1', revised_prompt: evil }] }],
    [evil, {}], ['RunError', { content: `No: ${evil}` }],
  ]
  const server = await backend((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const [event, data] of frames) response.write(`event: ${event}\ndata: ${JSON.stringify({ event, ...base, ...data })}\n\n`)
    response.end()
  })
  const bare = await there.browser.newContext({ bypassCSP: true })
  context.after(() => Promise.all([server.close(), bare.close()]))
  page = (await openPage(bare, there.site.url)).page
  await open()
  const elements = () => page.evaluate(() => document.querySelectorAll('script, iframe, object, embed, style, svg style, base').length)
  const before = await elements()
  await byId('to-connect').click()
  await byId('connect-endpoint').fill(server.url)
  await byId('connect-by-name').click()
  await byId('connect-kind').selectOption('agent')
  await byId('connect-id').fill('assistant')
  await byId('connect-button').click()
  await byId('composer').fill(evil)
  await byId('send').click()
  await page.waitForFunction(() => document.querySelector('[data-testid=banner]')?.textContent.includes('An error occurred'))
  // The banner has no markup; what was really said is in the timeline's details.
  await page.evaluate(() => document.querySelectorAll('details').forEach((one) => { one.open = true }))
  await page.waitForFunction(() => document.body.textContent.includes('No: <img src=x onerror='))
  assert.equal(await page.evaluate(() => globalThis.pwned), undefined)
  assert.equal(await elements(), before)
  assert.deepEqual(await page.$$eval('a[href]', (all) => all.map(({ protocol }) => protocol).filter((protocol) => !/^https?:$/.test(protocol))), [])
  assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll('*')].flatMap((one) => one.getAttributeNames().filter((name) => name.startsWith('on')))), [])
})
