// 'ai-stream-handler/a11y': what a screen reader gets to say, and how a countdown reads.
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { frame, install, recording } from './support.mjs'

let lib, a11y, remove
before(async () => {
  const installed = await install()
  remove = installed.remove
  const dist = `${installed.scratch}/node_modules/ai-stream-handler/dist`
  lib = await import(`${dist}/index.js`)
  a11y = await import(`${dist}/a11y.js`)
})
after(() => remove?.())

describe('announce', () => {
  let handler, said, stop
  const base = { run_id: 'run-1', session_id: 's', agent_id: 'a', agent_name: 'Ann', created_at: 1_795_452_000 }
  const event = (name, data = {}) => handler.feed(frame(name, { ...base, ...data }))
  const delta = (content) => event('RunContent', { content })
  const begin = (options) => {
    stop?.()
    handler = lib.createStreamHandler({ notify: 'sync' })
    said = []
    stop = a11y.announce(handler, { say: (text, urgency) => said.push(urgency === 'polite' ? text : `! ${text}`), ...options })
    handler.begin('hello')
  }
  let tick
  beforeEach((context) => {
    context.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_795_460_000_000 })
    tick = (seconds) => context.mock.timers.tick(seconds * 1000)
    begin()
  })
  afterEach(() => {
    stop()
    handler.dispose()
  })

  test('says whole sentences, not tokens, each once', () => {
    event('RunStarted')
    tick(1)
    said.length = 0
    for (const token of ['It ', 'is ', 'fine', '. The ', 'sun ', 'shines', '! And', ' more']) {
      delta(token)
      tick(0.1)
    }
    tick(2)
    assert.deepEqual(said, ['It is fine. The sun shines!'])
    event('RunCompleted', { content: 'It is fine. The sun shines! And more' })
    tick(2)
    assert.deepEqual(said, ['It is fine. The sun shines!', 'And more'])
  })

  test('speaks no more often than its interval, however fast the answer comes', () => {
    begin({ interval: 5 })
    event('RunStarted')
    for (let i = 0; i < 100; i++) {
      delta(`Sentence ${i}. `)
      tick(0.1)
    }
    assert.ok(said.length <= 3, `${said.length} texts in 10 seconds`)
    event('RunCompleted', { content: Array.from({ length: 100 }, (_, i) => `Sentence ${i}. `).join('') })
    tick(6)
    const whole = said.join(' ')
    for (let i = 0; i < 100; i++) assert.equal(whole.split(`Sentence ${i}.`).length, 2, `Sentence ${i}`)
  })

  test('says what is being done when that changes, and a retry with its words', () => {
    event('RunStarted')
    tick(1)
    event('ToolCallStarted', { tool: { tool_call_id: '1', tool_name: 'tavily_search', tool_args: { query: 'weather' } } })
    tick(1)
    handler.feed(frame('retry', { attempt: 1, max_retries: 3, delay: 5, message: 'Rate limit reached. Retrying in 5 seconds... (Attempt 1/3)' }))
    tick(1)
    assert.deepEqual(said, ['Ann is working...', 'Searching the web for "weather"', 'Rate limit reached. Retrying in 5 seconds... (Attempt 1/3)'])
  })

  test('a failure and a question are said at once', () => {
    event('RunStarted')
    delta('Half a')
    event('RunError', { content: 'It broke.' })
    assert.equal(said.at(-1), '! It broke.')
    begin()
    handler.feed(recording('hitl_agent_confirm.1_pause').bytes)
    assert.match(said.at(-1), /^! ./)
  })

  test('what was said of a voided attempt is not mixed into the next one', () => {
    event('RunStarted')
    delta('First try. It')
    tick(1)
    handler.feed(frame('retry', { attempt: 1, max_retries: 3, delay: 1, message: 'Retrying' }))
    tick(2)
    event('RunStarted', { run_id: 'run-2' })
    event('RunContent', { run_id: 'run-2', content: 'Second try. It' })
    tick(2)
    assert.deepEqual(said, ['First try.', 'Retrying', 'Second try.'])
  })

  test('a retry that begins with the same words says them once', () => {
    event('RunStarted')
    delta('It is fine. The sun shines. And')
    tick(2)
    handler.feed(frame('retry', { attempt: 1, max_retries: 3, delay: 1, message: 'Retrying' }))
    tick(2)
    said.length = 0
    const again = (content) => event('RunContent', { run_id: 'run-2', content })
    event('RunStarted', { run_id: 'run-2' })
    for (const token of ['It ', 'is fine. The ', 'sun ', 'sets. So', ' we go. ']) {
      again(token)
      tick(2)
    }
    event('RunCompleted', { run_id: 'run-2', content: 'It is fine. The sun sets. So we go. ' })
    tick(2)
    assert.deepEqual(said.filter((text) => !/^Ann/.test(text)), ['The sun sets.', 'So we go.'])
  })

  test('an error that was closed is not said again, and one of another attempt is', () => {
    event('RunStarted')
    event('RunError', { content: 'It broke.' })
    handler.dismissError()
    tick(2)
    handler.load({ sessionId: null, messages: handler.getSnapshot().messages })
    tick(2)
    assert.deepEqual(said.filter((text) => text === '! It broke.'), ['! It broke.'])
    handler.begin('again')
    event('RunStarted', { run_id: 'run-2' })
    event('RunError', { run_id: 'run-2', content: 'It broke.' })
    assert.deepEqual(said.filter((text) => text === '! It broke.'), ['! It broke.', '! It broke.'])
  })

  test('an error and a question that come together are both said', () => {
    const question = { message: 'Send it?', requirements: [] }
    let snapshot = { ...lib.emptySnapshot }
    const fake = { getSnapshot: () => snapshot, subscribe: (listener) => ((fake.tell = listener), () => {}) }
    const heard = []
    const end = a11y.announce(fake, { say: (text, urgency) => heard.push([text, urgency]) })
    snapshot = { ...snapshot, error: { message: 'It did not arrive.', type: 'network', retryable: true }, pause: question }
    fake.tell()
    assert.deepEqual(heard, [['It did not arrive. Send it?', 'assertive']])
    end()
  })

  test('leaves out the marks of Markdown, and code', () => {
    event('RunStarted')
    tick(1)
    said.length = 0
    const text = '# Title\n\n**Bold** and [a link](http://x.y/z).\n\n```js\nlet a = 1. + 2\n```\n\nDone. '
    for (const part of text.match(/.{1,7}/gs)) delta(part)
    event('RunCompleted', { content: text })
    tick(2)
    assert.equal(said.join(' ').replace(/\s+/g, ' '), 'Title Bold and a link. code. Done.')
  })

  test('an answer that was there before is not read out, and nothing after it was stopped', () => {
    event('RunStarted')
    delta('Old. And ')
    stop()
    said.length = 0
    stop = a11y.announce(handler, { say: (text) => said.push(text) })
    delta('new. So ')
    tick(2)
    assert.deepEqual(said, ['And new.'])
    stop()
    delta('more. So ')
    tick(2)
    assert.equal(said.length, 1)
  })
})

test('a countdown reads in words, short, as a clock, and in the language of the page', () => {
  const at = (seconds, options) => a11y.countdown({ resumesAt: 1000 + seconds }, { now: 1000, locale: 'en', ...options })
  assert.deepEqual([at(5), at(4.2), at(1), at(0), at(-3)], ['5 seconds', '5 seconds', '1 second', '0 seconds', '0 seconds'])
  assert.deepEqual([at(65), at(60), at(3725)], ['1 minute 5 seconds', '1 minute', '1 hour 2 minutes 5 seconds'])
  assert.deepEqual([at(5, { style: 'short' }), at(65, { style: 'short' })], ['5 sec', '1 min 5 sec'])
  assert.deepEqual([at(5, { style: 'clock' }), at(65, { style: 'clock' }), at(3725, { style: 'clock' })], ['0:05', '1:05', '1:02:05'])
  assert.equal(at(5, { locale: 'da' }), '5 sekunder')
})
