// The chaos panel: for each kind of fault the guarantee holds, and the verdict says so only if it does.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { judge } from '../../www/chaos/verdict.js'
import { injectFaults } from '../../www/chaos/fault-injection.js'
import { packed, recording } from '../package/support.mjs'
import { assertAccessible } from './accessibility.mjs'
import { demoSite } from './demo-site.mjs'

const lib = packed()
const there = demoSite()

/** Runs the scenario under chaos until there is a verdict. */
async function under(kind, hash, { live } = {}) {
  const view = await there.visit(live ? '#live=' + live : hash)
  const { page, byId } = view
  await byId('chaos').selectOption(kind)
  await page.waitForFunction(() => !/running/.test(document.querySelector('[data-testid=verdict]')?.textContent ?? 'running'))
  return { ...view, verdict: await byId('verdict').textContent(), facts: await byId('verdict-facts').locator('li').allTextContents() }
}

describe('in a replay', () => {
  for (const [kind, fact] of [['bytes', /^[\d,]+ pieces of one byte\.$/], ['crlf', /^\d+ frames with CRLF line endings\.$/], ['malformed', /^\d+ malformed frames injected\.$/], ['drop', /^The last [\d,]+ bytes never arrived\.$/]]) {
    for (const name of ['team_nested', 'seedroute_seed_tool_then_429_then_ok']) {
      test(`${kind}: ${name}`, async () => {
        const view = await under(kind, `#scenario=${name}&speed=max`)
        assert.equal(view.verdict, 'It held', view.facts.join(' | '))
        assert.match(view.facts[0], fact)
        assert.match(view.facts.join(' '), kind === 'drop' ? /What had arrived is kept, \d+ characters\. The page says that the stream was interrupted\./ : /The answer is the same, \d+ characters\..*It ended as it should: completed\..*events behind the scenes are the same\./)
        if (kind === 'crlf') await assertAccessible(view.page, 'chaos')
        view.assertClean()
      })
    }
  }

  for (const [kind, live] of [['storm', 'page-retries'], ['duplicate', 'survives']]) {
    test(`what needs a backend starts a live run that has one: ${kind}`, async () => {
      const view = await under(kind, '#scenario=seedroute_seed_plain&speed=max')
      assert.equal(view.verdict, 'It held', view.facts.join(' | '))
      assert.equal(await view.byId(`live-${live}`).getAttribute('aria-current'), 'true')
      assert.equal(await view.byId('chaos').inputValue(), kind)
      // Back on a recording it means nothing, and is off.
      await view.byId('scenario-seedroute_seed_plain').click()
      await view.statusIs('completed')
      assert.equal(await view.byId('chaos').inputValue(), '')
      view.assertClean()
    })
  }
})

describe('before the backend inside the page', () => {
  for (const [kind, live, fact] of [
    ['drop', 'survives', /^The connection broke 2 times\..*It was resumed, and the timeline says so\.$/], ['stall', 'survives', /fell silent.*It was resumed/],
    ['duplicate', 'survives', /^\d\d frames arrived twice\..*The answer is the same, 3\d\d characters\./], ['clock', 'survives', /^The clock jumped ten minutes/],
    ['bytes', 'survives', /pieces of one byte/], ['malformed', 'survives', /malformed frames are counted\.$/],
    ['storm', 'page-retries', /^The server refused 2 times with HTTP 429\..*The wait was shown; 4 attempts/], ['crlf', 'page-retries', /CRLF line endings/],
  ]) {
    test(`${kind}: ${live}`, async () => {
      const view = await under(kind, '', { live })
      assert.equal(view.verdict, 'It held', view.facts.join(' | '))
      assert.match(view.facts.join(' '), fact)
      view.assertClean()
    })
  }
})

describe('the verdict is no matter of course', () => {
  const play = (bytes, end = true) => {
    const handler = lib.createStreamHandler({ notify: 'sync' })
    handler.begin('hello')
    handler.feed(bytes)
    if (end) handler.end()
    const snapshot = handler.getSnapshot()
    handler.dispose()
    return snapshot
  }
  const name = 'team_nested'
  const reference = () => play(recording(name).bytes)
  const without = (text) => {
    const whole = Buffer.from(recording(name).bytes).toString()
    assert.ok(whole.includes(text))
    return play(Buffer.from(whole.replace(text, '')))
  }

  test('a lost character, a lost member, a lost event, another end: it did not hold, and says why', () => {
    const lost = JSON.parse(JSON.stringify(reference()))
    lost.turns[0].answer.content = lost.turns[0].answer.content.replace('e', '')
    const said = (seen) => judge({ kind: 'bytes', seen, reference: reference(), faults: 9 })
    assert.equal(said(reference()).held, true)
    assert.match(said(lost).facts.find(({ ok }) => !ok).text, /^The answer differs: at character \d+/)
    const member = JSON.parse(JSON.stringify(reference()))
    member.turns[0].work.pop()
    assert.match(said(member).facts.find(({ ok }) => !ok).text, /members differ/)
    const event = JSON.parse(JSON.stringify(reference()))
    event.turns[0].timeline.splice(3, 1)
    assert.match(said(event).facts.find(({ ok }) => !ok).text, /events behind the scenes differ/)
    assert.equal(said(without('event: TeamRunCompleted')).held, true, 'the name is in the data, too')
    assert.equal(said(play(recording(name).bytes.subarray(0, 4000))).held, false)
  })

  test('malformed frames that are not counted, a break that nobody mentions, a stall that is not taken up', () => {
    const whole = reference()
    assert.equal(judge({ kind: 'malformed', seen: whole, reference: whole, faults: 3, malformed: whole.diagnostics.malformedFrames }).held, false)
    const { bytes } = injectFaults({ bytes: recording(name).bytes, chunks: recording(name).meta.chunks_ms_size }, 'drop')
    const cut = play(bytes, false)
    assert.equal(judge({ kind: 'drop', seen: play(bytes), reference: cut, faults: 500 }).held, true)
    assert.equal(judge({ kind: 'drop', seen: cut, reference: cut, faults: 500 }).held, false)
    assert.equal(judge({ kind: 'stall', seen: whole, reference: whole, faults: 1, resumable: true }).held, false)
    assert.equal(judge({ kind: 'storm', seen: whole, reference: whole, faults: 2, statuses: [] }).held, false)
    assert.equal(judge({ kind: 'bytes', seen: whole, reference: whole, faults: 0 }).held, null)
  })
})
