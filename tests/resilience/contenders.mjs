// Who reads the streams: ours, and others as their documentation says. Each takes the chunks of a stream and tells
// `{ text, events, succeeded }`: the answer, how many events it handed out, and whether it says that all is well. Those that hand
// out any event of a stream, and not only JSON, have `decode` as well: type and data of each.
//
// The parsers know events, not runs: behind each of them is the same reducer, a careful one (a frame that is no JSON is passed
// over, members' texts stay out of the answer, an answer without its end is none).
import { EventStreamContentType, fetchEventSource } from '@microsoft/fetch-event-source'
import { parseJsonEventStream } from '@ai-sdk/provider-utils'
import { parseSSEStream, runHttpRequest } from '@ag-ui/client'
import { createParser } from 'eventsource-parser'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { readAsHook } from './hook.mjs'

const here = import.meta.dirname

function reducer() {
  let text = '', ended = false, events = 0
  const event = (data, name) => {
    events++
    const kind = data?.event ?? name
    if (data?.parent_run_id) return
    if (/^(Team)?RunContent$/.test(kind) && typeof data.content === 'string') text += data.content
    else if (/^(Team)?RunCompleted$/.test(kind)) {
      ended = true
      if (typeof data.content === 'string') text = data.content
    }
  }
  const json = (data, name) => {
    let value
    try {
      value = JSON.parse(data)
    } catch {
      return
    }
    event(value, name)
  }
  return { event, json, result: (fault = null) => ({ text, events, succeeded: ended && !fault, fault }) }
}

function bodyOf(chunks) {
  let at = 0
  return new ReadableStream({ pull: (controller) => (at < chunks.length ? controller.enqueue(chunks[at++]) : controller.close()) })
}

const answerOf = (chunks) => new Response(bodyOf(chunks), { headers: { 'content-type': EventStreamContentType } })

function eventsourceParser(chunks, onEvent) {
  const parser = createParser({ onEvent })
  const decoder = new TextDecoder()
  for (const chunk of chunks) parser.feed(decoder.decode(chunk, { stream: true }))
  parser.reset({ consume: true })
}

async function fetchEvents(chunks, onmessage) {
  // It is written for a page: its timers are the window's.
  const page = { window: globalThis, document: new EventTarget() }
  Object.assign(globalThis, page)
  const onerror = (error) => { throw error }
  await fetchEventSource('http://localhost/', { fetch: async () => answerOf(chunks), openWhenHidden: true, onmessage, onerror })
    .finally(() => Object.keys(page).forEach((name) => delete globalThis[name]))
}

async function aiSdk(chunks, onValue) {
  for await (const part of parseJsonEventStream({ stream: bodyOf(chunks), schema: z.any() })) if (part.success) onValue(part.value)
}

const agUi = (chunks, next) => new Promise((complete, error) => {
  parseSSEStream(runHttpRequest(async () => answerOf(chunks))).subscribe({ next, error, complete })
})

/** The reducer behind a parser: `parse(chunks, { event, json })`. */
const reduced = (parse) => async (chunks) => {
  const { event, json, result } = reducer()
  try {
    await parse(chunks, { event, json })
    return result()
  } catch (error) {
    return result(error)
  }
}

const listed = (parse) => async (chunks) => {
  const events = []
  await parse(chunks, ({ event, data }) => events.push(event || 'message', data))
  return events
}

/** `lib`: the package. */
const ours = (lib) => async (chunks) => {
  const handler = lib.createStreamHandler({ notify: 'sync' })
  handler.begin()
  for (const chunk of chunks) handler.feed(chunk)
  handler.end()
  const { turns, status, diagnostics } = handler.getSnapshot()
  handler.dispose()
  return { text: turns[0].answer.content, events: diagnostics.framesRead - diagnostics.malformedFrames, succeeded: status === 'completed' }
}

/** `decode`: our decoder as examples/decoder.rs hands it out. */
const oursListed = (decode) => async (chunks) => {
  const cuts = chunks.map(((at) => ({ length }) => (at += length))(0))
  const said = decode(Uint8Array.from(Buffer.concat(chunks)), Uint32Array.from(cuts)).slice(0, -2)
  return said.filter((_, index) => index % 3 !== 2)
}

const version = (name) => JSON.parse(readFileSync(join(here, name, 'package.json'), 'utf8')).version
const installed = (name) => version(`node_modules/${name}`)

/** `{ name, version, read, decode, claims }`. `claims`: of the groups that not all have to take, those that are theirs. */
export const contenders = (lib, decode) => [
  { name: 'ours', version: version('../../pkg'), read: ours(lib), decode: oursListed(decode), claims: ['events', 'standard', 'legacy', 'run'] },
  { name: 'eventsource-parser', version: installed('eventsource-parser'), claims: ['events', 'standard'],
    read: reduced((chunks, { json }) => eventsourceParser(chunks, ({ data, event }) => json(data, event))), decode: listed(eventsourceParser) },
  { name: 'fetch-event-source', version: installed('@microsoft/fetch-event-source'), claims: ['events', 'standard'],
    read: reduced((chunks, { json }) => fetchEvents(chunks, ({ data, event }) => json(data, event))), decode: listed(fetchEvents) },
  { name: 'AI SDK', version: installed('@ai-sdk/provider-utils'), read: reduced((chunks, { event }) => aiSdk(chunks, event)), claims: [] },
  { name: 'AG-UI', version: installed('@ag-ui/client'), read: reduced((chunks, { event }) => agUi(chunks, event)), claims: [] },
  { name: 'classic hook', version: null, read: (chunks) => readAsHook(bodyOf(chunks)), claims: ['events', 'legacy', 'run'] },
]
