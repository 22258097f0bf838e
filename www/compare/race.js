/**
 * Gives both the same bytes in the same animation frames, one after the other and first by turns, and lets each draw. The work of
 * each is measured by itself; comparing and marking is neither's.
 */

/** So long the bytes of a stream take, spread evenly. Seconds. */
export const LASTS = 6
const JUDGE_EVERY = 0.12

/** `onChange()`: the figures have changed. */
export function createRace({ panels, onChange }) {
  let frame

  return {
    /** Resolves when all has come, or another race began. */
    run({ bytes, pieces, expected, lasts = LASTS }) {
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
          const due = Math.min(bytes.length, ((now - began) / 1000 / lasts) * bytes.length)
          const chunks = []
          while (next < pieces.length && fed + pieces[next].length <= due) {
            chunks.push(pieces[next])
            fed += pieces[next++].length
          }
          const isEnd = next === pieces.length
          for (const panel of flip ? panels.toReversed() : panels) panel.work(chunks, isEnd)
          flip = !flip
          const seconds = (performance.now() - judged) / 1000
          if (seconds >= JUDGE_EVERY || isEnd) {
            judged = performance.now()
            for (const panel of panels) panel.judge(expected.at(fed), seconds)
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

/** `bytes` in pieces: of so many bytes, `recorded` as they came, or `whole`. */
export function piecesOf(bytes, size, recorded) {
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
