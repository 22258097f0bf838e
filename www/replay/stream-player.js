/**
 * Plays a recorded stream into a handler: `begin`, `feed` for each chunk when it is due, `end`.
 *
 * Does not interpret the bytes, apart from the announced waits that chunking.js finds in them.
 */
import { cut, toPace } from './chunking.js'

export function createStreamPlayer(handler) {
  let pace = toPace('readable')
  let chunks = 'recorded'
  let current = null
  /** The current announced wait: `{ ends, rate }`, in ms of `performance.now()` and as in `toPace`. */
  let wait = null
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

  function startWait(seconds) {
    wait = { ends: performance.now() + (seconds * 1000) / pace.rate, rate: pace.rate }
  }

  /** Announced seconds left of the current wait. */
  function left() {
    return wait ? Math.max(0, ((wait.ends - performance.now()) / 1000) * wait.rate) : 0
  }

  return {
    /** Takes effect at once, even during a wait. */
    setPace(name) {
      const seconds = left()
      pace = toPace(name)
      if (wait) startWait(seconds)
      wake()
    },
    setChunks: (size) => (chunks = size),

    /** Resolves at the end of the stream, or early, without calling `end`, once `stop` is called or another `play` begins. */
    async play(recording, text) {
      const run = (current = {})
      handler.begin(text, { name: addresseeOf(recording) })
      let due = performance.now()
      for (const { bytes, gap, wait: announced } of cut(recording, chunks)) {
        // Gaps too short for a timer accumulate in `due`, so that the total duration is right.
        due += gap > 0 ? pace.gap(gap, recording.scripted) : 0
        if (due - performance.now() > 1) await sleep(due - performance.now())
        if (run !== current) return
        handler.feed(bytes)
        if (announced === 0) continue
        startWait(announced)
        while (wait && wait.ends - performance.now() > 1) await sleep(wait.ends - performance.now())
        if (run !== current) return
        wait = null
        due = performance.now()
      }
      handler.end()
      current = null
    },

    /** Stops feeding; the handler stays as it is. */
    stop() {
      current = wait = null
      wake()
    },

    /** Ends the current wait, if any. */
    skip() {
      wait = null
      wake()
    },
    left,
    isPlaying: () => current !== null,
  }
}

/** The name of the agent or team asked, from the recorded URL: `/teams/cirkelline/runs` → Cirkelline. */
function addresseeOf({ url }) {
  const id = url?.match(/([^/]+)\/runs$/)?.[1]
  return id?.split('-').map((word) => word[0].toUpperCase() + word.slice(1)).join(' ')
}
