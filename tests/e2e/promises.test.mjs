// The demo does what it says, for every visitor, and counts attempts and retries as people do.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { until } from '../package/support.mjs'
import { backends, browser, visit } from './live.mjs'

for (const name of ['server', 'page']) {
  describe(`the backend is ${name === 'server' ? 'a server' : 'inside the page'}`, () => {
    let site
    before(async () => (site = await backends[name]()))
    after(() => site?.close())

    for (const scenario of ['page-retries', 'server-retries']) {
      test(`a wait that was cancelled takes nothing from the next run, nor from another visitor: ${scenario}`, async () => {
        const first = await visit(site)
        for (let run = 0; run < 2; run++) {
          await first.byId(`live-${scenario}`).click()
          await first.statusIs('retrying')
          await first.byId('cancel-wait').click()
          await first.statusIs('cancelled')
        }
        const second = await visit(site, '', await browser.newContext())
        await second.byId(`live-${scenario}`).click()
        await second.statusIs('retrying')
        await second.byId('cancel-wait').click()
        // What others asked is nobody's history but theirs.
        await until(async () => (await second.stored()).length === 1)
        second.assertClean()
      })
    }

    test('a live run knows what was asked in it, and nothing of other runs', async () => {
      const view = await visit(site)
      for (const answer of ['You have not asked me anything before this.', 'You previously asked: “What did I ask you before?”.']) {
        await view.byId('live-page-retries').click()
        await view.statusIs('retrying')
        await view.byId('skip-wait').click()
        await view.says(answer)
        await view.statusIs('completed')
      }
      await view.byId('live-refused').click()
      await view.statusIs('retrying')
      await view.byId('cancel-wait').click()
      await view.byId('live-page-retries').click()
      await view.statusIs('retrying')
      await view.byId('skip-wait').click()
      await view.says('You have not asked me anything before this.')
    })

    test('a message typed on the first screen is answered by the backend behind the page', async () => {
      const view = await visit(site)
      await view.byId('composer').waitFor()
      assert.match(await view.page.locator('.composer .note').textContent(), name === 'server' ? /the server of this page/ : /the backend inside this page/)
      assert.ok(!(await view.page.locator('body').textContent()).includes('No backend is connected'))
      await view.say('Is anybody there?')
      await view.says('You said “Is anybody there?”')
      await view.statusIs('completed')
      assert.match(view.page.url(), /#live=chat$/)
      view.assertClean()
    })

    test('a directive that was typed steers the model, and is not shown', async () => {
      const view = await visit(site, '#live=page-retries')
      await view.say('hi [[limit times=1 delay=60]]')
      await view.statusIs('retrying')
      assert.equal(await view.page.locator('.user').textContent(), 'hi')
      await view.byId('skip-wait').click()
      await view.says('The limit has passed')
      view.assertClean()
    })

    test('“Connect to your AgentOS” with the demo’s own address lists its components and talks to them', async () => {
      const view = await visit(site)
      await view.byId('to-connect').click()
      await view.byId('connect-endpoint').fill(site.url)
      await view.byId('connect-endpoint').press('Enter')
      await view.byId('offer-agent-understudy').waitFor()
      await view.byId('offer-team-cirkelline').click()
      assert.match(await view.byId('connected').textContent(), /You are connected.*A team, “Cirkelline”, at http:/)
      assert.equal(await view.byId('connect-state').textContent(), 'You are connected to Cirkelline.')
      await view.say('hello')
      await view.says('You said “hello”')
      await until(async () => (await view.stored()).includes('hello'))
      // The link beside the form is the same in one click.
      await view.byId('connect-endpoint').fill('')
      await view.byId('connect-own').click()
      assert.equal(`${await view.byId('connect-endpoint').inputValue()}/`, site.url)
      view.assertClean()
    })
  })
}

describe('it counts as people count', () => {
  let site
  before(async () => (site = await backends.page()))
  after(() => site?.close())
  const count = (view) => view.page.locator('.timeline .count').textContent()
  const headings = (view) => view.page.locator('.attempt:visible').allTextContents()

  test('retry 1 of 3 is announced during attempt 1, and begins attempt 2', async () => {
    const view = await visit(site)
    await view.byId('live-page-retries').click()
    await view.statusIs('retrying')
    assert.equal(await view.byId('retry-title').textContent(), 'Retry 1 of 3')
    assert.ok(!/attempts/.test(await count(view)), await count(view))
    assert.deepEqual(await headings(view), ['Attempt 1 (failed)'])
    assert.ok((await view.entries()).some((text) => text.includes('Rate limit reached. Retry 1 of 3 in 6 s')), (await view.entries()).join(' | '))
    await view.byId('skip-wait').click()
    await view.statusIs('completed')
    assert.match(await count(view), / · 2 attempts$/)
    assert.deepEqual(await headings(view), ['Attempt 1 (superseded)', 'Attempt 2'])
    view.assertClean()
  })

  test('a wait that was cancelled is no second attempt', async () => {
    const view = await visit(site)
    await view.byId('live-server-retries').click()
    await view.statusIs('retrying')
    await view.byId('cancel-wait').click()
    await view.statusIs('cancelled')
    assert.ok(!/attempts/.test(await count(view)), await count(view))
    assert.deepEqual((await headings(view)).length, 1)
    view.assertClean()
  })

  test('a wait is told once: the line has no number that stands still, and a quota only where it explains something', async () => {
    const view = await visit(site)
    await view.byId('live-page-retries').click()
    await view.statusIs('retrying')
    assert.equal(await view.byId('activity-line').textContent(), 'Waiting to retry…')
    assert.equal(await view.page.locator('.retry meter').count(), 0)
    // Screen readers hear the package's own sentence.
    assert.match(await view.byId('activity').textContent(), /^Rate limit reached\. Retrying in 6 seconds/)
    await view.byId('live-quota').click()
    await view.statusIs('waiting')
    assert.equal(await view.byId('activity-line').textContent(), 'Waiting to send…')
    assert.equal(await view.page.locator('.retry meter').count(), 1)
    view.assertClean()
  })

  test('a recording of the tour has the date of its recording, in one format with all the others', async () => {
    const view = await visit(site)
    await view.byId('tour-replay').click()
    await view.byId('scrubber').waitFor()
    assert.match(await view.page.locator('.toolbar-source').textContent(), /^Recorded 23 Nov 2026, \d\d:\d\d:\d\d$/)
    await view.byId('timeline-entry').first().waitFor()
    const times = await view.page.locator('.entry time').allTextContents()
    assert.ok(times.every((text) => /^\d\d:\d\d:\d\d$/.test(text)), times.join(' '))
    assert.match(await view.page.locator('.entry time').first().getAttribute('title'), /^23 Nov 2026, /)
    await view.byId('live-chat').click()
    await view.say('hello')
    await view.says('You said')
    await until(async () => (await view.page.locator('.session-outcome').allTextContents()).every((text) => /^(\d\d:\d\d:\d\d|completed)$/.test(text)))
    view.assertClean()
  })
})

describe('nothing fails in silence', () => {
  let site
  before(async () => (site = await backends.page()))
  after(() => site?.close())

  test('a run that cannot be saved says why, and the next one that can takes the words away', async () => {
    const view = await visit(site, '#scenario=seedroute_seed_plain&speed=max')
    await view.statusIs('completed')
    await view.page.evaluate(() => {
      globalThis.realURL = URL.createObjectURL
      URL.createObjectURL = () => { throw new RangeError('Maximum call stack size exceeded') }
    })
    await view.byId('save-run').click()
    await view.byId('recording-problem').waitFor()
    assert.equal(await view.byId('recording-problem').textContent(), 'This run could not be saved: Maximum call stack size exceeded')
    await view.page.evaluate(() => { URL.createObjectURL = globalThis.realURL })
    await Promise.all([view.page.waitForEvent('download'), view.byId('save-run').click()])
    await view.byId('recording-problem').waitFor({ state: 'hidden' })
    view.assertClean()
  })

  test('a run with a megabyte of a tool’s result is saved, with its texts redacted too', async () => {
    const view = await visit(site, '#scenario=agent_big_tool_result_1100k&speed=max')
    await view.statusIs('completed')
    for (const redacted of [false, true]) {
      await view.byId('redact').setChecked(redacted)
      const [download] = await Promise.all([view.page.waitForEvent('download'), view.byId('save-run').click()])
      assert.match(download.suggestedFilename(), /^agent_big_tool_result_1100k\.recording/)
    }
    view.assertClean()
  })

  test('a recording that does not load says so', async () => {
    const view = await visit(site)
    await view.page.route('**/seedroute_seed_plain.sse', (route) => route.fulfill({ status: 404, body: '' }))
    await view.byId('scenario-seedroute_seed_plain').click()
    await view.byId('problem').waitFor()
    assert.equal(await view.byId('problem').textContent(), 'That did not work: The recording seedroute_seed_plain could not be loaded.')
    await view.byId('scenario-team_nested').click()
    await view.byId('problem').waitFor({ state: 'hidden' })
  })
})


describe('the queue is in the user’s hands', () => {
  let site
  before(async () => (site = await backends.page()))
  after(() => site?.close())

  test('queued messages are moved, edited, sent now; Stop pauses the rest, and a button resumes it', async () => {
    const view = await visit(site)
    await view.byId('live-queue').click()
    const texts = () => view.byId('waiting').locator('.send-queue-text').allTextContents()
    await until(async () => (await texts()).length === 3)
    const [first, second] = await texts()
    const row = (text) => view.byId('waiting').filter({ hasText: text })
    await row(second).getByTestId('queue-up').click()
    await until(async () => (await texts())[0] === second)
    await row(first).getByTestId('queue-edit').click()
    await view.byId('queue-input').locator('visible=true').fill('And what came of it?')
    await view.page.keyboard.press('Enter')
    await until(async () => (await texts())[1] === 'And what came of it?')
    await view.byId('stop').click()
    await view.page.waitForFunction(() => /paused by Stop/.test(document.querySelector('[data-testid=queue-title]')?.textContent))
    assert.match(await view.byId('waiting').first().textContent(), /waits until you resume/)
    await view.byId('queue-resume').click()
    await until(async () => (await view.page.locator('.user').allTextContents()).includes(second))
    await row('Suggest a title').getByTestId('queue-now').click()
    await view.statusIs('completed')
    await until(async () => (await view.byId('waiting').count()) === 0)
    const asked = await view.page.locator('.user').allTextContents()
    assert.deepEqual([...asked].sort(), ['Tell me a slow story.', second, 'And what came of it?', 'Suggest a title for this chat.'].sort())
    view.assertClean()
  })
})
