import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../package/support.mjs'
import { backends, browser, liveWith, open, retrying, visit } from './live.mjs'

liveWith('server')

test('two tabs share what they know of a limit: the second does not run into it', async () => {
  const site = await backends.server()
  open.push(site.close)
  const context = await browser.newContext()
  open.push(() => context.close())
  const first = await visit(site, '#live=page-retries', context)
  const second = await visit(site, '#live=page-retries', context)
  await second.byId('composer').waitFor()
  // By the browser's clock: when an event gets here depends on what else the machine does.
  const [struck, sent] = [[], []]
  first.page.on('requestfinished', (request) => request.method() === 'POST' && struck.push(request.timing().startTime))
  let asked = 0
  second.page.on('request', (request) => (asked += request.method() === 'POST'))
  second.page.on('requestfinished', (request) => request.method() === 'POST' && sent.push(request.timing().startTime))
  await first.say('hi [[limit times=1 delay=12]]')
  await first.activityIs(retrying(12, 1))
  await second.say('hello from the other tab')
  await second.activityIs('Waiting ')
  assert.match(await second.byId('activity').textContent(), /^Waiting \d+ seconds? to stay under the rate limit\.\.\.$/)
  assert.equal(asked, 0)
  await first.statusIs('completed')
  await second.says('You said “hello from the other tab”')
  await until(() => sent.length > 0)
  assert.equal(sent.length, 1)
  assert.ok(sent[0] - struck[0] >= 12_000, `sent ${sent[0] - struck[0]} ms after the one that met the limit`)
  first.assertClean()
  second.assertClean()
})
