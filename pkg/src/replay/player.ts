// Plays a recording in a handler: at any speed, frame by frame, from any position. Seeking backwards starts over: the core gets
// its clock and network from the recording alone, and is fast.

import { applyCall } from './allowed-calls'
import { assertRecording } from './assert-recording'
import { hooksOf, type RecordableHandler } from './hooks-of'
import { playbackSteps } from './playback-steps'
import type { RecordedFrame, Recording } from '../types/recording'

/** What {@link createPlayer} returns. Positions are in seconds since the recording began. */
export interface Player {
  /** Position of the last event. */
  readonly duration: number
  readonly position: number
  /** The recorded time at the current position, in seconds since the Unix epoch: compare `snapshot.retry.resumesAt` with it. */
  readonly now: number
  readonly frames: readonly RecordedFrame[]
  /** The number of frames up to the current position. */
  readonly frame: number
  readonly isPlaying: boolean
  /** Playback rate; 1 is the recorded speed. Default 1. Throws a RangeError if set to anything but a finite number above 0. */
  speed: number
  /** Plays from the current position; from the beginning if it is at the end. */
  play(): void
  /** Stops at the current position. */
  pause(): void
  /** Pauses and moves by a number of frames, backwards if negative. Default 1. */
  step(frames?: number): void
  /** Moves to a position: everything up to and including it has happened. Clamped to the recording. */
  seek(position: number): void
  /** Moves to where exactly this number of frames has arrived, and nothing after them. Clamped to the recording. */
  seekFrame(frames: number): void
  /** Moves to the next event, across any silence. */
  skip(): void
  /**
   * Calls `listener` when playback starts or stops, and after each step, seek or change of speed. Returns a function
   * that unsubscribes.
   */
  subscribe(listener: () => void): () => void
  /** Stops playback and removes all listeners. The handler keeps its state. */
  dispose(): void
}

/**
 * Loads `recording` into `handler`, paused at its beginning. From then on the handler belongs to the player: its conversation is
 * discarded and it makes no more requests. Throws if the handler was disposed of.
 *
 *     const player = createPlayer(createStreamHandler(), recording)
 *     player.play()
 */
export function createPlayer(handler: RecordableHandler, recording: Recording): Player {
  const { replay } = hooksOf(handler)
  assertRecording('createPlayer', recording)
  const { steps, frames } = playbackSteps(recording)
  const { options, seed, start, startedAt } = recording
  const duration = recording.events.at(-1)?.at ?? 0
  const listeners = new Set<() => void>()
  const begin = () => {
    const target = replay(options, seed, start, startedAt)
    const { first, calls } = start.recalled ?? { first: 0, calls: [] }
    if (calls.length) target.change(() => {
      // Turns have the numbers that they had.
      for (let turn = 0; turn < first; turn++) applyCall(target.core, 'recall', ['', 0, new Uint8Array()])
      if (first) applyCall(target.core, 'clear', [start.sessionId])
      for (const { call, with: args } of calls) applyCall(target.core, call, args)
    })
    return target
  }
  let target = begin()
  let next = 0
  let position = 0
  let speed = 1
  let timer: ReturnType<typeof setTimeout> | undefined
  let playing: { at: number; position: number } | null = null

  // Clock and recording have milliseconds: rounding the sum gives what Date.now() returned.
  const clockAt = (at: number) => Math.round((startedAt + at) * 1000) / 1000
  const currentPosition = () => (playing ? Math.min(duration, playing.position + ((performance.now() - playing.at) / 1000) * speed) : position)
  const notify = () => listeners.forEach((listener) => listener())

  /** Runs the steps before index `to`, then sets the clock to `at`. */
  function advance(to: number, at: number): void {
    position = at
    const isBack = to < next
    if (isBack) {
      target = begin()
      next = 0
    }
    if (isBack || to > next) target.change(() => {
      for (; next < to; next++) {
        target.core.replay(clockAt(steps[next]!.at))
        steps[next]!.run(target)
      }
    })
    target.core.replay(clockAt(at))
  }

  /** Index of the first step later than `at`, with a tolerance: a slider's value may be slightly off. */
  const firstStepAfter = (at: number) => {
    const found = steps.findIndex((step) => step.at > at + 1e-6)
    return found < 0 ? steps.length : found
  }

  function run(): void {
    const at = currentPosition()
    advance(Math.max(next, firstStepAfter(at)), at)
    if (next === steps.length && at >= duration) return pause()
    const wait = ((steps[next]?.at ?? duration) - at) / speed
    timer = setTimeout(run, Math.min(wait * 1000, 1000))
  }

  function stopTimer(): void {
    position = currentPosition()
    clearTimeout(timer)
    playing = null
  }

  function pause(): void {
    if (!playing) return
    stopTimer()
    notify()
  }

  function jump(to: number, at: number): void {
    const wasPlaying = playing !== null
    stopTimer()
    advance(to, at)
    if (wasPlaying) startTimer()
    notify()
  }

  function startTimer(): void {
    playing = { at: performance.now(), position }
    run()
  }

  const seekFrame = (wanted: number) => {
    const count = Math.max(0, Math.min(frames.length, Math.trunc(wanted)))
    // What comes with the frame, such as the end of its stream, is a later step.
    const last = count === 0 ? -1 : steps.findIndex((step) => step.frames === count)
    jump(last + 1, last < 0 ? 0 : steps[last]!.at)
  }

  return {
    duration,
    frames,
    get position() { return currentPosition() },
    get now() { return clockAt(currentPosition()) },
    get frame() { return steps[next - 1]?.frames ?? 0 },
    get isPlaying() { return playing !== null },
    get speed() { return speed },
    set speed(wanted) {
      if (!(wanted > 0 && wanted < Infinity)) throw new RangeError('player.speed must be a number above 0')
      const wasPlaying = playing !== null
      stopTimer()
      speed = wanted
      if (wasPlaying) startTimer()
      notify()
    },
    play() {
      if (playing) return
      if (next === steps.length && position >= duration) advance(0, 0)
      startTimer()
      notify()
    },
    pause,
    step(by = 1) {
      pause()
      seekFrame((steps[next - 1]?.frames ?? 0) + by)
    },
    seek: (wanted) => {
      const at = Math.max(0, Math.min(duration, wanted))
      jump(firstStepAfter(at), at)
    },
    seekFrame,
    skip() {
      const at = steps[next]?.at ?? duration
      jump(firstStepAfter(at), at)
    },
    subscribe(listener) {
      const entry = () => listener()
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
    dispose() {
      stopTimer()
      listeners.clear()
    },
  }
}
