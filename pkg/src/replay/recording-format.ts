// The file format of recordings: JSON Lines, a head and then one line per event. Bytes are stored as text if they are valid
// UTF-8, else as base64. Files are untrusted input: every line is validated.

import { assertRecording } from './assert-recording'
import { currentArguments, isAllowedCall } from './allowed-calls'
import type { LoadedMessages, RecalledTurns, RecordedCall, Recording, RecordedEvent } from '../types/recording'
import type { ErrorType } from '../types/snapshot'

const FORMAT = 'ai-stream-handler recording'
const VERSION = 1
/** Longest accepted file, after decompression: 256 MiB. */
const MAX_FILE_BYTES = 256 << 20
/** Turns that a handler may have opened before. */
const MAX_TURNS = 100_000

/** The recording as the text of a `.jsonl` file. */
export function writeRecording(recording: Recording): string {
  return linesOf('writeRecording', recording).join('')
}

function linesOf(call: string, recording: Recording): string[] {
  assertRecording(call, recording)
  const { events, ...head } = recording
  const { recalled } = head.start
  if (recalled) head.start = { ...head.start, recalled: { ...recalled, calls: recalled.calls.map(serializeCall) as RecordedCall[] } }
  return [{ format: FORMAT, version: VERSION, ...head }, ...events.map(serializeEvent)].map((line) => JSON.stringify(line) + '\n')
}

/** The recording as a file: gzip of {@link writeRecording}, or its plain text if the browser has no CompressionStream. */
export async function packRecording(recording: Recording): Promise<Blob> {
  const text = new Blob(linesOf('packRecording', recording), { type: 'application/jsonl' })
  if (typeof CompressionStream !== 'function') return text
  return new Response(text.stream().pipeThrough(new CompressionStream('gzip')), { headers: { 'content-type': 'application/gzip' } }).blob()
}

/**
 * Reads a file of {@link packRecording} or {@link writeRecording}, up to 256 MiB decompressed. Rejects with an Error that names
 * the first invalid line.
 */
export async function openRecording(file: Blob | BufferSource): Promise<Recording> {
  const blob = file instanceof Blob ? file : new Blob([file])
  const [first, second] = new Uint8Array(await blob.slice(0, 2).arrayBuffer())
  if (first !== 0x1f || second !== 0x8b) {
    if (blob.size > MAX_FILE_BYTES) throw invalid('it is too long')
    return readRecording(await blob.text())
  }
  let size = 0
  const parts: Uint8Array<ArrayBuffer>[] = []
  const reader = blob.stream().pipeThrough(new DecompressionStream('gzip')).getReader()
  for (;;) {
    const { done, value } = await reader.read().catch(() => { throw invalid('it is broken: gzip cannot unpack it') })
    if (done) return readRecording(await new Blob(parts).text())
    if ((size += value.length) > MAX_FILE_BYTES) throw invalid('it is too long')
    parts.push(value)
  }
}

/** Reads the text of {@link writeRecording}. Throws an Error that names the first invalid line. */
export function readRecording(text: string): Recording {
  if (typeof text !== 'string') throw invalid('it is no text; openRecording() reads a file')
  const lines = text.split('\n')
  while (lines.at(-1)?.trim() === '') lines.pop()
  const [head, ...rest] = lines.map((line, at) => {
    try {
      return JSON.parse(line) as unknown
    } catch {
      throw invalid(at === 0 ? `it does not begin with the head of one` : `line ${at + 1} is no JSON`)
    }
  })
  const recording = parseHead(head)
  for (const [at, line] of rest.entries()) {
    const event = parseEvent(line)
    if (!event || event.at < (recording.events.at(-1)?.at ?? 0)) throw invalid(`line ${at + 2} is no event${event ? ' in order' : ''}`)
    recording.events.push(event)
  }
  return recording
}

const invalid = (why: string) => new Error(`This is no recording of ai-stream-handler: ${why}.`)

function parseHead(head: unknown): Recording {
  const { format, version, ...args } = (isObject(head) ? head : {}) as Partial<Recording> & { format?: unknown; version?: unknown }
  if (format !== FORMAT) throw invalid('it does not begin with the head of one')
  if (version !== VERSION) throw invalid(`it is of version ${JSON.stringify(version)}, and this package reads version ${VERSION}`)
  const { startedAt, options, seed, start, dropped, redacted } = args
  const kept = start?.kept
  const isComplete = isNumber(startedAt) && isObject(options) && isNumber(seed) && isObject(start) && isNumber(start.requests) &&
    isStringOrNull(start.sessionId) && [undefined, true, false].includes(start.reached) && (start.loaded === undefined || isLoaded(start.loaded)) && (kept === null || isResumePoint(kept)) && isObject(dropped) &&
    [dropped.runs, dropped.events, dropped.bytes].every(isNumber) && typeof redacted === 'boolean'
  const recalled = start?.recalled && parseRecalled(start.recalled)
  if (!isComplete || recalled === null) throw invalid('its head lacks something')
  return { startedAt, options, seed, start: { ...start, ...(recalled && { recalled }) }, dropped, redacted, events: [] }
}

function parseRecalled(given: unknown): RecalledTurns | null {
  const { first, calls } = (isObject(given) ? given : {}) as Fields
  if (!Number.isSafeInteger(first) || (first as number) < 0 || (first as number) > MAX_TURNS || !Array.isArray(calls)) return null
  const parsed = calls.map((one: unknown) => {
    const { call, with: list } = (isObject(one) ? one : {}) as Fields
    const args = decodeArguments(list)
    return /^(recall(Version)?|forgetRun)$/.test(String(call)) && isAllowedCall(call, args) ? { call, with: args } as RecordedCall : null
  })
  return parsed.includes(null) ? null : { first: first as number, calls: parsed as RecordedCall[] }
}

function isResumePoint(kept: unknown): boolean {
  if (!isObject(kept)) return false
  const { runId, sessionId, lastIndex, name, streamId = null, user, askedAt, text, pause, edited = '' } = kept
  return isStrings([runId, name, text, edited]) && [sessionId, streamId, user].every(isStringOrNull) && [lastIndex, askedAt].every(isNumber) &&
    (pause === null || (isObject(pause) && typeof pause.message === 'string' && isStrings(pause.requirements)))
}

/** Whether these are messages that `load` takes. */
function isLoaded(loaded: unknown): loaded is LoadedMessages {
  if (!isObject(loaded) || !isNumber(loaded.generation) || !Array.isArray(loaded.messages)) return false
  return loaded.messages.every((message: unknown) => isObject(message) && isNumber(message.created_at ?? 0) && ['id', 'role', 'content'].every((key) => typeof (message[key] ?? '') === 'string'))
}

function parseEvent(line: unknown): RecordedEvent | null {
  if (!isObject(line)) return null
  const { at, call, request, method, path, fields, status, headers, end, error, loaded } = line
  if (!isNumber(at) || at < 0) return null
  if (call !== undefined) {
    const args = currentArguments(call, decodeArguments(line.with))
    if (!isAllowedCall(call, args) || (loaded !== undefined && !isLoaded(loaded))) return null
    return { at, call: call as string, with: args as string[], ...(loaded !== undefined && { loaded }) }
  }
  if (!isNumber(request)) return null
  if (typeof method === 'string') {
    if (typeof path !== 'string' || (fields !== undefined && !(isObject(fields) && Object.values(fields).every(isStringOrNull)))) return null
    return { at, request, method, path, ...(fields !== undefined && { fields: fields as Record<string, string | null> }) }
  }
  if (isNumber(status)) return isObject(headers) && Object.values(headers).every((x) => typeof x === 'string') ? { at, request, status, headers: headers as Record<string, string> } : null
  if (end !== undefined) {
    if (end !== 'closed' && end !== 'failed' && end !== 'unsent') return null
    if (error === undefined) return { at, request, end }
    return isObject(error) && typeof error.type === 'string' && typeof error.message === 'string' ? { at, request, end, error: { type: error.type as ErrorType, message: error.message } } : null
  }
  const bytes = decodeBytes(line)
  return bytes && { at, request, bytes }
}

const decodeArguments = (list: unknown): unknown[] | null => (Array.isArray(list) ? list.map((value: unknown) => (isObject(value) ? decodeBytes(value) ?? undefined : value)) : null)

/** The event with its bytes as the file stores them. */
function serializeEvent(event: RecordedEvent): object {
  if ('bytes' in event) {
    const { bytes, ...rest } = event
    return { ...rest, ...encodeBytes(bytes) }
  }
  return 'with' in event ? serializeCall(event) : event
}

const serializeCall = <T extends RecordedCall>(call: T) => ({ ...call, with: call.with.map((value) => (value instanceof Uint8Array ? encodeBytes(value) : value)) })

function encodeBytes(bytes: Uint8Array): { text: string } | { base64: string } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch {
    let binary = ''
    for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
    return { base64: btoa(binary) }
  }
}

function decodeBytes({ text, base64 }: Fields): Uint8Array | null {
  if (typeof text === 'string') return new TextEncoder().encode(text)
  try {
    return typeof base64 === 'string' ? Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)) : null
  } catch {
    return null
  }
}

type Fields = Record<string, unknown>
const isObject = (x: unknown): x is Fields => typeof x === 'object' && x !== null && !Array.isArray(x)
const isNumber = (x: unknown): x is number => typeof x === 'number' && Number.isFinite(x)
const isStringOrNull = (x: unknown): x is string | null => x === null || typeof x === 'string'
const isStrings = (x: unknown): x is string[] => Array.isArray(x) && x.every((part) => typeof part === 'string')
