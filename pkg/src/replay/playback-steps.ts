// A recording's events → playback steps: each is one call of the core, with the bytes cut at frame boundaries, so that a player
// can stop behind any frame.

import { applyCall } from './allowed-calls'
import { concatBytes } from './concat-bytes'
import { FrameSplitter } from './frame-splitter'
import type { ReplayCore, ReplayTarget } from '../types/recorder-hooks'
import type { RecordedEvent, RecordedFrame, Recording } from '../types/recording'

/** One call of the core. `at`: seconds since the recording began. `frames`: how many frames are complete after it. */
export interface PlaybackStep { at: number; frames: number; run(target: ReplayTarget): void }

/** A recorded call. With `stream` it is about that stream: its next bytes, or without `bytes` its end. */
interface TimedCall { at: number; stream?: number; bytes?: Uint8Array; run(core: ReplayCore, piece: Uint8Array, target: ReplayTarget): void }

/** Also lists the frames. A stream without a frame end (a JSON answer) counts each recorded chunk as a frame. */
export function playbackSteps(recording: Recording): { steps: PlaybackStep[]; frames: RecordedFrame[] } {
  const calls = [...timedCalls(recording)]
  const framed = new Set<number>()
  const ends = new Map<TimedCall, number[]>()
  const readers = new Map<number, FrameSplitter>()
  for (const call of calls) {
    if (!call.bytes) continue
    const reader = readers.get(call.stream!) ?? new FrameSplitter()
    readers.set(call.stream!, reader)
    const found = reader.frameEnds(call.bytes)
    ends.set(call, found)
    if (found.length) framed.add(call.stream!)
  }

  const steps: PlaybackStep[] = []
  const frames: RecordedFrame[] = []
  const rests = new Map<number, Uint8Array[]>()
  const complete = (stream: number, at: number) => {
    const rest = rests.get(stream) ?? []
    rests.delete(stream)
    if (rest.length) frames.push({ at, stream, bytes: concatBytes(rest) })
  }
  for (const call of calls) {
    const { at, stream, bytes, run } = call
    if (!bytes) {
      // The stream ended within a frame: what arrived of it.
      if (stream !== undefined) complete(stream, at)
      steps.push({ at, frames: frames.length, run: (target) => run(target.core, NOTHING, target) })
      continue
    }
    const cuts = framed.has(stream!) ? ends.get(call)! : [bytes.length]
    const pieces = cuts.at(-1) === bytes.length ? cuts : [...cuts, bytes.length]
    let from = 0
    for (const [index, to] of pieces.entries()) {
      const piece = bytes.subarray(from, to)
      if (!rests.has(stream!)) rests.set(stream!, [])
      rests.get(stream!)!.push(piece)
      if (index < cuts.length) complete(stream!, at)
      steps.push({ at, frames: frames.length, run: (target) => run(target.core, piece, target) })
      from = to
    }
  }
  return { steps, frames }
}

const NOTHING = new Uint8Array()
const NOTHING_LOADED = { messages: [], generation: 0 }

function* timedCalls({ events, start }: Recording): Generator<TimedCall> {
  const cancels = new Set<number>()
  const streams = new Map<number, number>()
  /** Each turn that is recalled counts as a request. */
  const before = start.requests - (start.recalled ? start.recalled.first + start.recalled.calls.filter(({ call }) => call !== 'forgetRun').length : 0)
  let manualStreams = 0
  /** Streams are numbered from 1 in the order in which they begin. */
  const streamOf = (key: number) => {
    if (!streams.has(key)) streams.set(key, streams.size + 1)
    return streams.get(key)!
  }
  for (const event of events) {
    const { at } = event
    if ('call' in event) {
      const { call: name, with: args, loaded } = event
      if (name === 'feed') yield { at, stream: streamOf(-manualStreams - 1), bytes: args[0] as Uint8Array, run: (core, piece) => core.feed(piece) }
      else {
        const ends = name === 'end' && streams.has(-manualStreams - 1)
        yield { at, ...(ends && { stream: streamOf(-manualStreams - 1) }), run: (core, _, target) => {
          applyCall(core, name, args)
          // A conversation that was cleared or opened shows no earlier messages.
          if (name === 'clear') target.load(loaded ?? NOTHING_LOADED)
        } }
        if (name === 'begin' || name === 'end') manualStreams++
      }
    } else yield* networkCalls(event, event.request - before, streamOf, cancels)
  }
}

/** What the network reported about request `id`. `cancels`: the requests without a form, which stop a run. */
function* networkCalls(event: Extract<RecordedEvent, { request: number }>, id: number, streamOf: (key: number) => number, cancels: Set<number>): Generator<TimedCall> {
  const { at } = event
  if ('method' in event) {
    if (!event.fields) cancels.add(id)
  } else if ('status' in event) {
    const { status, headers } = event
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`).join('\n')
    yield { at, run: (core) => cancels.has(id) ? core.called(id, status) : core.opened(id, status, headers['content-type'] ?? '', lines) }
  } else if ('bytes' in event) {
    yield { at, stream: streamOf(id), bytes: event.bytes, run: (core, piece) => void core.heard(id, piece) }
  } else {
    const { error } = event
    if (error) return yield { at, run: (core) => core.diagnosed(id, error.type, error.message) }
    const whole = event.end === 'unsent' ? undefined : event.end === 'closed'
    yield { at, stream: streamOf(id), run: (core) => cancels.has(id) ? core.called(id, 0) : core.closed(id, whole) }
  }
}
