// The demo page against the real AgentOS, across origins: who is there, and why not; sessions; pauses with forms; a refresh.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import { serve } from '../../scripts/serve.mjs'
import { assertAccessible, openWatched } from '../e2e/accessibility.mjs'
import { launch } from '../e2e/browser.mjs'
import { root, until } from '../package/support.mjs'
import { startAgentOS } from './support.mjs'

let browser, site, agentos, locked, closed
const open = []
before(async () => {
  site = await serve(join(root, 'www'))
  const origins = [new URL(site.url).origin]
  ;[agentos, locked, closed, browser] = await Promise.all([startAgentOS({ origins }), startAgentOS({ origins, key: 'open-sesame' }), startAgentOS(), launch()])
})
after(async () => {
  await browser?.close()
  for (const one of [agentos, locked, closed, site]) await one?.close()
})
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

async function visit(hash = '') {
  const view = await openWatched(browser, site, { hash })
  open.push(() => view.context.close())
  const { page, byId } = view
  await byId('composer').waitFor()
  return {
    ...view,
    async look(url, token = '') {
      if (!await byId('connect-endpoint').isVisible()) await byId('to-connect').click()
      await byId('connect-endpoint').fill(url)
      await byId('connect-token').fill(token)
      await byId('connect-look').click()
    },
    stateIs: (part) => page.waitForFunction((wanted) => document.querySelector('[data-testid=connect-state]')?.textContent.includes(wanted), part),
    says: (part) => page.waitForFunction((wanted) => document.querySelector('[data-testid=answer]')?.textContent.includes(wanted), part),
    async say(text) {
      await byId('composer').fill(text)
      await byId('composer').press('Enter')
    },
    stored: () => byId('stored').locator('.session-name').allTextContents(),
  }
}

/** The demo, connected to one of AgentOS's agents, teams or workflows. */
async function connected(offer, { background = false } = {}) {
  const view = await visit()
  await view.look(agentos.url)
  if (background) await view.byId('connect-background').check()
  await view.byId(`offer-${offer}`).click()
  return view
}

test('it lists agents, teams and workflows; one click connects; the session is in the side bar and opens again', async () => {
  const view = await visit()
  await view.look(agentos.url)
  await view.byId('offers').waitFor()
  assert.deepEqual(await view.byId('offers').locator('button').evaluateAll((all) => all.map(({ dataset }) => dataset.testid)),
    ['offer-team-cirkelline', 'offer-team-research-team', 'offer-team-panel', 'offer-agent-assistant', 'offer-agent-historian', 'offer-agent-outsider', 'offer-workflow-pipeline', 'offer-workflow-gated'])
  await view.byId('offer-agent-assistant').click()
  await view.say('First. [[plain n=5]]')
  await view.statusIs('completed')
  await view.say('Search for both. [[tools]]')
  await view.says('tok5')
  await view.statusIs('completed')
  const answer = await view.byId('answer').textContent()
  await view.byId('new-chat').click()
  assert.equal(await view.page.locator('.turn').count(), 0)
  await view.say('Another one. [[plain n=3]]')
  await view.statusIs('completed')
  await until(async () => (await view.stored()).length === 2)
  await assertAccessible(view.page, 'connected')
  await view.page.setViewportSize({ width: 1280, height: 860 })
  const first = view.byId('stored').locator('button', { hasText: 'First.' })
  await first.click()
  await view.page.waitForFunction(() => document.querySelectorAll('.turn').length === 2)
  assert.equal(await view.byId('answer').textContent(), answer)
  assert.equal(await first.getAttribute('aria-current'), 'true')
  // The next message goes on in it.
  await view.say('Third. [[plain n=2]]')
  await view.page.waitForFunction(() => document.querySelectorAll('.turn').length === 3)
  await view.statusIs('completed')
  assert.equal((await view.stored()).length, 2)
  // Whoever connects sees at once what is stored.
  await view.byId('offer-agent-assistant').click()
  await until(async () => (await view.stored()).length === 2)
  assert.equal(await view.page.locator('.turn').count(), 0)
  assert.deepEqual(await view.forbidden(), [])
  view.assertClean(agentos.url)
})

test('an answer is asked for again, and its session renamed, copied and deleted: as AgentOS stores it', async () => {
  const view = await connected('agent-historian')
  await view.say('Who was it? [[take key=demo-again]]')
  await view.says('Answer 1')
  await view.statusIs('completed')
  await view.byId('again').click()
  await view.says('Answer 2')
  await view.statusIs('completed')
  assert.equal(await view.byId('version').textContent(), '2/2')
  await view.byId('version-before').click()
  await view.says('Answer 1')

  const shown = (id) => view.page.locator('.sessions li[data-current]').getByTestId(id)
  await shown('session-more').click()
  await shown('session-rename').click()
  await shown('session-input').fill('Renamed here')
  await view.page.keyboard.press('Enter')
  const names = async () => (await (await fetch(`${agentos.url}/sessions?type=agent&component_id=historian`)).json()).data.map(({ session_name }) => session_name)
  await until(async () => (await names()).includes('Renamed here'))
  await shown('session-more').click()
  await shown('session-copy').click()
  await until(async () => (await names()).filter((name) => name === 'Renamed here').length === 2)
  await view.says('Answer 2')
  assert.equal(await view.byId('version').textContent(), '2/2')
  await shown('session-more').click()
  await shown('session-delete').click()
  await shown('session-really').click()
  await until(async () => (await names()).filter((name) => name === 'Renamed here').length === 1)
  await view.page.waitForFunction(() => document.querySelectorAll('.turn').length === 0)
  assert.deepEqual(await view.forbidden(), [])
  view.assertClean(agentos.url)
})

test('it refuses with the reason: nobody there, an origin that is not allowed, a token, and goes on with the right one', async () => {
  const view = await visit()
  await view.look('http://127.0.0.1:9')
  await view.stateIs('The server could not be reached.')
  await view.look(closed.url)
  await view.stateIs('does not allow ' + new URL(site.url).origin + ' to read its answers (CORS)')
  await view.look(new URL('elsewhere', site.url).href)
  await view.stateIs('There is a server, but no AgentOS at this address (HTTP 404).')
  await view.look(locked.url)
  await view.stateIs('The server asks for a token, or does not accept this one (HTTP 401).')
  await view.look(locked.url, 'a wrong one')
  await view.stateIs('(HTTP 401)')
  assert.equal(await view.byId('offers').isVisible(), false)
  await assertAccessible(view.page, 'refused')
  await view.page.setViewportSize({ width: 1280, height: 860 })
  await view.look(locked.url, 'open-sesame')
  await view.byId('offer-agent-assistant').click()
  await view.say('Hello. [[plain n=3]]')
  await view.says('tok2')
  await view.statusIs('completed')
  // The address says that there was a token, and nowhere which.
  const kept = await view.page.evaluate(() => location.href + JSON.stringify({ ...localStorage, ...sessionStorage }))
  assert.match(kept, /token=/)
  assert.ok(!kept.includes('sesame'))
})

test('what a paused run asks is a form: a yes, a number, a result, values of the model’s own', async () => {
  const view = await connected('agent-assistant')
  await view.say('Book it. [[ask]]')
  await view.byId('approve').waitFor()
  assert.deepEqual(await view.page.locator('.pause input').evaluateAll((all) => all.map(({ type, value }) => [type, value])), [['text', 'Noma'], ['number', '']])
  await assertAccessible(view.page, 'a form')
  await view.page.setViewportSize({ width: 1280, height: 860 })
  await view.page.locator('.pause input[type=number]').fill('4')
  await view.byId('approve').click()
  await view.statusIs('completed')
  await view.page.locator('.tool summary').last().click()
  await view.page.waitForFunction(() => document.querySelector('.tool-body')?.textContent.includes('a table at Noma for 4'))

  await view.say('Read it. [[external]]')
  await view.statusIs('paused')
  await view.page.locator('.pause:visible input').fill('21 °C')
  await view.byId('approve').locator('visible=true').click()
  await view.statusIs('completed')

  await view.say('Mail Ann. [[confirm]]')
  await view.statusIs('paused')
  await view.byId('reject').locator('visible=true').click()
  await view.statusIs('completed')
  assert.match(await view.page.locator('.turn').last().locator('.tool').textContent(), /not allowed/)
  view.assertClean(agentos.url)
})

test('a workflow’s step asks, and goes on', async () => {
  const view = await connected('workflow-gated')
  await view.say('hello')
  await view.statusIs('paused')
  assert.match(await view.page.locator('.pause').textContent(), /Publish it\?/)
  await view.byId('approve').click()
  await view.says('SHOUT')
  view.assertClean(agentos.url)
})

test('a refresh in mid-answer: the page connects again by its address, the text is there, and the answer goes on', async () => {
  const view = await connected('agent-assistant', { background: true })
  await view.say('Count. [[plain n=60 ms=150]]')
  await view.says('tok5 ')
  await view.page.reload()
  await view.says('tok5 ')
  assert.equal(await view.page.locator('.user').textContent(), 'Count. [[plain n=60 ms=150]]')
  await view.statusIs('completed')
  assert.equal((await view.byId('answer').textContent()).trim(), `Here it is: ${Array.from({ length: 60 }, (_, n) => `tok${n}`).join(' ')}`)
  await view.byId('offers').waitFor()
  assert.equal(await view.byId('offer-agent-assistant').getAttribute('aria-current'), 'true')
  view.assertClean(agentos.url)
})
