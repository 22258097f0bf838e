/**
 * Plays a recorded stream into a handler: `begin`, `feed` for each chunk at its time, `end`.
 *
 * It knows nothing of what the bytes mean, apart from the waits that `chunking.js` found announced in them.
 */
import { cut, paceOf } from './chunking.js'

export function createPlayer(handler) {
  let pace = paceOf('readable')
  let chunks = 'recorded'
  let current = null
  /** The announced wait that is going on: when it ends, and how much faster than the clock it passes. */
  let silence = null
  let wake = () => {}

  function sleep(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  function beSilent(seconds) {
    silence = { ends: performance.now() + (seconds * 1000) / pace.rate, rate: pace.rate }
  }

  /** Announced seconds left of the wait that is going on. */
  function left() {
    return silence ? Math.max(0, ((silence.ends - performance.now()) / 1000) * silence.rate) : 0
  }

  return {
    /** Takes effect at once, also in the middle of a wait. */
    setPace(name) {
      const rest = left()
      pace = paceOf(name)
      if (silence) beSilent(rest)
      wake()
    },
    setChunks: (size) => (chunks = size),

    /** Ends early, without `end`, when `stop` is called. */
    async play(recording, text) {
      const run = (current = {})
      handler.begin(text, { name: askedOf(recording) })
      let due = performance.now()
      for (const { bytes, gap, wait } of cut(recording, chunks)) {
        // Gaps shorter than a timer can keep add up here, so that the whole still takes its time.
        due += gap > 0 ? pace.gap(gap, recording.scripted) : 0
        if (due - performance.now() > 1) await sleep(due - performance.now())
        if (run !== current) return
        handler.feed(bytes)
        if (wait === 0) continue
        beSilent(wait)
        while (silence && silence.ends - performance.now() > 1) await sleep(silence.ends - performance.now())
        if (run !== current) return
        silence = null
        due = performance.now()
      }
      handler.end()
      current = null
    },

    /** Leaves the stream where it is; nothing more is fed. */
    stop() {
      current = silence = null
      wake()
    },

    /** Ends the wait that is going on, if any. */
    skip() {
      silence = null
      wake()
    },
    left,
    isPlaying: () => current !== null,
  }
}

/** Who was asked: the recorded request's `/teams/cirkelline/runs` is to Cirkelline. */
function askedOf({ url }) {
  const id = url?.match(/([^/]+)\/runs$/)?.[1]
  return id?.split('-').map((word) => word[0].toUpperCase() + word.slice(1)).join(' ')
}
