// smooth: the pace, in a page whose frames and clock the test controls.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { load } from './renderers.mjs'

const { smooth } = await load('ai-stream-handler/smooth')

let now, frames, page
const real = { performance: globalThis.performance }
beforeEach(() => {
  now = 1000
  frames = new Map()
  page = { hidden: false, reduced: false, onHide: null }
  Object.assign(globalThis, {
    requestAnimationFrame: (run) => (frames.set(run, run), run), cancelAnimationFrame: (run) => frames.delete(run), matchMedia: () => ({ matches: page.reduced }),
    document: { get hidden() { return page.hidden }, addEventListener: (_, run) => { page.onHide = run }, removeEventListener: () => { page.onHide = null } },
  })
  Object.defineProperty(globalThis, 'performance', { configurable: true, value: { now: () => now } })
})
afterEach(() => {
  for (const name of ['requestAnimationFrame', 'cancelAnimationFrame', 'matchMedia', 'document']) delete globalThis[name]
  Object.defineProperty(globalThis, 'performance', { configurable: true, value: real.performance })
})

/** One frame after `passed` milliseconds. */
function turn(passed = 16) {
  now += passed
  const due = [...frames.values()]
  frames.clear()
  for (const run of due) run(now)
}

const running = (content) => ({ role: 'agent', status: 'started', content })

test('what is there at the beginning is shown at once', () => {
  assert.equal(smooth('history').text, 'history')
  assert.equal(smooth(running('so far')).text, 'so far')
  assert.equal(smooth().text, '')
})

test('what arrives is revealed by its share in every frame, whole and in order', () => {
  const paced = smooth('')
  const text = 'Some words that arrive in one burst, as they do from a model.'.repeat(3)
  paced.update(text)
  const seen = [paced.text]
  paced.subscribe(() => seen.push(paced.text))
  turn()
  // 16 of 300 milliseconds.
  assert.equal(paced.text.length, Math.ceil((text.length * 16) / 300))
  for (let count = 0; count < 200 && paced.text !== text; count++) turn()
  assert.equal(paced.text, text)
  assert.ok(seen.every((shown, at) => text.startsWith(shown) && (at === 0 || shown.length > seen[at - 1].length)))
  assert.equal(frames.size, 0, 'no frames without text')
})

test('half of a second after a burst nearly all is shown', () => {
  const paced = smooth('')
  paced.update('x'.repeat(500))
  for (let passed = 0; passed < 480; passed += 16) turn()
  assert.ok(paced.text.length > 350, `${paced.text.length}`)
})

test('never further behind than the cap', () => {
  const paced = smooth('', { cap: 100 })
  paced.update('x'.repeat(5000))
  assert.equal(paced.text.length, 4900)
  paced.update('x'.repeat(6000))
  assert.equal(paced.text.length, 5900)
})

test('the end of the run, a stop and an error show all of it and stop the clock', () => {
  for (const end of [{ status: 'completed' }, { status: 'cancelled', cancelled: true }, { status: 'error', streamingError: true }, { status: 'paused' }]) {
    const paced = smooth(running(''))
    paced.update(running('x'.repeat(300)))
    turn()
    assert.ok(paced.text.length < 300)
    paced.update({ ...running('x'.repeat(300)), ...end })
    assert.equal(paced.text.length, 300)
    assert.equal(frames.size, 0)
  }
  const text = smooth('')
  text.update('x'.repeat(300))
  text.update('x'.repeat(300), { ended: true })
  assert.equal(text.text.length, 300)
})

test('a hidden page, one that is hidden meanwhile, and reduced motion: at once', () => {
  page.hidden = true
  const paced = smooth('')
  paced.update('all')
  assert.equal(paced.text, 'all')
  page.hidden = false
  paced.update(`all ${'x'.repeat(300)}`)
  assert.equal(paced.text, 'all')
  page.hidden = true
  page.onHide()
  assert.equal(paced.text.length, 304)
  page.hidden = false
  page.reduced = true
  paced.update(`${paced.text}y`)
  assert.ok(paced.text.endsWith('y'))
  const off = smooth('', { off: true })
  page.reduced = false
  off.update('all')
  assert.equal(off.text, 'all')
})

test('no character is cut', () => {
  const family = '👩‍👩‍👧‍👦', flag = '🇩🇰', accent = 'e\u0301'
  const text = `${family}${flag}${accent}`.repeat(20)
  const whole = new Set(['', ...Array.from(new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text), ({ index }) => text.slice(0, index)), text])
  const paced = smooth('')
  paced.update(text)
  for (let count = 0; count < 400 && paced.text !== text; count++) {
    assert.ok(whole.has(paced.text), paced.text)
    turn()
  }
  assert.equal(paced.text, text)
})

test('another text is shown at once', () => {
  const paced = smooth('')
  paced.update('x'.repeat(300))
  turn()
  paced.update('an attempt that starts over')
  assert.equal(paced.text, 'an attempt that starts over')
})

test('getSnapshot and subscribe without `this`; finish and dispose', () => {
  const { subscribe, getSnapshot, update, finish, dispose } = smooth('')
  let calls = 0
  const stop = subscribe(() => calls++)
  update('x'.repeat(300))
  turn()
  assert.deepEqual([calls, getSnapshot().length], [1, 16])
  finish()
  assert.deepEqual([calls, getSnapshot().length], [2, 300])
  stop()
  update('x'.repeat(600))
  turn()
  assert.equal(calls, 2)
  dispose()
  assert.equal(frames.size, 0)
})

test('wrong options are named', () => {
  assert.throws(() => smooth('', { within: -1 }), /within/)
  assert.throws(() => smooth('', { cap: NaN }), /cap/)
})
