// Replaces the texts of a recording with placeholder letters, byte for byte, so that chunks, frames and states stay the same.
//
// Preserved: keys, numbers, booleans, event names, ids, names of agents, tools and models, white space, punctuation, and in
// errors the words that identify a rate limit. JSON inside a string is redacted as JSON.

import { assertRecording } from './assert-recording'
import { FrameSplitter } from './frame-splitter'
import { redactUnits, overwrite, toUnits } from './redact-json'
import { concatBytes } from './concat-bytes'
import type { LoadedMessages, RecordedEvent, Recording, RecordedCall } from '../types/recording'

/**
 * A copy that is safe to share, such as in a bug report: texts are placeholders of the same length in bytes, everything else is
 * unchanged, so that it plays back through the same states. Ids and the names of agents, tools and models are preserved.
 */
export function redact(recording: Recording): Recording {
  assertRecording('redact', recording)
  const streams = new Map<number, Uint8Array>()
  const parts = new Map<number, Uint8Array[]>()
  let manualStream = -1
  const keyOf = (event: RecordedEvent): number | null => {
    if ('bytes' in event) return event.request
    if (!('call' in event)) return null
    if (event.call === 'begin' || event.call === 'end') manualStream--
    return event.call === 'feed' ? manualStream : null
  }
  const bytesOf = (event: RecordedEvent) => ('bytes' in event ? event.bytes : ((event as { with: unknown[] }).with[0] as Uint8Array))
  const keys = recording.events.map(keyOf)
  recording.events.forEach((event, at) => {
    const key = keys[at]!
    if (key === null) return
    if (!parts.has(key)) parts.set(key, [])
    parts.get(key)!.push(bytesOf(event))
  })
  for (const [key, pieces] of parts) streams.set(key, redactStream(concatBytes(pieces)))

  const taken = new Map<number, number>()
  const events = recording.events.map((event, at): RecordedEvent => {
    const key = keys[at]!
    if (key === null) return redactEvent(event)
    const from = taken.get(key) ?? 0
    const to = from + bytesOf(event).length
    taken.set(key, to)
    const bytes = streams.get(key)!.slice(from, to)
    return 'bytes' in event ? { ...event, bytes } : { ...event, with: [bytes] } as RecordedEvent
  })
  const { start } = recording
  const kept = start.kept && {
    ...start.kept, user: start.kept.user && mask(start.kept.user), text: mask(start.kept.text),
    pause: start.kept.pause && { message: mask(start.kept.pause.message), requirements: start.kept.pause.requirements.map(redactJson) },
  }
  const recalled = start.recalled && { ...start.recalled, calls: start.recalled.calls.map((call) => redactEvent({ at: 0, ...call }) as RecordedCall).map(({ call, with: args }) => ({ call, with: args })) }
  return { ...recording, start: { ...start, kept, ...(start.loaded && { loaded: redactLoaded(start.loaded) }), ...(recalled && { recalled }) }, events, redacted: true }
}

function redactEvent(event: RecordedEvent): RecordedEvent {
  if ('fields' in event && event.fields) {
    const fields = Object.entries(event.fields).map(([name, value]) => [name, value === null || /_id$|^(stream|stream_events|background|last_event_index)$/.test(name) ? value : redactText(value)])
    return { ...event, fields: Object.fromEntries(fields) as Record<string, string | null> }
  }
  if ('end' in event && event.error) return { ...event, error: { ...event.error, message: mask(event.error.message) } }
  if (!('call' in event)) return event
  const { call, with: args, loaded } = event
  if (loaded) return { ...event, loaded: redactLoaded(loaded) }
  const at = TEXT_ARGUMENTS[call]
  return at === undefined ? event : { ...event, with: args.map((value, index) => (at.includes(index) ? redactValue(value) : value)) as typeof args }
}

/** The arguments that hold texts, by call. */
const TEXT_ARGUMENTS: Record<string, number[]> = {
  send: [1, 2], sendNow: [1, 2], editQueued: [1], regenerate: [2], edit: [2, 3, 6], recallVersion: [1, 5], continueRun: [1], begin: [0], recall: [0, 2], listSession: [1], tellPause: [0], returnEdit: [1],
}

function redactValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((part, at) => (at % 2 === 0 && /^(tools|requirements|step_requirements|continue_from|input|metadata)$/.test(part as string) ? part : redactText(part as string)))
  return value instanceof Uint8Array ? redactStream(value) : typeof value === 'string' ? redactText(value) : value
}

function redactLoaded({ messages, ...rest }: LoadedMessages): LoadedMessages {
  return { ...rest, messages: JSON.parse(redactJson(JSON.stringify(messages))) as LoadedMessages['messages'] }
}

const redactText = (text: string) => (/^\s*[[{]/.test(text) ? redactJson(text) : mask(text))
const mask = (text: string) => text.replace(/\p{L}|\p{M}/gu, 'x').replace(/\p{N}/gu, '0').replace(/[^\0-\x7f]/gu, 'x')

function redactJson(text: string): string {
  const bytes = new TextEncoder().encode(text)
  redactUnits(toUnits(bytes), bytes, false)
  return new TextDecoder().decode(bytes)
}

/** Redacts the body of a response: an event stream, or JSON. */
function redactStream(stream: Uint8Array): Uint8Array {
  const bytes = stream.slice()
  const isEvents = /^(data|event|id|retry)?:/m.test(new TextDecoder().decode(bytes.subarray(0, 200)))
  let from = 0
  for (const to of [...new FrameSplitter().frameEnds(bytes), bytes.length]) {
    const frame = bytes.subarray(from, to)
    if (frame.length) redactFrame(frame, isEvents)
    from = to
  }
  return bytes
}

function redactFrame(frame: Uint8Array, isEvents: boolean): void {
  const text = latin1(frame)
  const isError = /^event: ?\w*(error|retry)|"event"\s*:\s*"\w*(error|retry)"/im.test(text) || (!isEvents && !text.includes('"event"'))
  if (!isEvents) return redactUnits(toUnits(frame), frame, isError)
  let from = 0
  for (let at = 0; at <= frame.length; at++) {
    if (at < frame.length && frame[at] !== 10 && frame[at] !== 13) continue
    const line = frame.subarray(from, at)
    const field = /^(\w*): ?/.exec(latin1(line.subarray(0, 12)))
    // `event`, `id` and `retry` hold no texts. A comment, or a line without a field, may hold anything.
    if (field?.[1] === 'data') redactUnits(toUnits(line.subarray(field[0].length)), line.subarray(field[0].length), isError)
    else if (field?.[1] === '' || !field) overwrite(line, 0, line.length)
    from = at + 1
  }
}

/** One character per byte, so that indices agree. */
const latin1 = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes)
