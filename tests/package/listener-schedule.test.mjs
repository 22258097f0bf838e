// How often listeners are called, with a fake clock and fake animation frames: once per frame, less often if rendering is slow, and
// immediately at the end.
import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { frame, packed } from './support.mjs'

const lib = packed()
let handler, told, clock, frames, cost
const delta = () => handler.feed(frame('RunContent', { run_id: 'run-1', session_id: 's', agent_id: 'a', content: 'x' }))

beforeEach((context) => {
  clock = 1000
  frames = []
  told = 0
  cost = 0
  context.mock.timers.enable({ apis: ['setTimeout'] })
  context.mock.method(performance, 'now', () => clock)
  globalThis.requestAnimationFrame = (run) => frames.push(run)
  globalThis.cancelAnimationFrame = (id) => { frames[id - 1] = undefined }
  handler = lib.createStreamHandler()
  handler.subscribe(() => { told++ })
  handler.begin('hello')
  screen(context)
  told = 0
})
afterEach(() => {
  handler.dispose()
  delete globalThis.requestAnimationFrame
  delete globalThis.cancelAnimationFrame
})

/** Draws the frame that is asked for, if one is: it takes `cost` milliseconds of the page. */
function screen(context) {
  const due = frames.splice(0).filter(Boolean)
  for (const run of due) run()
  if (due.length) clock += cost
  context.mock.timers.tick(1)
  return due.length > 0
}

const pass = (context, ms) => {
  clock += ms
  context.mock.timers.tick(ms)
}

test('many changes between two frames are told once', (context) => {
  for (let i = 0; i < 100; i++) delta()
  assert.equal(told, 0)
  assert.ok(screen(context))
  assert.equal(told, 1)
})

test('a page that draws fast is told at every frame', (context) => {
  cost = 5
  for (let i = 0; i < 10; i++) {
    delta()
    assert.ok(screen(context), `frame ${i}`)
  }
  assert.equal(told, 10)
})

test('a page that draws slowly is told so often that drawing takes a third of the time', (context) => {
  cost = 40
  delta()
  assert.ok(screen(context))
  delta()
  assert.equal(screen(context), false, 'no frame is asked for while the page has its breath')
  pass(context, 60)
  assert.equal(screen(context), false)
  pass(context, 10)
  assert.ok(screen(context))
  assert.equal(told, 2)
})

test('however slow the page, nothing waits longer than a quarter of a second for it', (context) => {
  cost = 2000
  delta()
  assert.ok(screen(context))
  delta()
  pass(context, 200)
  assert.equal(screen(context), false)
  pass(context, 40)
  assert.ok(screen(context))
})

test('the end of a run is told at once, however dear drawing is', (context) => {
  cost = 40
  delta()
  screen(context)
  delta()
  handler.feed(frame('RunCompleted', { run_id: 'run-1', session_id: 's', agent_id: 'a', content: 'xx' }))
  assert.equal(told, 2)
})
