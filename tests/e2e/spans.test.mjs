// Where the time of a turn went, as a function of its timeline: every bar within the turn, none without an end, tokens as the
// server counted them. The first tests are made by hand; then every recording.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { packed, recording, root } from '../package/support.mjs'
import { KINDS, spans } from '../../www/chart/trace-spans.js'

const lib = packed()
let count = 0
const entry = (eventType, heardAt, { source = 'Team', depth = 0, runId = 'r', sourceType = 'team', overAt, ...details } = {}) =>
  ({ id: `e${++count}`, timestamp: 1000, heardAt, ...(overAt === undefined ? {} : { overAt }), eventType, source, sourceType, description: eventType, status: 'completed', depth, details: { runId, attempt: 1, ...details } })
const turnOf = (timeline, { beganAt = 100, firstAt = 101, endedAt = 110, outcome = 'completed' } = {}) =>
  ({ timeline, times: { beganAt, firstAt, endedAt }, outcome, answer: {}, usage: {} })
const picture = ({ spans: all }) => all.map(({ lane, kind, from, to, superseded }) => `${lane}: ${kind} ${from}–${to}${superseded ? ' superseded' : ''}`)
const ann = { source: 'Ann', depth: 1, sourceType: 'agent' }

test('waiting, model, writing, tools, a member beside them', () => {
  const found = spans(turnOf([
    entry('TeamRunStarted', 101), entry('TeamModelRequestStarted', 101.5), entry('TeamRunContent', 102), entry('TeamModelRequestCompleted', 103, { tokenUsage: { input: 100, output: 30, total: 130 } }),
    entry('TeamToolCallStarted', 103, { toolCallId: 'a', toolName: 'search' }), entry('TeamToolCallStarted', 103.5, { toolCallId: 'b', toolName: 'ask' }),
    entry('RunStarted', 104, { ...ann, runId: 'm' }), entry('RunCompleted', 106, { ...ann, runId: 'm' }),
    entry('TeamToolCallCompleted', 107, { toolCallId: 'b' }), entry('TeamToolCallCompleted', 105, { toolCallId: 'a' }), entry('TeamRunCompleted', 110),
  ]))
  assert.deepEqual(picture(found), ['Team: waiting 0–1', 'Team: model 1.5–3', 'Team: writing 2–3', 'Team: tool 3–5', 'Team: tool 3.5–7', 'Ann: run 4–6'])
  assert.deepEqual([found.to, found.firstToken, found.lanes], [10, 2, ['Team', 'Ann']])
  assert.deepEqual(found.agents, [{ name: 'Team', input: 100, output: 30, cost: 0, perSecond: 20 }])
})

test('a retry: what the attempt had begun ends with it, the wait lasts until the stream goes on', () => {
  const found = spans(turnOf([
    entry('TeamModelRequestStarted', 101, { voided: true }), entry('retry', 103, { overAt: 108 }),
    entry('TeamModelRequestStarted', 108, { attempt: 2, runId: 'r2' }), entry('TeamRunCompleted', 110, { attempt: 2, runId: 'r2' }),
  ]))
  assert.deepEqual(picture(found), ['Team: waiting 0–1', 'Team: model 1–3 superseded', 'Team: retry 3–8', 'Team: model 8–10'])
})

test('a connection that is lost, and a pause: gaps in which nothing ran', () => {
  const found = spans(turnOf([entry('RunStarted', 101), entry('resume', 103, { overAt: 104.5 }), entry('RunPaused', 105), entry('RunContinued', 109), entry('RunCompleted', 110)]))
  assert.deepEqual(picture(found), ['Team: waiting 0–1', 'Team: resume 3–4.5', 'Team: user 5–9'])
})

test('what still runs goes on until now; before the first frame all of it is waiting', () => {
  const running = { endedAt: null, outcome: null }
  assert.deepEqual(picture(spans(turnOf([entry('ModelRequestStarted', 101)], running), 107)), ['Team: waiting 0–1', 'Team: model 1–7'])
  assert.deepEqual(picture(spans(turnOf([], { ...running, firstAt: null }), 104)), ['Assistant: waiting 0–4'])
})

test('two members of one name have a lane each; a session from the store has the events’ own times', () => {
  const twice = [['m1', 101, 102], ['m2', 103, 104]].flatMap(([runId, from, to]) => [entry('RunStarted', from, { ...ann, runId }), entry('RunCompleted', to, { ...ann, runId })])
  assert.deepEqual(picture(spans(turnOf(twice, { firstAt: 100 }))), ['Ann 1: run 1–2', 'Ann 2: run 3–4'])
  const stored = twice.map((one, at) => ({ ...one, heardAt: 100, timestamp: 1000 + at }))
  const found = spans(turnOf(stored, { beganAt: 100, firstAt: 100, endedAt: 100 }))
  assert.deepEqual([picture(found), found.stored, found.to], [['Ann 1: run 0–1', 'Ann 2: run 2–3'], true, 3])
})

test('every recording: bars lie within the turn, each start has its bar, tokens add up to the server’s sum', () => {
  const names = readdirSync(join(root, 'tests/fixtures/recordings')).filter((name) => name.endsWith('.sse')).map((name) => name.slice(0, -4))
  let bars = 0, counted = 0
  for (const name of names) {
    const handler = lib.createStreamHandler({ notify: 'sync' })
    handler.begin('hello')
    handler.feed(recording(name).bytes)
    handler.end()
    for (const turn of handler.getSnapshot().turns) {
      const found = spans(turn, Date.now() / 1000)
      const begun = turn.timeline.filter(({ eventType }) => /^(Team)?(ModelRequest|ToolCall)Started$/.test(eventType))
      assert.equal(found.spans.filter(({ kind }) => kind === 'model' || kind === 'tool').length, begun.length, name)
      for (const { kind, from, to } of found.spans) {
        assert.ok(KINDS[kind] && from >= 0 && to >= from && to <= found.to + 1e-9, `${name}: ${kind} ${from}–${to} of ${found.to}`)
        bars++
      }
      const sum = (key) => found.agents.reduce((total, agent) => total + agent[key], 0)
      if (turn.usage.inputTokens > 0) {
        assert.deepEqual([sum('input'), sum('output')], [turn.usage.inputTokens, turn.usage.outputTokens], name)
        counted++
      }
      if (turn.usage.totalCost > 0) assert.ok(Math.abs(sum('cost') - turn.usage.totalCost) < 1e-9, `${name}: ${sum('cost')} and ${turn.usage.totalCost}`)
    }
    handler.dispose()
  }
  assert.ok(bars > 200 && counted > 30, `${bars} bars, ${counted} sums`)
})
