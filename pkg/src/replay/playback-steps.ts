// A recording's events as the steps in which it is shown: each one call of the core, the bytes cut where frames end.

import { call } from './allowed-calls'
import { joined } from './concat-bytes'
import { FrameEnds } from './frame-splitter'
import type { Heart } from '../types/recorder-hooks'
import type { RecordedEvent, RecordedFrame, Recording } from '../types/recording'

/** `frames`: how many are in behind it. */
export interface Move { at: number; frames: number; make(core: Heart): void }

/** What is done, in which stream: bytes of it, or its end. */
interface Step { at: number; stream?: number; bytes?: Uint8Array; make(core: Heart, piece: Uint8Array): void }

export function movesOf(recording: Recording): { moves: Move[]; frames: RecordedFrame[] } {
  const steps = [...stepsOf(recording)]
  const framed = new Set<number>()
  const ends = new Map<Step, number[]>()
  const readers = new Map<number, FrameEnds>()
  for (const step of steps) {
    if (!step.bytes) continue
    const reader = readers.get(step.stream!) ?? new FrameEnds()
    readers.set(step.stream!, reader)
    const found = reader.endsIn(step.bytes)
    ends.set(step, found)
    if (found.length) framed.add(step.stream!)
  }

  const moves: Move[] = []
  const frames: RecordedFrame[] = []
  const rests = new Map<number, Uint8Array[]>()
  const complete = (stream: number, at: number) => {
    const rest = rests.get(stream) ?? []
    rests.delete(stream)
    if (rest.length) frames.push({ at, stream, bytes: joined(rest) })
  }
  for (const step of steps) {
    const { at, stream, bytes, make } = step
    if (!bytes) {
      // What had come of a frame when its stream ended.
      if (stream !== undefined) complete(stream, at)
      moves.push({ at, frames: frames.length, make: (core) => make(core, NOTHING) })
      continue
    }
    const cuts = framed.has(stream!) ? ends.get(step)! : [bytes.length]
    let from = 0
    for (const to of new Set([...cuts, bytes.length])) {
      const piece = bytes.subarray(from, to)
      if (!rests.has(stream!)) rests.set(stream!, [])
      rests.get(stream!)!.push(piece)
      if (cuts.includes(to)) complete(stream!, at)
      moves.push({ at, frames: frames.length, make: (core) => make(core, piece) })
      from = to
    }
  }
  return { moves, frames }
}

const NOTHING = new Uint8Array()

function* stepsOf({ events, start }: Recording): Generator<Step> {
  const calls = new Set<number>()
  const numbers = new Map<number, number>()
  let byHand = 0
  /** Streams are numbered as they begin. */
  const number = (key: number) => {
    if (!numbers.has(key)) numbers.set(key, numbers.size + 1)
    return numbers.get(key)!
  }
  for (const event of events) {
    const { at } = event
    if ('call' in event) {
      const { call: name, with: given } = event
      if (name === 'feed') yield { at, stream: number(-byHand - 1), bytes: given[0] as Uint8Array, make: (core, piece) => core.feed(piece) }
      else {
        const ends = name === 'end' && numbers.has(-byHand - 1)
        yield { at, ...(ends && { stream: number(-byHand - 1) }), make: (core) => call(core, name, given) }
        if (name === 'begin' || name === 'end') byHand++
      }
    } else yield* answered(event, event.request - start.requests, number, calls)
  }
}

/** What the network said of request `id`. */
function* answered(event: Extract<RecordedEvent, { request: number }>, id: number, number: (key: number) => number, calls: Set<number>): Generator<Step> {
  const { at } = event
  if ('method' in event) {
    if (!event.fields) calls.add(id)
  } else if ('status' in event) {
    const { status, headers } = event
    yield { at, make: (core) => calls.has(id) ? core.called(id, status) : core.opened(id, status, headers['content-type'] ?? '', headers['retry-after'], headers['retry-after-ms'], headers.date) }
  } else if ('bytes' in event) {
    yield { at, stream: number(id), bytes: event.bytes, make: (core, piece) => void core.heard(id, piece) }
  } else {
    const whole = event.end === 'unsent' ? undefined : event.end === 'closed'
    yield { at, stream: number(id), make: (core) => calls.has(id) ? core.called(id, 0) : core.closed(id, whole) }
  }
}
