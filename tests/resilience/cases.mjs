// What the table is made of: groups of cases, each a stream, how it is cut, and what has to come of it. Recordings of a real
// AgentOS, told in another of the forms that the standard allows, spoiled, or cut. What is expected is read from the recording as
// it was made, the slow way (storyOf), never from the stream that a case hands out.
import { streamOf } from '../oracle/streams.mjs'
import { random } from '../random.mjs'
import { bytesOf, concat, framesOf, recording, storyOf, streamNames } from '../package/support.mjs'

const decode = (bytes) => new TextDecoder().decode(bytes)

/** Answers of one leg that were completed with a text: `{ name, frames, text, live }`. `live`: the text before the last frame. */
export function answers({ every = 1 } = {}) {
  return streamNames().filter((name) => !/^bg_|^cancel_|_continue$|^workflow/.test(name)).map((name) => {
    const { bytes } = recording(name)
    const story = storyOf(bytes)
    return { name, frames: framesOf(bytes), text: story.ended?.content, live: story.streamed, retries: story.retries, endedAs: story.endedAs, size: bytes.length }
  }).filter(({ endedAs, text, size }) => /^(Team)?RunCompleted$/.test(endedAs) && text && typeof text === 'string' && size < 200_000)
    .filter((_, index) => index % every === 0)
}

const isDelta = ({ name, data }) => /^(Team)?RunContent$/.test(name) && !data.parent_run_id && typeof data.content === 'string' && data.content !== ''
const isEnd = ({ name, data }) => /^(Team)?RunCompleted$/.test(name) && !data.parent_run_id

/** A frame as AgentOS writes it. */
const written = ({ name, data }) => bytesOf(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`)
const inLines = (end) => ({ name, data }) => bytesOf(`event: ${name}${end}data: ${JSON.stringify(data)}${end}${end}`)

/**
 * A case of these pieces, one chunk each unless `cut` says otherwise. `until`: so many of the pieces come before the run's last
 * frame, where its text is looked at as well: what the last frame says again would hide what was lost.
 */
function made(answer, pieces, { cut = (list) => list, ...expected } = {}) {
  const until = pieces.findLastIndex(({ end }) => end)
  const chunks = (list) => cut(list.map(({ bytes }) => bytes))
  return {
    name: answer.name,
    chunks: chunks(pieces),
    before: until < 0 ? null : chunks(pieces.slice(0, until)),
    expected: { text: answer.text, live: answer.live, events: pieces.filter(({ noEvent }) => !noEvent).length, succeeded: true, ...expected },
  }
}

const plain = (frame, write = written) => ({ bytes: write(frame), end: isEnd(frame) })
const all = (answer, write) => answer.frames.map((frame) => plain(frame, write))
const extra = (bytes) => ({ bytes: typeof bytes === 'string' ? bytesOf(bytes) : bytes, noEvent: true })

/** `piece` behind the frame in the middle of the answer's deltas. */
function inTheMiddle(answer, ...inserted) {
  const deltas = answer.frames.flatMap((frame, index) => (isDelta(frame) ? [index] : []))
  const at = deltas[Math.floor(deltas.length / 2)] + 1
  const pieces = all(answer)
  return [...pieces.slice(0, at), ...inserted, ...pieces.slice(at)]
}

function inPieces(list, size) {
  const bytes = concat(list)
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size))
}

/** Cut behind the first byte of each character of several bytes, and nowhere else. */
function insideCharacters(list) {
  const bytes = concat(list)
  const cuts = [...bytes.keys()].filter((at) => bytes[at] >= 0xc2).map((at) => at + 1)
  return [0, ...cuts].map((from, index) => bytes.subarray(from, cuts[index] ?? bytes.length))
}

const atRandom = (seed) => (list) => {
  const bytes = concat(list), next = random(seed), chunks = []
  for (let at = 0; at < bytes.length;) chunks.push(bytes.subarray(at, (at += 1 + Math.floor(next() * 60))))
  return chunks
}

/** The frames again with the text of each delta made of two: the same delta comes twice, as a model says it. */
function saidTwice(answer) {
  const live = answer.frames.filter(isDelta).map(({ data }) => data.content.repeat(2)).join('')
  const frames = answer.frames.flatMap((frame) => {
    if (isDelta(frame)) return [frame, frame]
    return [isEnd(frame) ? { ...frame, data: { ...frame.data, content: live } } : frame]
  })
  return { ...answer, frames, live, text: live }
}

/** An attempt that said half of it, a retry, and the attempt that was recorded. */
function withRetry(answer) {
  const half = answer.frames.slice(0, answer.frames.findLastIndex(isDelta))
    .map(({ name, data }) => ({ name, data: { ...data, run_id: `first-${data.run_id}`, ...(data.parent_run_id && { parent_run_id: `first-${data.parent_run_id}` }) } }))
  const retry = { name: 'retry', data: { event: 'retry', attempt: 1, max_retries: 3, delay: 5, message: 'Rate limit reached. Retrying in 5 seconds... (Attempt 1/3)' } }
  return { ...answer, frames: [...half, retry, ...answer.frames] }
}

/** As a background run numbers them. */
const numbered = (answer) => ({ ...answer, frames: answer.frames.map(({ name, data }, event_index) => ({ name, data: { ...data, event_index } })) })

/** A byte sequence that is no UTF-8, in the middle of a delta. */
function spoiled(answer, bad) {
  const at = answer.frames.findLastIndex((frame) => isDelta(frame) && /^[ -~]+$/.test(frame.data.content))
  const pieces = all(answer)
  const { content } = answer.frames[at].data
  const marker = Buffer.from(`"content":${JSON.stringify(content)}`)
  const bytes = Buffer.from(pieces[at].bytes)
  const place = bytes.indexOf(marker) + marker.length - 1
  pieces[at].bytes = concat([bytes.subarray(0, place), Uint8Array.from(bad), bytes.subarray(place)])
  const live = answer.frames.filter(isDelta).map((frame) => frame.data.content + (frame === answer.frames[at] ? decode(Uint8Array.from(bad)) : '')).join('')
  return made(answer, pieces, { live })
}

const BAD_UTF8 = [[0xff], [0xe2, 0x82], [0xf0, 0x9f, 0x98], [0xed, 0xa0, 0x80], [0xc0, 0x80]]

const UNKNOWN = [
  { name: 'RunWeather', data: { event: 'RunWeather', content: 'not of the answer', nested: { event: 'RunContent', content: 'nor this' } } },
  { name: 'ping', data: { event: 'ping' } },
  { name: '__proto__', data: { event: '__proto__', content: null } },
]

/** The standard's parser (HTML, 9.2.6), as simple as it can be: type and data of each event. Chromium's own says the same: tests/oracle. */
export function eventsOf(bytes) {
  const events = []
  let type = '', data = null
  for (const line of decode(bytes).split(/\r\n|\r|\n/).slice(0, -1)) {
    if (line === '') {
      if (data !== null) events.push(type || 'message', data)
      type = ''
      data = null
    }
    const [, field, value] = /^([^:]*)(?:: ?)?([^]*)$/.exec(line)
    if (field === 'event') type = value
    else if (field === 'data') data = data === null ? value : `${data}\n${value}`
  }
  return events
}

function generated(number) {
  const { bytes, cuts } = streamOf(number)
  const chunks = [0, ...cuts].map((from, index) => bytes.subarray(from, cuts[index] ?? bytes.length)).filter(({ length }) => length > 0)
  return { name: `stream ${number}`, chunks, before: null, decodes: eventsOf(bytes) }
}

/**
 * The groups: `{ title, cases, claims }`. `claims`: whose job it is, where it is not everybody's: `events` for those who hand out
 * the name of an event, `standard` for those whose data may be anything, `legacy` for the old backends' form, `run` for those who
 * read runs and not only streams. `every`: of the recordings, every which one; `streams`: so many of the
 * oracle's; `piece`: of the huge frame, so many bytes at a time.
 */
export function groups({ every = 1, streams = 2000, piece = 1400 } = {}) {
  const whole = answers({ every })
  const once = whole.filter(({ retries }) => retries === 0)
  const group = (title, list, caseOf, claims) => ({ title, claims, cases: list.flatMap(caseOf) })
  const big = recording('agent_big_tool_result_1100k')
  const bigStory = storyOf(big.bytes)
  const bigAnswer = { name: big.name, frames: framesOf(big.bytes), text: bigStory.ended.content, live: bigStory.streamed }

  return [
    group('frame by frame, as recorded', once, (answer) => made(answer, all(answer))),
    group('split after each byte', once.filter(({ size }) => size < 30_000), (answer) => made(answer, all(answer), { cut: (list) => inPieces(list, 1) })),
    group('split anywhere, 3 times each', once.filter(({ size }) => size < 30_000), (answer) => [1, 2, 3].map((seed) => made(answer, all(answer), { cut: atRandom(seed) }))),
    group('split inside of characters', once.filter(({ frames }) => /[^\0-\x7f]/.test(JSON.stringify(frames))), (answer) => made(answer, all(answer), { cut: insideCharacters })),
    group('lines end in CR LF', once, (answer) => made(answer, all(answer, inLines('\r\n')))),
    group('lines end in CR', once, (answer) => made(answer, all(answer, inLines('\r')))),
    group('byte order mark', once, (answer) => made(answer, [extra(Uint8Array.of(0xef, 0xbb, 0xbf)), ...all(answer)])),
    group('comments between frames', once, (answer) => made(answer, answer.frames.flatMap((frame, index) => [extra([': keepalive\n\n', ':\n', ': {\n\n'][index % 3]), plain(frame)]))),
    group('comments inside of frames', once, (answer) => made(answer, all(answer, ({ name, data }) => bytesOf(`event: ${name}\n: still there\ndata: ${JSON.stringify(data)}\n\n`)))),
    group('data over several lines', once, (answer) => made(answer, all(answer, ({ name, data }) => bytesOf(`event: ${name}\n${JSON.stringify(data, null, 1).split('\n').map((line) => `data: ${line}`).join('\n')}\n\n`)))),
    group('no event: line', once, (answer) => made(answer, all(answer, ({ data }) => bytesOf(`data: ${JSON.stringify(data)}\n\n`)))),
    group('the name in the event: line only', once, (answer) => made(answer, all(answer, ({ name, data: { event, ...data } }) => bytesOf(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`))), 'events'),
    group('one frame is no JSON', once, (answer) => made(answer, inTheMiddle(answer, extra('event: RunContent\ndata: {"event":"RunContent","content":"broken\n\n')))),
    group('invalid UTF-8 in a text', once, (answer, index) => spoiled(answer, BAD_UTF8[index % BAD_UTF8.length])),
    group('unknown events', once, (answer) => made(answer, inTheMiddle(answer, ...UNKNOWN.map((frame) => plain(frame))))),
    group('the same token twice (“ha ha”)', once, (answer) => made(saidTwice(answer), all(saidTwice(answer)))),
    group(`one frame of 1.1 MB, ${piece.toLocaleString('en')} bytes at a time`, [bigAnswer], (answer) => ({ ...made(answer, all(answer), { cut: (list) => inPieces(list, piece) }), before: null })),
    group('generated streams (tests/oracle): type and data', Array.from({ length: streams }, (_, index) => index + 1), generated, 'standard'),
    group('bare JSON objects, without data:', once, (answer) => made(answer, all(answer, ({ data }) => bytesOf(JSON.stringify(data)))), 'legacy'),
    group('each frame twice (event_index)', once, (answer) => made(answer, all(numbered(answer)).flatMap((piece) => [piece, { ...piece, end: false }]), { events: undefined }), 'run'),
    group('frames again from the start', once, (answer) => {
      const pieces = all(numbered(answer))
      const half = pieces.slice(0, answer.frames.findLastIndex(isDelta))
      return made(answer, [...half, ...pieces], { events: undefined })
    }, 'run'),
    group('a retry in mid-answer', [...once.map(withRetry), ...whole.filter(({ retries }) => retries > 0)], (answer) => made(answer, all(answer)), 'run'),
    group('cut: no success, and what was said stays', once, (answer) => [0.5, 1].map((share) => {
      const at = Math.floor(answer.frames.findIndex(isEnd) * share)
      const said = answer.frames.slice(0, at).filter(isDelta).map(({ data }) => data.content).join('')
      const part = share < 1 ? [extra(written(answer.frames[at]).subarray(0, -9))] : []
      return made(answer, [...all({ frames: answer.frames.slice(0, at) }), ...part], { text: said, live: said, succeeded: false })
    }), 'run'),
  ]
}
