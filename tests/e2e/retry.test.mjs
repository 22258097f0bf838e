// A wait in full view: the ring, retry n of m, the cause, the quota, the two ways out; and the monitor's panel.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { root, until } from '../package/support.mjs'
import { assertAccessible } from './accessibility.mjs'
import { demoSite } from './demo-site.mjs'

const there = demoSite()

async function visit(options) {
  const view = await there.visit('', options)
  const { page } = view
  return {
    ...view,
    /** What the ring and the countdown show at one moment. */
    clock: () => page.evaluate(() => ({
      ring: Number(document.querySelector('.ring-left').style.getPropertyValue('--part')),
      seconds: Number.parseFloat(document.querySelector('[data-testid=countdown]').textContent),
    })),
  }
}

test('the page’s own retry: retry n of m, why, a ring that empties with the clock, and “Retry now”', async () => {
  const view = await visit()
  await view.byId('live-page-retries').click()
  await view.statusIs('retrying')
  assert.deepEqual([await view.text('retry-title'), await view.text('retry-cause'), await view.text('skip-wait')],
    ['Retry 1 of 3', 'The model’s rate limit has been reached. This page waits, then retries.', 'Retry now'])
  const { ring: first, seconds } = await view.clock()
  const { ring: second } = await until(async () => [await view.clock()].find(({ ring }) => ring < first - 0.1))
  assert.ok(first <= 1 && second > 0, `${first} → ${second}`)
  assert.ok(Math.abs(first - seconds / 6) < 0.25, `${seconds} s of 6 is ${first}`)
  await view.byId('skip-wait').click()
  await view.statusIs('completed')
  assert.equal(await view.byId('retry').isVisible(), false)
  view.assertClean()
})

test('the server’s retry is the server’s: no “Retry now”, but a way to give up', async () => {
  const view = await visit()
  await view.byId('live-server-retries').click()
  await view.statusIs('retrying')
  assert.match(await view.text('retry-cause'), /The server waits, then retries\.$/)
  assert.equal(await view.byId('skip-wait').isVisible(), false)
  await view.byId('cancel-wait').click()
  await view.statusIs('cancelled')
  assert.equal(await view.byId('retry').isVisible(), false)
  assert.equal(await view.byId('banner').count(), 0)
  view.assertClean()
})

test('a message that is held back: the quota’s gauge says how near it is', async () => {
  const view = await visit()
  await view.byId('live-quota').click()
  await view.byId('retry').waitFor()
  assert.deepEqual([await view.text('retry-title'), await view.text('retry-cause')], ['Held back', 'This message would exceed the quota for this minute.'])
  const gauge = view.page.locator('.retry meter')
  assert.match(await gauge.getAttribute('aria-label'), /^9\d\d,\d\d\d of 1,000,000 input tokens$/)
  assert.equal(await gauge.evaluate(({ value, max }) => value / max > 0.89), true)
  await assertAccessible(view.page, 'held back')
  view.assertClean()
})

test('who asks for less motion sees the ring move once a second', async () => {
  const view = await visit({ reducedMotion: 'reduce' })
  await view.byId('live-page-retries').click()
  await view.statusIs('retrying')
  const { moves, seconds } = await view.page.evaluate(() => new Promise((done) => {
    const began = performance.now()
    let moves = 0
    const watch = new MutationObserver(() => moves++)
    watch.observe(document.querySelector('.ring-left'), { attributes: true, attributeFilter: ['style'] })
    setTimeout(() => done({ moves, seconds: (performance.now() - began) / 1000 }), 1500)
  }))
  assert.ok(moves >= 1 && moves <= seconds + 1, `${moves} moves in ${seconds} s`)
})

test('the monitor’s panel: the figures, and how near each alert is; the page’s thresholds are the monitor’s', async () => {
  const view = await visit()
  await view.byId('live-page-retries').click()
  await view.byId('skip-wait').click()
  await view.statusIs('completed')
  await view.byId('limits-headline').click()
  const watched = await view.byId('watched').locator('li').allTextContents()
  assert.deepEqual(watched, ['Retries1 of 50', 'Retries exhausted0 of 10', 'Average delay6 of 60 s'])
  const rules = readFileSync(join(root, 'src/monitor/alert.rs'), 'utf8')
  assert.deepEqual([...rules.matchAll(/threshold: ([\d.]+),/g)].map(([, value]) => Number(value)), [50, 10, 60])
  await assertAccessible(view.page, 'the monitor')
  view.assertClean()
})
