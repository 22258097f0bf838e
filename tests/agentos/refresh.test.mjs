// A refresh in mid-answer, two tabs, no network: a real Chromium, the packed package, the real AgentOS.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import { launch, openPage } from '../e2e/browser.mjs'
import { install, until } from '../package/support.mjs'
import { proxyTo } from './proxy.mjs'
import { atRest, startAgentOS } from './support.mjs'

/** It must not be over before the page was refreshed, however busy the machine: nine seconds. */
const SLOW = 'Count. [[plain n=90 ms=100]]'
const WHOLE = `Here it is: ${Array.from({ length: 90 }, (_, n) => `tok${n} `).join('')}`

/** What a chat page does: one handler, made when the page is loaded. */
const APP = `
  import { createStreamHandler, confirm } from './lib.js'
  const ask = new URLSearchParams(location.search)
  const h = createStreamHandler({
    endpoint: location.origin, agent: 'assistant', background: ask.get('background') !== 'no', notify: 'sync',
    persist: ask.get('persist') ?? undefined, follow: ask.get('follow') === 'yes', resume: { baseDelay: 0.2 },
  })
  globalThis.first = h.getSnapshot().turns[0]?.answer.content ?? null
  h.subscribe(() => {})
  Object.assign(globalThis, { h, confirm })
`

let browser, agentos, installed, proxy
const open = []
before(async () => {
  installed = await install()
  agentos = await startAgentOS()
  browser = await launch()
})
after(async () => {
  await browser?.close()
  await agentos?.close()
  installed?.remove()
})
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

async function visit(query = '', context) {
  if (!context) {
    const lib = readFileSync(join(installed.scratch, 'node_modules/ai-stream-handler/dist/index.js'), 'utf8')
    const page = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="module" src="./app.js"></script>'
    proxy = await proxyTo(agentos.url, { '/': ['text/html', page], '/app.js': ['text/javascript', APP], '/lib.js': ['text/javascript', lib] })
    open.push(proxy.close)
    context = await browser.newContext()
    open.push(() => context.close())
  }
  const { page, assertClean } = await openPage(context, proxy.url)
  await page.goto(`${proxy.url}/${query}`)
  await page.waitForFunction(() => globalThis.h)
  return {
    page, context, assertClean,
    send: (text) => page.evaluate((text) => { void globalThis.h.send(text) }, text),
    state: () => page.evaluate(() => {
      const { status, turns, error, runId, activityStatus, pause } = globalThis.h.getSnapshot()
      return { status, error: error?.message ?? null, runId, activityStatus, turns: turns.length, user: turns[0]?.user?.content ?? null, text: turns[0]?.answer.content ?? '', asks: pause?.requirements.map((r) => r.toolName) ?? null, outcome: turns[0]?.outcome ?? null }
    }),
    reload: async () => {
      await page.reload()
      await page.waitForFunction(() => globalThis.h)
    },
  }
}

const textOf = async (tab, part) => until(async () => (await tab.state()).text.includes(part))
const ends = async (tab, status = 'completed') => until(async () => (await tab.state()).status === status, status)
const resumes = () => proxy.requests.filter((line) => line.endsWith('/resume')).length
const runs = () => proxy.requests.filter((line) => line.endsWith('/runs')).length

test('a refresh in mid-answer: the partial text is there at once, then the answer goes on', async () => {
  const tab = await visit()
  await tab.send(SLOW)
  await textOf(tab, 'tok9 ')
  await tab.reload()
  const first = await tab.page.evaluate(() => globalThis.first)
  assert.match(first, /^Here it is: tok0 .*tok[5-9] /, 'before anything was asked of the server')
  await ends(tab)
  const { text, user, turns, error } = await tab.state()
  assert.deepEqual([text, user, turns, error], [WHOLE, SLOW, 1, null])
  assert.deepEqual([runs(), resumes()], [1, 1], 'asked once, taken up once')
  await tab.reload()
  assert.equal((await tab.state()).turns, 0, 'nothing is left of it')
  tab.assertClean()
})

test('a refresh at every moment, again and again', async () => {
  const tab = await visit()
  await tab.send(SLOW)
  for (const part of ['tok2 ', 'tok12 ', 'tok25 ', 'tok44 ']) {
    await textOf(tab, part)
    await tab.reload()
  }
  await ends(tab)
  assert.equal((await tab.state()).text, WHOLE)
  assert.equal(runs(), 1)
  tab.assertClean()
})

test('a refresh after the answer had ended on the server', async () => {
  const tab = await visit()
  await tab.send(SLOW)
  await textOf(tab, 'tok5 ')
  const session = await tab.page.evaluate(() => globalThis.h.getSnapshot().sessionId)
  await tab.page.goto('about:blank')
  await until(async () => (await agentos.runs(session, 'agent').catch(() => []))[0]?.status === 'COMPLETED')
  await tab.page.goto(`${proxy.url}/`)
  await tab.page.waitForFunction(() => globalThis.h)
  await ends(tab)
  assert.equal((await tab.state()).text, WHOLE)
  tab.assertClean()
})

test('a refresh during a pause brings the question back, and its answer goes on', async () => {
  for (const query of ['', '?background=no&persist=session']) {
    const tab = await visit(query)
    await tab.send('Mail Ann. [[confirm]]')
    await ends(tab, 'paused')
    await tab.reload()
    const { status, asks, text } = await tab.state()
    assert.deepEqual([status, asks, text], ['paused', ['send_mail'], 'Let me see. '])
    const outcome = await tab.page.evaluate(() => globalThis.h.continueRun(globalThis.h.getSnapshot().pause.requirements.map((r) => globalThis.confirm(r))))
    assert.equal(outcome, 'completed')
    assert.equal((await tab.state()).text, 'Let me see. Here it is: tok0 tok1 tok2 tok3 tok4 tok5 ')
    tab.assertClean()
  }
})

test('two tabs on one run do not disturb each other', async () => {
  const first = await visit('?persist=local')
  await first.send(SLOW)
  await textOf(first, 'tok5 ')
  const second = await visit('?persist=local', first.context)
  await textOf(second, 'tok12 ')
  await ends(first)
  await ends(second)
  for (const tab of [first, second]) {
    const { text, error } = await tab.state()
    assert.deepEqual([text, error], [WHOLE, null])
    tab.assertClean()
  }
  assert.equal(runs(), 1)
  await until(async () => (await second.page.evaluate(() => localStorage.length)) === 0, 'what was kept to go')
})

test('a tab that was duplicated takes the run up as well; by default tabs do not see each other’s', async () => {
  const first = await visit()
  await first.send(SLOW)
  await textOf(first, 'tok5 ')
  const other = await visit('', first.context)
  assert.equal((await other.state()).turns, 0)
  await ends(first)
  assert.equal((await first.state()).text, WHOLE)
})

test('no network: the page says so, and the answer goes on when it is back', async () => {
  const tab = await visit()
  await tab.send(SLOW)
  await textOf(tab, 'tok5 ')
  await tab.context.setOffline(true)
  // The browser keeps what is connected; the proxy drops it.
  proxy.faultOf = () => ({ bytes: 0 })
  await tab.page.evaluate(() => { dispatchEvent(new Event('offline')) })
  proxy.drop()
  await until(async () => (await tab.state()).activityStatus === 'You are offline. The answer goes on as soon as you are back.')
  assert.equal(resumes(), 0, 'there is no use in trying')
  proxy.faultOf = () => null
  await tab.context.setOffline(false)
  await ends(tab)
  assert.deepEqual([(await tab.state()).text, (await tab.state()).error], [WHOLE, null])
})

test('two tabs edit one message at the same moment: one is made, the other is told, and the model saw one', async () => {
  const first = await visit('?background=no')
  assert.equal(await first.page.evaluate(() => globalThis.h.send('Wrong. [[plain]]')), 'completed')
  const session = await first.page.evaluate(() => globalThis.h.getSnapshot().sessionId)
  const second = await visit('?background=no', first.context)
  await second.page.evaluate((id) => globalThis.h.openSession(id), session)
  const edit = (tab, text) => tab.page.evaluate((text) => globalThis.h.edit(globalThis.h.getSnapshot().turns[0], text).catch((error) => error.message), text)
  const outcomes = await Promise.all([edit(first, 'One. [[plain]]'), edit(second, 'Two. [[plain]]')])
  const made = outcomes.indexOf('completed')
  assert.match(outcomes[1 - made] ?? outcomes.join(), /edit\(\): an answer is being asked for again in this session, perhaps in another tab/)
  await until(async () => (await agentos.runs(session, 'agent')).filter(({ status }) => status === 'COMPLETED').length === 1)
  const asked = (await agentos.runs(session, 'agent')).filter(({ status }) => status === 'COMPLETED').map(({ run_input }) => run_input)
  assert.deepEqual(asked.map((input) => input?.input_content ?? input), [['One. [[plain]]', 'Two. [[plain]]'][made]])
})

test('a refresh in the middle of an edit: the new text is there, and the edit can be made', async () => {
  const moments = [() => true, ({ activityStatus }) => activityStatus?.includes('1 of 2'), ({ activityStatus }) => activityStatus?.includes('2 of 2'), ({ activityStatus, status }) => status === 'connecting' && !activityStatus?.includes(' of 2')]
  for (const [number, moment] of moments.entries()) {
    // Asked for again to hide them, the answers are long: none is completed before it is stopped.
    const [question, next] = ['First', 'Second'].map((word) => `${word}. [[take key=${word}${number} then=300 ms=20]]`)
    const tab = await visit('?background=no&persist=session')
    for (const text of [question, next]) assert.equal(await tab.page.evaluate((text) => globalThis.h.send(text), text), 'completed')
    const session = await tab.page.evaluate(() => globalThis.h.getSnapshot().sessionId)
    // However late the refresh is, the edited message has had no answer.
    proxy.faultOf = (path) => (/\/runs$/.test(path) ? { bytes: 0, stall: true } : null)
    await tab.page.evaluate((reaches) => new Promise((resolve) => {
      const look = () => {
        const { activityStatus, status } = globalThis.h.getSnapshot()
        if (eval(reaches)({ activityStatus, status })) resolve()
      }
      globalThis.h.subscribe(look)
      void globalThis.h.edit(globalThis.h.getSnapshot().turns[0], 'Edited. [[plain]]')
      look()
    }), moment.toString())
    await tab.reload()
    proxy.faultOf = () => null
    const first = () => tab.page.evaluate(() => globalThis.h.getSnapshot().turns.map(({ user, unsent, notice }) => [user.content, unsent, notice])[0])
    assert.deepEqual((await first())?.slice(0, 2), [question, 'Edited. [[plain]]'], moment.toString())
    // AgentOS stores that it stopped an answer a moment after the connection has ended, or forgets it.
    await atRest(agentos, session, 'agent')
    await tab.page.evaluate((id) => globalThis.h.openSession(id), session)
    const shown = await tab.page.evaluate(() => globalThis.h.getSnapshot().turns.map(({ user, unsent, notice, outcome }) => ({ user: user.content, unsent, notice, outcome })))
    const [{ user, unsent, notice }] = shown
    if (user !== 'Edited. [[plain]]') {
      assert.equal(unsent, 'Edited. [[plain]]')
      assert.match(notice, /^The page was left before this message was edited/)
      const hidden = (await agentos.runs(session, 'agent')).filter(({ status }) => status === 'REGENERATED').map(({ run_input }) => run_input?.input_content ?? run_input)
      for (const turn of shown.slice(1)) if (hidden.includes(turn.user)) assert.notEqual(turn.notice, null, 'what the model no longer sees says so')
      assert.equal(await tab.page.evaluate(() => globalThis.h.edit(globalThis.h.getSnapshot().turns[0], 'Edited. [[plain]]')), 'completed')
      await until(async () => (await agentos.runs(session, 'agent')).filter(({ status }) => status === 'COMPLETED').length === 1, 'the edit alone')
    }
    await until(async () => (await tab.page.evaluate(() => sessionStorage.length)) === 0, 'what was kept to go')
    tab.assertClean()
  }
})

test('two tabs with one session: an answer streams in both, and stopped in one it is stopped in both, after a refresh too', async () => {
  const first = await visit('?follow=yes')
  await first.send('Hello. [[plain]]')
  await ends(first)
  const session = await first.page.evaluate(() => globalThis.h.getSnapshot().sessionId)
  const second = await visit('?follow=yes', first.context)
  const show = (tab) => tab.page.evaluate((id) => globalThis.h.openSession(id), session)
  const last = (tab) => tab.page.evaluate(() => {
    const { turns, isStreaming } = globalThis.h.getSnapshot()
    return { text: turns.at(-1)?.answer.content ?? '', outcome: turns.at(-1)?.outcome, isStreaming, count: turns.length }
  })
  assert.equal(await show(second), true)
  await first.send(SLOW)
  await until(async () => (await last(second)).text.includes('tok7 '), 'the words in the second tab')
  assert.deepEqual([(await last(second)).isStreaming, (await last(second)).count], [true, 2])
  await second.page.evaluate(() => globalThis.h.cancel())
  for (const tab of [first, second]) await until(async () => (await last(tab)).outcome === 'cancelled', 'the end')
  assert.equal(runs(), 2, 'nothing was asked twice')
  for (const tab of [first, second]) {
    await tab.reload()
    await show(tab)
    await until(async () => (await last(tab)).outcome === 'cancelled' && !(await last(tab)).isStreaming, 'the stopped answer')
    assert.doesNotMatch((await last(tab)).text, /tok89/)
    tab.assertClean()
  }
})

test('a question that both tabs answer at the same moment is answered once', async () => {
  const first = await visit('?follow=yes')
  await first.send('Mail Ann. [[confirm]]')
  await ends(first, 'paused')
  const session = await first.page.evaluate(() => globalThis.h.getSnapshot().sessionId)
  const second = await visit('?follow=yes', first.context)
  await second.page.evaluate((id) => globalThis.h.openSession(id), session)
  await ends(second, 'paused')
  const answer = ({ page }) => page.evaluate(() => globalThis.h.continueRun(globalThis.h.getSnapshot().pause.requirements.map((r) => globalThis.confirm(r))))
  assert.deepEqual(await Promise.all([answer(first), answer(second)]), ['completed', 'completed'])
  for (const tab of [first, second]) {
    assert.equal((await tab.state()).text, 'Let me see. Here it is: tok0 tok1 tok2 tok3 tok4 tok5 ')
    tab.assertClean()
  }
  assert.equal(proxy.requests.filter((line) => line.endsWith('/continue')).length, 1)
})
