/** Whether a guarantee held: the snapshot of a run with faults, compared with that of the same run without. Pure functions. */

/** What a page shows of a conversation, without ids and times. */
function summarize({ turns }) {
  return turns.map(({ answer, work, timeline, outcome, attempts }) => ({
    answer: answer.content, tools: toolsOf(answer), work: work.map((one) => [one.role, one.agentName ?? one.teamName ?? '', one.content, one.status ?? '', toolsOf(one)]),
    timeline: timeline.filter(({ eventType }) => eventType !== 'resume').map((e) => [e.eventType, e.source, e.description, e.status, e.depth, Boolean(e.details.voided)]),
    outcome, attempts,
  }))
}

const toolsOf = ({ tool_calls: calls = [] }) => calls.map(({ tool_name: name, result, status }) => [name, result, status])

/**
 * Returns `{ held, facts }`: `facts` say in words what was compared; `held` is null if no fault was injected.
 *
 * `kind` of fault; `seen`, `reference`: snapshots with and without faults; `faults`: how many were injected; `malformed`: malformed
 * frames the handler counted; `resumable`: the run can be resumed (the server numbers its frames); `statuses` the page went through.
 */
export function judge({ kind, seen, reference, faults, malformed = 0, resumable = false, statuses = [] }) {
  const [mine, theirs] = [summarize(seen), summarize(reference)]
  if (faults === 0) return { held: null, facts: [{ ok: true, text: 'No fault was injected: this stream is too short.' }] }
  const facts = []
  const check = (ok, good, bad) => facts.push({ ok, text: ok ? good : bad })
  const same = (part) => JSON.stringify(mine.map((turn) => turn[part])) === JSON.stringify(theirs.map((turn) => turn[part]))
  facts.push({ ok: true, text: FAULTS[kind](faults) })
  if (kind === 'drop' && !resumable) return judgeInterrupted(mine, theirs, seen, facts)
  const length = mine.reduce((sum, { answer }) => sum + answer.length, 0)
  check(same('answer'), `The answer is the same, ${length.toLocaleString()} characters.`, `The answer differs: ${difference(mine, theirs)}`)
  check(same('tools') && same('work'), 'Tools and members are the same.', 'Tools or members differ.')
  check(same('outcome'), `It ended as it should: ${mine.at(-1)?.outcome}.`, `It ended as ${mine.at(-1)?.outcome}, not ${theirs.at(-1)?.outcome}.`)
  if (kind !== 'storm') check(same('timeline'), `All ${mine.reduce((sum, { timeline }) => sum + timeline.length, 0)} events behind the scenes are the same.`, 'The events behind the scenes differ.')
  if (kind === 'malformed') {
    const extra = malformed - reference.diagnostics.malformedFrames
    check(extra === faults, `${extra} malformed frames are counted.`, `${extra} malformed frames are counted, but ${faults} arrived.`)
  }
  if (kind === 'storm') check(statuses.includes('retrying') && mine.at(-1)?.attempts > theirs.at(-1)?.attempts, `The wait was shown; ${mine.at(-1)?.attempts} attempts, and nothing is left of the superseded ones.`, 'The wait was not shown.')
  if (kind === 'drop' || kind === 'stall') check(seen.timeline.some(({ eventType }) => eventType === 'resume'), 'It was resumed, and the timeline says so.', 'It was not resumed.')
  return { held: facts.every(({ ok }) => ok), facts }
}

/** A run that cannot be resumed must keep what arrived, and say that it was interrupted. */
function judgeInterrupted(mine, theirs, seen, facts) {
  const [text, all] = [mine.at(-1)?.answer ?? '', theirs.at(-1)?.answer ?? '']
  const kept = all.startsWith(text) && (theirs.at(-1)?.outcome !== null || text === all)
  facts.push({ ok: kept, text: kept ? `What had arrived is kept, ${text.length.toLocaleString()} characters.` : `What had arrived is not what is shown: ${difference(mine, theirs)}` })
  const said = seen.status === 'interrupted' && seen.error !== null
  facts.push({ ok: said, text: said ? 'The page says that the stream was interrupted.' : `The page does not say so; its status is ${seen.status}.` })
  return { held: facts.every(({ ok }) => ok), facts }
}

const FAULTS = {
  bytes: (n) => `${n.toLocaleString()} pieces of one byte.`,
  crlf: (n) => `${n.toLocaleString()} frames with CRLF line endings.`,
  duplicate: (n) => `${n.toLocaleString()} frames arrived twice.`,
  malformed: (n) => `${n.toLocaleString()} malformed frames injected.`,
  drop: (n) => (n > 100 ? `The last ${n.toLocaleString()} bytes never arrived.` : `The connection broke ${n === 1 ? 'once' : `${n} times`}.`),
  stall: () => 'The stream fell silent without closing.',
  storm: (n) => `The server refused ${n} times with HTTP 429.`,
  clock: () => 'The clock jumped ten minutes ahead mid-answer.',
}

function difference(mine, theirs) {
  const at = mine.findIndex(({ answer }, turn) => answer !== theirs[turn]?.answer)
  const [a, b] = [mine[at]?.answer ?? '', theirs[at]?.answer ?? '']
  let from = 0
  while (from < Math.min(a.length, b.length) && a[from] === b[from]) from++
  return `at character ${from} there is “${a.slice(from, from + 20)}” instead of “${b.slice(from, from + 20)}”.`
}
