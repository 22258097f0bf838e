// Shows a recording again in a handler: at any speed, frame by frame, at any moment. To go back is to start over: the core that a
// recording drives has its time and its network from there alone, and is fast.

import { playbackSteps } from './playback-steps'
import type { StreamHandler } from '../types/handler'
import type { RecordedFrame, Recording } from '../types/recording'

/** What {@link createPlayer} returns. Times are in seconds since the recording began. */
export interface Player {
  readonly duration: number
  readonly position: number
  /** The moment that is shown, in seconds since the Unix epoch: what `snapshot.retry.resumesAt` is to be compared with. */
  readonly now: number
  readonly frames: readonly RecordedFrame[]
  /** How many of the frames are in. */
  readonly frame: number
  readonly isPlaying: boolean
  /** How much faster than it was recorded. Default 1. */
  speed: number
  /** Goes on from here; from the beginning, where it has ended. */
  play(): void
  /** Halts where it is. */
  pause(): void
  /** So many frames on, or back. */
  step(frames?: number): void
  /** To a moment: everything until then has come. */
  seek(position: number): void
  /** To the end of a frame: so many are in, and nothing behind them. */
  seekFrame(frames: number): void
  /** Over a silence: to the next thing that happens. */
  skip(): void
  /** Calls `listener` when it begins, stops, steps or jumps. Returns what ends that. */
  subscribe(listener: () => void): () => void
  /** Stops for good; the handler stays as it is. */
  dispose(): void
}

/**
 * Shows `recording` in `handler`, from its beginning. The handler is the player's from then on: what it showed is gone, and it
 * asks no server any more. Throws where it was disposed of.
 */
export function createPlayer(handler: StreamHandler, recording: Recording): Player {
  const { replay } = handler.inside()
  const { steps, frames } = playbackSteps(recording)
  const { options, seed, start, startedAt } = recording
  const duration = recording.events.at(-1)?.at ?? 0
  const listeners = new Set<() => void>()
  let { core, change } = replay(options, seed, start, startedAt)
  let next = 0
  let position = 0
  let speed = 1
  let timer: ReturnType<typeof setTimeout> | undefined
  let playing: { at: number; position: number } | null = null

  // The clock has milliseconds, and so has the recording: the sum is what Date.now() once said.
  const clockAt = (at: number) => Math.round((startedAt + at) * 1000) / 1000
  const currentPosition = () => (playing ? Math.min(duration, playing.position + ((performance.now() - playing.at) / 1000) * speed) : position)
  const notify = () => listeners.forEach((listener) => listener())

  /** Everything before the move `to`, and then it is `at`. */
  function advance(to: number, at: number): void {
    position = at
    const isBack = to < next
    if (isBack) {
      ({ core, change } = replay(options, seed, start, startedAt))
      next = 0
    }
    if (isBack || to > next) change(() => {
      for (; next < to; next++) {
        core.replay(clockAt(steps[next]!.at))
        steps[next]!.run(core)
      }
    })
    core.replay(clockAt(at))
  }

  /** The first move later than `at`. A slider's numbers are not quite those that it was given. */
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
    // What comes with a frame, such as the end of its stream, is another step.
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
