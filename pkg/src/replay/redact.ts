// The texts of a recording → letters that say nothing, each byte where it was: the same chunks, the same frames, the same states.
//
// What stays: keys, numbers, true and false, event names, ids, names of agents, tools and models, white space and punctuation, and
// of errors the words by which a rate limit is known. What a string of JSON holds is treated as JSON.

import { FrameEnds } from './frame-splitter'
import { joined } from './playback-steps'
import type { RecordedEvent, Recording } from '../index'

/** Strings that tell what happens, not what was said. `…_id` is another, but for the user's. */
const KEPT = new Set([
  'event', 'id', 'status', 'type', 'role', 'model', 'provider', 'model_provider', 'content_type', 'created_at', 'tool_name', 'agent_name',
  'team_name', 'workflow_name', 'step_name', 'executor_name', 'executor_type', 'step_type', 'field_type', 'error_type', 'mime_type',
])
/** How refusals are known, see src/retry. */
const TELLING = /resource_exhausted|rate_limit_\w*|retrydelay|status_?code|too many requests|rate limit(ed)?|exceeded|reached|quota|(re)?try(ing)?( again)? (in|after)|(milli)?seconds?|minutes?|hours?|response|http|error|code|status|retry|attempt|\d+(\.\d+)?(ms|s|m|h)?/gi

/** A copy that says nothing of what was said, for others to look at: the texts are placeholders, everything else is as it was. */
export function redact(recording: Recording): Recording {
  const streams = new Map<number, Uint8Array>()
  const parts = new Map<number, Uint8Array[]>()
  let byHand = -1
  const keyOf = (event: RecordedEvent): number | null => {
    if ('bytes' in event) return event.request
    if (!('call' in event)) return null
    if (event.call === 'begin' || event.call === 'end') byHand--
    return event.call === 'feed' ? byHand : null
  }
  const bytesOf = (event: RecordedEvent) => ('bytes' in event ? event.bytes : ((event as { with: unknown[] }).with[0] as Uint8Array))
  const keys = recording.events.map(keyOf)
  recording.events.forEach((event, at) => {
    const key = keys[at]!
    if (key === null) return
    if (!parts.has(key)) parts.set(key, [])
    parts.get(key)!.push(bytesOf(event))
  })
  for (const [key, pieces] of parts) streams.set(key, redactStream(joined(pieces)))

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
    ...start.kept, user: start.kept.user && letters(start.kept.user), text: letters(start.kept.text),
    pause: start.kept.pause && { message: letters(start.kept.pause.message), requirements: start.kept.pause.requirements.map(redactJson) },
  }
  return { ...recording, start: { ...start, kept }, events, redacted: true }
}

function redactEvent(event: RecordedEvent): RecordedEvent {
  if ('fields' in event && event.fields) {
    const fields = Object.entries(event.fields).map(([name, value]) => [name, value === null || /_id$|^(stream|stream_events|background|last_event_index)$/.test(name) ? value : redactText(value)])
    return { ...event, fields: Object.fromEntries(fields) as Record<string, string | null> }
  }
  if (!('call' in event)) return event
  const { call, with: given } = event
  const at = TEXTS[call]
  return at === undefined ? event : { ...event, with: given.map((value, index) => (at.includes(index) ? redactValue(value) : value)) as typeof given }
}

/** Which arguments hold what was said. */
const TEXTS: Record<string, number[]> = { send: [1, 2], continueRun: [1], begin: [0], recall: [0, 2], listSession: [1], tellPause: [0] }

function redactValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((part, at) => (at % 2 === 0 && /^(tools|requirements|step_requirements)$/.test(part as string) ? part : redactText(part as string)))
  return value instanceof Uint8Array ? redactStream(value) : typeof value === 'string' ? redactText(value) : value
}

const redactText = (text: string) => (/^\s*[[{]/.test(text) ? redactJson(text) : letters(text))
const letters = (text: string) => text.replace(/\p{L}|\p{M}/gu, 'x').replace(/\p{N}/gu, '0').replace(/[^\0-\x7f]/gu, 'x')

function redactJson(text: string): string {
  const bytes = new TextEncoder().encode(text)
  blank(unitsOf(bytes), bytes, false)
  return new TextDecoder().decode(bytes)
}

/** An event stream, or a body of another kind. */
function redactStream(stream: Uint8Array): Uint8Array {
  const bytes = stream.slice()
  const isEvents = /^(data|event|id|retry)?:/m.test(new TextDecoder().decode(bytes.subarray(0, 200)))
  let from = 0
  for (const to of [...new FrameEnds().endsIn(bytes), bytes.length]) {
    const frame = bytes.subarray(from, to)
    if (frame.length) redactFrame(frame, isEvents)
    from = to
  }
  return bytes
}

function redactFrame(frame: Uint8Array, isEvents: boolean): void {
  const text = latin(frame)
  const isError = /^event: ?\w*(error|retry)|"event"\s*:\s*"\w*(error|retry)"/im.test(text) || (!isEvents && !text.includes('"event"'))
  if (!isEvents) return blank(unitsOf(frame), frame, isError)
  let from = 0
  for (let at = 0; at <= frame.length; at++) {
    if (at < frame.length && frame[at] !== 10 && frame[at] !== 13) continue
    const line = frame.subarray(from, at)
    const field = /^(\w*): ?/.exec(latin(line.subarray(0, 12)))
    // What an event stream's other fields say tells what happens; a comment may say anything.
    if (field?.[1] === 'data') blank(unitsOf(line.subarray(field[0].length)), line.subarray(field[0].length), isError)
    else if (field?.[1] === '' || !field) overwrite(line, 0, line.length)
    from = at + 1
  }
}

/** One letter a byte. */
const latin = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes)

/** A text within bytes: its letters, and where each one begins; of a string of JSON in JSON, behind its escapes. */
interface Units { codes: number[]; starts: number[] }

function unitsOf(bytes: Uint8Array): Units {
  return { codes: [...bytes], starts: Array.from({ length: bytes.length + 1 }, (_, at) => at) }
}

/** Writes over the strings of JSON, from left to right, whether or not it is whole. */
function blank({ codes, starts }: Units, bytes: Uint8Array, isError: boolean, isSaid = false): void {
  const keys: (string | null)[] = []
  let key: string | null = null
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at]!
    if (code === OPEN || code === BRACKET) keys.push(key)
    else if (code === CLOSE || code === CLOSE_BRACKET) key = keys.pop() ?? null
    else if (code === QUOTE) {
      const end = closing(codes, at + 1)
      let behind = end + 1
      while (codes[behind] === 32 || codes[behind] === 9) behind++
      if (codes[behind] === COLON) key = String.fromCharCode(...codes.slice(at + 1, end))
      else {
        if (!tells(key, keys, isSaid)) redactString({ codes: codes.slice(at + 1, end), starts: starts.slice(at + 1, end + 1) }, bytes, isError, key !== 'data')
      }
      at = end
    } else if (!keys.length && key === null && !isLiteral(codes, at)) {
      // No JSON: a text.
      const from = at
      while (at + 1 < codes.length && codes[at + 1] !== OPEN && codes[at + 1] !== BRACKET) at++
      overwriteUnits({ codes: codes.slice(from, at + 1), starts: starts.slice(from, at + 2) }, bytes, isError)
    }
  }
}

/** Whether a string tells what happens. Within what was said, or was given to a tool, ids do: whom a task is for. */
function tells(key: string | null, within: (string | null)[], isSaid: boolean): boolean {
  if (key === null || key === 'user_id') return false
  if (/_id$/.test(key) || (key === 'name' && within.includes('user_input_schema'))) return true
  return KEPT.has(key) && !isSaid && !within.some((part) => part !== null && SAID.has(part))
}

const SAID = new Set(['tool_args', 'content', 'result', 'user_input', 'input'])
const [QUOTE, COLON, OPEN, CLOSE, BRACKET, CLOSE_BRACKET, BACKSLASH] = [34, 58, 123, 125, 91, 93, 92]

const isLiteral = (codes: number[], at: number) => /[\s\d,:.+-]/.test(String.fromCharCode(codes[at]!))

function closing(codes: number[], from: number): number {
  let at = from
  while (at < codes.length && codes[at] !== QUOTE) at += codes[at] === BACKSLASH ? 2 : 1
  return Math.min(at, codes.length)
}

/** The inside of a string. */
function redactString(units: Units, bytes: Uint8Array, isError: boolean, isSaid: boolean): void {
  const inner = unescaped(units)
  const first = inner.codes.find((code) => code > 32)
  if (first === OPEN || first === BRACKET) {
    const text = String.fromCharCode(...inner.codes)
    try {
      JSON.parse(text)
      return blank(inner, bytes, isError, isSaid)
    } catch {
      // A text that looks like it.
    }
  }
  overwriteUnits(inner, bytes, isError)
}

function unescaped({ codes, starts }: Units): Units {
  const inner: Units = { codes: [], starts: [] }
  for (let at = 0; at < codes.length; at++) {
    inner.starts.push(starts[at]!)
    if (codes[at] !== BACKSLASH) {
      inner.codes.push(codes[at]!)
      continue
    }
    const letter = String.fromCharCode(codes[at + 1] ?? 0)
    if (letter === 'u') {
      inner.codes.push(parseInt(String.fromCharCode(...codes.slice(at + 2, at + 6)), 16) || 0)
      at += 5
    } else {
      inner.codes.push(ESCAPED[letter] ?? letter.charCodeAt(0))
      at++
    }
  }
  inner.starts.push(starts.at(-1)!)
  return inner
}

const ESCAPED: Record<string, number> = { n: 10, r: 13, t: 9, b: 8, f: 12 }

/** Letters and digits go; of an error those stay that say how long to wait. */
function overwriteUnits({ codes, starts }: Units, bytes: Uint8Array, isError: boolean): void {
  const kept = new Set<number>()
  if (isError) {
    const text = codes.map((code) => String.fromCharCode(code)).join('')
    for (const { 0: words, index } of text.matchAll(TELLING)) for (let at = 0; at < words.length; at++) kept.add(index + at)
  }
  codes.forEach((code, at) => {
    const isPlain = code < 128 && !/[A-Za-z0-9]/.test(String.fromCharCode(code))
    if (!kept.has(at) && !isPlain) overwrite(bytes, starts[at]!, starts[at + 1]!, code >= 48 && code <= 57 ? 48 : 120)
  })
}

function overwrite(bytes: Uint8Array, from: number, to: number, letter?: number): void {
  for (let at = from; at < to; at++) {
    const code = bytes[at]!
    if (letter !== undefined) bytes[at] = letter
    else if (code > 127 || /[A-Za-z]/.test(String.fromCharCode(code))) bytes[at] = 120
  }
}
