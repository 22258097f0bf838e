/**
 * Feeds both readers the same bytes in the same animation frames, alternating which goes first, and lets each draw. Each reader's work
 * is timed separately; comparing and marking is not timed.
 */

/** Duration of a stream in seconds, its bytes spread evenly. */
const DURATION = 6
/** Seconds between comparisons. */
const JUDGE_EVERY = 0.12

/** `onChange()` is called when figures have changed. */
export function createRace({ panels, onChange }) {
  let frame

  return {
    /**
     * Resolves at the end of the stream; never, if another race has started. `every`: seconds between comparisons. `expected`: what
     * the panels are compared with, if anything.
     */
    run({ bytes, pieces, expected, duration = DURATION, every = JUDGE_EVERY }) {
      cancelAnimationFrame(frame)
      for (const panel of panels) panel.begin()
      onChange()
      const began = performance.now()
      let next = 0
      let fed = 0
      let judged = began
      let flip = false
      return new Promise((resolve) => {
        const step = () => {
          const now = performance.now()
          const due = Math.min(bytes.length, ((now - began) / 1000 / duration) * bytes.length)
          const chunks = []
          while (next < pieces.length && fed + pieces[next].length <= due) {
            chunks.push(pieces[next])
            fed += pieces[next++].length
          }
          const isEnd = next === pieces.length
          for (const panel of flip ? panels.toReversed() : panels) panel.work(chunks, isEnd)
          flip = !flip
          const seconds = (performance.now() - judged) / 1000
          if (seconds >= every || isEnd) {
            judged = performance.now()
            for (const panel of panels) panel.judge(expected?.at(fed), seconds)
            onChange()
          }
          if (!isEnd) return (frame = requestAnimationFrame(step))
          for (const panel of panels) panel.conclude()
          resolve()
        }
        frame = requestAnimationFrame(step)
      })
    },
  }
}

/** Splits `bytes` into pieces of `size` bytes, as `recorded`, or `whole`. */
export function split(bytes, size, recorded) {
  const pieces = []
  let from = 0
  const add = (length) => {
    pieces.push(bytes.subarray(from, from + length))
    from += length
  }
  if (size === 'recorded') for (const [, length] of recorded) add(length)
  while (from < bytes.length) add(size === 'whole' || size === 'recorded' ? bytes.length : Number(size))
  return pieces
}
