// Every recorded stream of a real AgentOS through the installed package: the split of the bytes must not matter, and
// what the page shows must be what the backend stored afterwards (NAME.truth.json).
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { chunks, framesOf, importFrom, install, recording, replay, singles, storyOf, streamNames, wholes } from './support.mjs'

/** Where the backend's record is not what a page should show, and why. */
const special = {
  disconnect_agent_foreground: { outcome: 'interrupted', cutOff: true, why: 'the recorder hung up; no event says how the run ended' },
  'bg_agent.0_full_or_dropped': { outcome: 'interrupted', cutOff: true, why: 'the recorder hung up; the run went on in the background' },
  'bg_agent.4_resume_beyond_end': { outcome: ['completed', 'interrupted'], text: '', bare: true, why: 'the stream says that the run is COMPLETED, and nothing else: no text, no session' },
  seedroute_later_paused_confirm: { outcome: 'paused', noTools: true, why: 'stored as CANCELLED, because the route hung up on the run after `paused`, which names the tool but not its call' },
  seedroute_later_paused_input: { outcome: 'paused', noTools: true, why: 'as above; `paused` does not even name the tool' },
}
const outcomeOf = { COMPLETED: 'completed', ERROR: 'failed', PAUSED: 'paused', CANCELLED: 'cancelled' }

let pkg, remove
before(async () => {
  const installed = await install()
  remove = installed.remove
  pkg = await importFrom(installed.scratch)
})
after(() => remove?.())

const legsOf = (name) => (/\.2_continue$/.test(name) ? [recording(name.replace('2_continue', '1_pause')), recording(name)] : [recording(name)])

describe('the split of the bytes does not matter', () => {
  for (const name of streamNames()) {
    test(`${name} gives the same snapshot whole, in the network's chunks and byte by byte`, () => {
      const whole = replay(pkg, legsOf(name), wholes)
      assert.deepStrictEqual(replay(pkg, legsOf(name), chunks), whole)
      assert.deepStrictEqual(replay(pkg, legsOf(name), singles), whole)
    })
  }
})

describe('what is shown is what happened', () => {
  for (const name of streamNames()) {
    test(`${name} ends as the backend stored it`, () => {
      const legs = legsOf(name)
      const leg = legs.at(-1)
      const snapshot = replay(pkg, legs, chunks)
      const turn = snapshot.turns.at(-1)
      const story = storyOf(leg.bytes)
      const stored = leg.truth?.run?.body
      const outcome = special[name]?.outcome ?? (stored ? outcomeOf[stored.status] : outcomeByFrames(story))

      assert.ok([outcome].flat().includes(snapshot.status), `status is ${snapshot.status}, not ${outcome}`)
      assert.equal(turn.outcome, snapshot.status)
      assert.equal(snapshot.isStreaming, false)
      assert.equal(snapshot.activityStatus === null || snapshot.status === 'paused', true, `still says ${snapshot.activityStatus}`)
      checkAnswer(name, turn.answer, { snapshot, story, stored, before: legs.length > 1 ? storyOf(legs[0].bytes) : null })
      checkError(snapshot, story)
      if (stored && !special[name]?.bare) checkRun(name, turn, snapshot, leg.truth, story)
      checkMembers(turn, leg)
      checkTimeline(turn, story)
      const { diagnostics } = snapshot
      assert.equal(diagnostics.malformedFrames, 0)
      assert.deepEqual(diagnostics.unknown, [])
      assert.equal(diagnostics.bytesRead, legs.reduce((sum, { bytes }) => sum + bytes.length, 0))
      assert.equal(diagnostics.framesRead, legs.reduce((sum, { bytes }) => sum + framesOf(bytes).length, 0))
    })
  }

  test('two runs of one session are two turns of one conversation', () => {
    const legs = [recording('agent_same_session.1'), recording('agent_same_session.2')]
    const { turns, sessionId, sessions } = replay(pkg, legs, chunks)
    assert.deepEqual(turns.map(({ answer }) => answer.content), legs.map(({ bytes }) => storyOf(bytes).ended.content))
    assert.equal(sessionId, legs[1].truth.session_id)
    assert.equal(sessions.length, 1)
  })
})

function outcomeByFrames({ endedAs, error }) {
  if (error || /Error/.test(endedAs)) return 'failed'
  return /Paused/.test(endedAs) ? 'paused' : /Cancelled/.test(endedAs) ? 'cancelled' : endedAs ? 'completed' : 'interrupted'
}

function checkAnswer(name, answer, { snapshot, story, stored, before }) {
  const complete = stored?.content ?? story.ended?.content ?? ''
  if (special[name]?.text !== undefined) return assert.equal(answer.content, special[name].text)
  if (special[name]?.cutOff) {
    assert.equal(answer.content, story.streamed)
    return assert.ok(complete.startsWith(answer.content))
  }
  switch (snapshot.status) {
    case 'completed': {
      if (typeof complete === 'object') {
        assert.deepEqual(JSON.parse(answer.content), complete)
        assert.equal(answer.content, JSON.stringify(JSON.parse(answer.content), null, 2))
        return assert.deepEqual(answer.structured, complete)
      }
      // The backend stores the leg after a pause only; what had been said before it stays in front.
      return assert.equal(answer.content, (before?.streamed ?? '') + complete)
    }
    // What is stored is the provider's error; the page keeps what had been streamed by the last attempt.
    case 'failed': return assert.equal(answer.content, story.streamed)
    case 'paused': return assert.equal(answer.content, story.streamed || (story.ended?.content ?? ''))
    // Has one token more than was streamed. A leader's would have its members' tokens in it; no recording has such.
    case 'cancelled': return assert.equal(answer.content, story.members.size > 0 ? story.streamed : story.ended.content)
    default: assert.fail(`unexpected status ${snapshot.status}`)
  }
}

function checkError({ status, error }, story) {
  if (status === 'completed' || status === 'paused' || status === 'cancelled') return assert.equal(error, null)
  assert.ok(error.message.length > 0)
  assert.doesNotMatch(error.message, /\[object|undefined|^\s*[{<]/, 'the banner is to be read by people')
  if (!story.error) return
  const sent = story.error.error
  if (/[{<]/.test(sent)) {
    // A provider's JSON or the name of an object: the sentence in it, if it has one.
    assert.doesNotMatch(error.message, /[{<]/)
    assert.ok(error.message.endsWith(/"message":"([^"]*)"/.exec(sent)?.[1] ?? 'An error occurred'), error.message)
  } else assert.equal(error.message, sent, 'the words of the server, letter for letter')
  if (story.error.type) assert.equal(error.type, story.error.type)
  if (story.error.retries !== undefined) assert.equal(error.retries, story.error.retries)
}

function checkRun(name, turn, snapshot, truth, story) {
  const run = truth.run.body
  assert.equal(snapshot.sessionId, truth.session_id)
  assert.ok(snapshot.sessions.some(({ session_id }) => session_id === truth.session_id))
  assert.equal(turn.runId, run.run_id)
  if (story.retries > 0) {
    assert.equal(turn.attempts, truth.runs.body.filter(({ parent_run_id }) => !parent_run_id).length)
  } else assert.equal(turn.attempts, 1)
  // AgentOS stores tool calls of a workflow with its steps.
  if (!run.workflow_id && !special[name]?.noTools) checkTools(turn.answer.tool_calls, run.tools)
}

function checkTools(shown = [], stored = []) {
  const essence = ({ tool_call_id, tool_name, tool_args, tool_call_error }) => ({ tool_call_id, tool_name, tool_args, tool_call_error: Boolean(tool_call_error) })
  const byId = (a, b) => (a.tool_call_id < b.tool_call_id ? -1 : 1)
  assert.deepEqual(shown.map(essence).sort(byId), stored.map(essence).sort(byId))
  for (const { tool_call_id, result } of stored) {
    if (typeof result !== 'string') continue
    const call = shown.find((tool) => tool.tool_call_id === tool_call_id)
    assert.equal(call.result, result)
    assert.equal(call.content, result)
  }
}

/** Members from the list of stored runs; theirs (which that list leaves out) from the last frame. */
function checkMembers(turn, leg) {
  const stored = (leg.truth?.runs?.body ?? []).filter(({ parent_run_id }) => parent_run_id)
  const listed = storyOf(leg.bytes).ended?.member_responses ?? []
  const nested = (responses) => responses.flatMap((member) => [member, ...nested(member.member_responses ?? [])])
  for (const member of [...stored, ...nested(listed)]) {
    const messages = turn.work.filter(({ runId, role }) => runId === member.run_id && role === 'agent')
    assert.equal(messages.length, 1, `member ${member.run_id} has ${messages.length} messages`)
    if (typeof member.content === 'string' && (member.status ?? 'COMPLETED') === 'COMPLETED') assert.equal(messages[0].content, member.content)
    if (member.parent_run_id) assert.equal(messages[0].parentRunId, member.parent_run_id)
    checkTools(messages[0].tool_calls, member.tools ?? [])
  }
}

function checkTimeline({ timeline, answer, attempts }, story) {
  for (const entry of timeline) {
    assert.ok(Number.isFinite(entry.timestamp) && entry.timestamp > 1e9 && entry.timestamp < 1e10, `${entry.eventType}: ${entry.timestamp} is no time in seconds`)
    assert.ok(entry.description.length > 0 && !/undefined|\[object/.test(entry.description), entry.description)
  }
  assert.equal(new Set(timeline.map(({ id }) => id)).size, timeline.length, 'ids are unique')
  assert.deepEqual(timeline.filter(({ eventType }) => eventType === 'retry').map(({ details }) => details.retryAttempt), Array.from({ length: story.retries }, (_, i) => i + 1))
  assert.equal(timeline.some(({ details }) => details.voided), attempts > 1)
  if (timeline.length > 0) assert.deepEqual(answer.behindTheScenes, timeline)
}
