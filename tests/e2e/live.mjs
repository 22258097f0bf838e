// Rate limits for real, in a real Chromium: the demo against the server example, and against the backend inside it.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { serve } from '../../scripts/serve.mjs'
import { PATIENCE, root, until } from '../package/support.mjs'
import { scratch, start } from '../server/start.mjs'
import { launch, openPage } from './browser.mjs'

const EXHAUSTED = 'Maximum retries exceeded (3 attempts). The service is experiencing high load. Please try again in a few moments.'
const STORY = Array.from({ length: 45 }, (_, n) => `token ${n + 1}`).join(' ')
export const retrying = (seconds, attempt) => `Rate limit reached. Retrying in ${seconds} seconds... (Attempt ${attempt}/3)`

export let browser
/** What a test leaves open; closed behind it. */
export const open = []
before(async () => (browser = await launch()))
after(() => browser?.close())
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

export const backends = {
  async server() {
    const place = scratch()
    const { url, stop } = await start(place.db)
    return { url: `${url}/`, close: () => stop().then(place.remove) }
  },
  async page() {
    const site = await serve(join(root, 'www'))
    return { url: site.url, close: site.close }
  },
}

/** A page of the demo, and what one does there. */
export async function visit(site, hash = '', context = browser) {
  const opened = await openPage(context, site.url)
  const { page } = opened
  open.push(() => page.close())
  await page.goto(site.url + hash)
  return { ...opened, ...actionsOn(page) }
}

function actionsOn(page) {
  const byId = (name) => page.getByTestId(name)
  return {
    byId,
    says: (part) => page.waitForFunction((wanted) => [...document.querySelectorAll('.turn .answer .text')].at(-1)?.textContent.includes(wanted), part),
    activityIs: (part) => page.waitForFunction((wanted) => document.querySelector('[data-testid=activity]')?.textContent.startsWith(wanted), part),
    statusIs: (name) => page.waitForFunction((wanted) => document.querySelector('[data-testid=status]')?.textContent === wanted, name),
    async say(text) {
      await byId('composer').fill(text)
      await byId('composer').press('Enter')
    },
    async seconds() {
      return Number.parseFloat(await byId('countdown').textContent())
    },
    /** Clicks as soon as the answer has `part`, inside of the page: from out here, a busy machine could find the answer at its end. */
    clickWhen: (part, button) => page.evaluate(([part, button, patience]) => new Promise((done, failed) => {
      const late = setTimeout(() => failed(new Error(`the answer never had ${part}`)), patience)
      const look = () => {
        if (![...document.querySelectorAll('.turn .answer .text')].at(-1)?.textContent.includes(part)) return
        watch.disconnect()
        clearTimeout(late)
        setTimeout(() => done(document.querySelector(`[data-testid=${button}]`).click()))
      }
      const watch = new MutationObserver(look)
      watch.observe(document, { childList: true, subtree: true, characterData: true })
      look()
    }), [part, button, PATIENCE]),
    stored: () => byId('stored').locator('.session-name').allTextContents(),
    entries: () => byId('timeline-entry').allTextContents(),
  }
}

/** The tests that both backends have to pass; a file for each of them runs these. */
export function liveWith(name) {
  describe(`the backend is ${name === 'server' ? 'a server' : 'inside the page'}`, () => {
    let site
    before(async () => (site = await backends[name]()))
    after(() => site?.close())

    test('it retries and says so: the countdown ticks, the answer comes, and after a refresh the session is listed', async () => {
      const view = await visit(site)
      await view.byId('live-server-retries').click()
      await view.activityIs(retrying(4, 1))
      assert.equal(await view.byId('skip-wait').isVisible(), false, 'the server’s wait is the server’s')
      await view.says('You have not asked me anything before this.')
      await view.statusIs('completed')
      const seen = await view.activities()
      // The others come and go within milliseconds: not each of them is drawn.
      for (const text of [retrying(4, 1), retrying(4, 2)]) assert.ok(seen.includes(text), `${text} was not shown: ${seen.join(' | ')}`)
      const ticks = (await view.countdowns()).map(Number.parseFloat)
      const first = ticks.slice(0, ticks.findIndex((seconds, at) => seconds > ticks[at - 1]))
      assert.ok(first.length > 1 && first[0] <= 4 && first.every((seconds, at) => at === 0 || seconds < first[at - 1]), ticks.join(' '))
      const entries = await view.entries()
      for (const part of ['get_previous_session_messages completed', 'Retry 1 of 3', 'Retry 2 of 3', 'Response generation successful']) {
        assert.ok(entries.some((text) => text.includes(part)), `${part}: ${entries.join(' | ')}`)
      }
      assert.equal(await view.byId('limits-headline').textContent(), '2 retries')
      assert.equal(await view.page.locator('.user').textContent(), 'What did I ask you before?')
      await until(async () => (await view.stored()).includes('What did I ask you before?'))

      await view.page.reload()
      await view.byId('live-server-retries').waitFor()
      if (name === 'server') await until(async () => (await view.stored()).includes('What did I ask you before?'))
      assert.equal(await view.page.locator('.turn').count(), 0, 'a refresh sends nothing')
      view.assertClean()
    })

    test('the page retries by itself: the same words, and the monitor has counted', async () => {
      const view = await visit(site)
      await view.byId('live-page-retries').click()
      await view.activityIs(retrying(6, 1))
      await view.byId('skip-wait').click()
      await view.statusIs('completed')
      await view.says('You ')
      assert.equal(await view.byId('banner').count(), 0)
      await view.byId('limits-headline').click()
      const rows = await view.byId('figures').locator('tbody tr').allTextContents()
      assert.deepEqual(rows, ['Answers11', 'Retries11', 'Success after a retry11', 'Retries exhausted00', 'Average delay6 s6 s', 'Sessions kept11'])
      const log = await view.byId('log').locator('li').allTextContents()
      assert.deepEqual(log, ['⚠️ Rate limit hit (attempt 1/3). Retrying in 6s...', '✅ Retry successful on attempt 1', '✅ Session saved after retry'])
      view.assertClean()
    })

    test('“Retry now” does not wait: of ten minutes none is waited out', async () => {
      const view = await visit(site, '#live=page-retries')
      await view.say('hi [[limit times=1 delay=600]]')
      await view.activityIs(retrying(600, 1))
      await view.byId('skip-wait').click()
      await view.statusIs('completed')
      await view.says('The limit has passed')
      view.assertClean()
    })

    test('a refusal before the stream is waited out for as long as its Retry-After says', async () => {
      const view = await visit(site)
      await view.byId('live-refused').click()
      await view.activityIs(retrying(8, 1))
      await view.byId('skip-wait').click()
      await view.says('You said “Good morning!”')
      // Chromium reports each HTTP error in its console, whatever comes of it.
      if (name === 'page') view.assertClean()
    })

    test('it never passes: three waits, the banner letter for letter, the session kept', async () => {
      const view = await visit(site)
      await view.byId('live-exhausted').click()
      await view.byId('banner').waitFor()
      assert.equal(await view.byId('banner').textContent(), EXHAUSTED)
      const seen = await view.activities()
      for (const attempt of [1, 2, 3]) assert.ok(seen.includes(retrying(2, attempt)), seen.join(' | '))
      await until(async () => (await view.stored()).includes('Summarize everything we talked about.'))
      assert.equal(await view.byId('limits-headline').textContent(), '3 retries · 1 given up')
      if (name === 'server') {
        await view.page.reload()
        await until(async () => (await view.stored()).includes('Summarize everything we talked about.'))
      }
      view.assertClean()
    })

    for (const [scenario, seconds] of [['server-retries', 4], ['page-retries', 6]]) {
      test(`stop while it waits: nothing comes any more, no banner, the session kept (${scenario})`, async () => {
        const view = await visit(site)
        let asked = 0
        view.page.on('request', (request) => (asked += request.method() === 'POST'))
        await view.byId(`live-${scenario}`).click()
        await view.activityIs(retrying(seconds, 1))
        const before = asked
        await view.byId('stop').click()
        await view.statusIs('cancelled')
        await view.page.waitForTimeout(seconds * 1000 + 500)
        assert.equal(await view.byId('status').textContent(), 'cancelled')
        assert.equal(asked, before, 'nothing is sent any more')
        assert.equal(await view.byId('banner').count(), 0)
        assert.match(await view.page.locator('.outcome').textContent(), /Stopped/)
        assert.ok((await view.stored()).includes('What did I ask you before?'))
        view.assertClean()
        })
    }

    test('messages wait their turn: the user’s before the background’s, and each can be dropped', async () => {
      const view = await visit(site)
      await view.byId('live-queue').click()
      const texts = () => view.byId('waiting').locator('.send-queue-text').allTextContents()
      await until(async () => (await texts()).length === 3)
      assert.deepEqual(await texts(), ['And then?', 'How does it end?', 'Suggest a title for this chat.'])
      assert.match(await view.byId('waiting').last().textContent(), /background, waits for the answer to end/)
      await view.page.getByRole('button', { name: 'Do not send “And then?”' }).click()
      await until(async () => (await texts()).length === 2)
      assert.deepEqual(await texts(), ['How does it end?', 'Suggest a title for this chat.'])
      await view.byId('stop').waitFor({ state: 'hidden' })
      const asked = await view.page.locator('.user').allTextContents()
      assert.deepEqual(asked, ['Tell me a slow story.', 'How does it end?', 'Suggest a title for this chat.'])
      assert.equal(await view.byId('waiting').count(), 0)
      view.assertClean()
    })

    test('a message that would exceed the quota is held back, told for how long and why, and can be sent all the same', async () => {
      const view = await visit(site)
      await view.byId('live-quota').click()
      await view.activityIs('Waiting ')
      assert.match(await view.byId('activity').textContent(), /^Waiting \d\d seconds to stay under the rate limit\.\.\.$/)
      assert.match(await view.page.locator('.retry .hint').textContent(), /^This conversation is long: each message sends about 900,000 tokens, and the limit is 1,000,000 per minute\./)
      assert.equal(await view.page.locator('.turn').count(), 2, 'the message is in the conversation')
      await view.byId('skip-wait').click()
      await view.statusIs('completed')
      await view.says('That was a lot to read.')
      view.assertClean()
    })

    test('a fallback answers after the last retry, and the timeline says so', async () => {
      const view = await visit(site)
      await view.byId('live-fallback').click()
      await view.says('You said')
      await view.statusIs('completed')
      assert.equal(await view.page.locator('.who').last().textContent(), 'Understudy')
      assert.ok((await view.entries()).some((text) => text.includes('Understudy')), (await view.entries()).join(' | '))
      view.assertClean()
    })

    test('unplugged in mid-answer: the page says so, and the answer goes on when it is plugged in', async () => {
      const view = await visit(site)
      await view.byId('live-survives').click()
      await view.clickWhen('token 5 ', 'unplug')
      await view.activityIs('You are offline.')
      assert.equal(await view.byId('banner').count(), 0)
      await view.page.waitForTimeout(1000)
      await view.byId('unplug').click()
      await view.statusIs('completed')
      assert.equal((await view.byId('answer').textContent()).trim(), STORY)
      assert.ok((await view.entries()).some((text) => text.includes('You are offline')))
      view.assertClean()
    })

    test('cut in the middle of a frame, and stalled: nothing twice, nothing lost', async () => {
      const view = await visit(site)
      await view.byId('live-survives').click()
      for (const [button, part] of [['cut', 'token 5 '], ['cut', 'token 15 '], ['stall', 'token 25 ']]) {
        await view.clickWhen(part, button)
      }
      await view.statusIs('completed')
      assert.equal((await view.byId('answer').textContent()).trim(), STORY)
      assert.equal((await view.entries()).filter((text) => text.includes('Connection lost')).length, 3)
      view.assertClean()
    })

    for (const [button, words, state] of [['approve', 'I can do that. The mail is out.', 'done'], ['reject', 'I can do that. Then I leave it.', 'not allowed']]) {
      test(`a run that asks first: ${button}`, async () => {
        const view = await visit(site)
        await view.byId('live-asks').click()
        await view.statusIs('paused')
        await view.byId(button).click()
        await view.statusIs('completed')
        assert.equal((await view.byId('answer').textContent()).trim(), words)
        assert.match(await view.page.locator('.tool').textContent(), new RegExp(`send_mail.*${state}`))
        view.assertClean()
      })
    }

    test(name === 'server' ? 'a refresh in mid-answer: the text is there, and the answer goes on' : 'a refresh takes the backend inside the page along', async () => {
      const view = await visit(site)
      await view.byId('live-survives').click()
      await view.says('token 9 ')
      await view.page.reload()
      if (name === 'page') {
        await view.byId('live-survives').waitFor()
        assert.equal(await view.page.locator('.turn').count(), 0)
        return
      }
      await view.says('token 9 ')
      assert.equal(await view.page.locator('.user').textContent(), 'Tell me a slow story.')
      await view.statusIs('completed')
      assert.equal((await view.byId('answer').textContent()).trim(), STORY)
      view.assertClean()
    })

    test('a page that slept for ten minutes wakes up right', async () => {
      const opened = await openPage(browser, site.url)
      open.push(() => opened.page.close())
      await opened.page.clock.install()
      await opened.page.goto(site.url + '#live=page-retries')
      const view = actionsOn(opened.page)
      await view.say('hi [[limit times=1 delay=600]]')
      await view.activityIs(retrying(600, 1))
      await opened.page.clock.fastForward('05:00')
      await until(async () => (await view.seconds()) <= 300)
      assert.equal(await view.byId('status').textContent(), 'retrying', 'half of it')
      await opened.page.clock.fastForward('05:01')
      await view.statusIs('completed')
      await view.says('The limit has passed')
    })
  })
}
