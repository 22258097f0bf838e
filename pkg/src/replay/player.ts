// Shows a recording again in a handler: at any speed, frame by frame, at any moment. To go back is to start over: the core that a
// recording drives has its time and its network from there alone, and is fast.

import { movesOf } from './playback-steps'
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
  const { moves, frames } = movesOf(recording)
  const { options, seed, start, startedAt } = recording
  const duration = recording.events.at(-1)?.at ?? 0
  const listeners = new Set<() => void>()
  let { core, change } = replay(options, seed, start, startedAt)
  let next = 0
  let position = 0
  let speed = 1
  let timer: ReturnType<typeof setTimeout> | undefined
  let began: { at: number; position: number } | null = null

  // The clock has milliseconds, and so has the recording: the sum is what Date.now() once said.
  const moment = (at: number) => Math.round((startedAt + at) * 1000) / 1000
  const here = () => (began ? Math.min(duration, began.position + ((performance.now() - began.at) / 1000) * speed) : position)
  const tell = () => listeners.forEach((listener) => listener())

  /** Everything before the move `to`, and then it is `at`. */
  function go(to: number, at: number): void {
    position = at
    const isBack = to < next
    if (isBack) {
      ({ core, change } = replay(options, seed, start, startedAt))
      next = 0
    }
    if (isBack || to > next) change(() => {
      for (; next < to; next++) {
        core.replay(moment(moves[next]!.at))
        moves[next]!.make(core)
      }
    })
    core.replay(moment(at))
  }

  /** The first move later than `at`. A slider's numbers are not quite those that it was given. */
  const after = (at: number) => {
    const found = moves.findIndex((move) => move.at > at + 1e-6)
    return found < 0 ? moves.length : found
  }

  function run(): void {
    const at = here()
    go(Math.max(next, after(at)), at)
    if (next === moves.length && at >= duration) return pause()
    const wait = ((moves[next]?.at ?? duration) - at) / speed
    timer = setTimeout(run, Math.min(wait * 1000, 1000))
  }

  function halt(): void {
    position = here()
    clearTimeout(timer)
    began = null
  }

  function pause(): void {
    if (!began) return
    halt()
    tell()
  }

  function jump(to: number, at: number): void {
    const goesOn = began !== null
    halt()
    go(to, at)
    if (goesOn) begin()
    tell()
  }

  function begin(): void {
    began = { at: performance.now(), position }
    run()
  }

  const seekFrame = (wanted: number) => {
    const count = Math.max(0, Math.min(frames.length, Math.trunc(wanted)))
    // What comes with a frame, such as the end of its stream, is another move.
    const last = count === 0 ? -1 : moves.findIndex((move) => move.frames === count)
    jump(last + 1, last < 0 ? 0 : moves[last]!.at)
  }

  return {
    duration,
    frames,
    get position() { return here() },
    get now() { return moment(here()) },
    get frame() { return moves[next - 1]?.frames ?? 0 },
    get isPlaying() { return began !== null },
    get speed() { return speed },
    set speed(wanted) {
      if (!(wanted > 0 && wanted < Infinity)) throw new RangeError('player.speed must be a number above 0')
      const goesOn = began !== null
      halt()
      speed = wanted
      if (goesOn) begin()
      tell()
    },
    play() {
      if (began) return
      if (next === moves.length && position >= duration) go(0, 0)
      begin()
      tell()
    },
    pause,
    step(by = 1) {
      pause()
      seekFrame((moves[next - 1]?.frames ?? 0) + by)
    },
    seek: (wanted) => {
      const at = Math.max(0, Math.min(duration, wanted))
      jump(after(at), at)
    },
    seekFrame,
    skip() {
      const at = moves[next]?.at ?? duration
      jump(after(at), at)
    },
    subscribe(listener) {
      const entry = () => listener()
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
    dispose() {
      halt()
      listeners.clear()
    },
  }
}
