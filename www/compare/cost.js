/** Measured work: adds it up, and puts it into words. */

/** A frame at 60 Hz, in milliseconds. */
export const BUDGET = 1000 / 60

/** The figures of a panel that has done nothing yet. */
export const NO_WORK = { longest: 0, work: 0, late: 0 }

/** Adds one frame's work, in milliseconds. */
export function addWork(figures, took) {
  figures.work += took
  figures.longest = Math.max(figures.longest, took)
  if (took > BUDGET) figures.late++
}

/** All of it, for screen readers. */
export const describeWork = ({ longest, work, late }) => `the longest frame took ${ms(longest)}, all frames ${ms(work)}; ${late} were late`

export function ms(value) {
  return value < 10 ? `${value.toFixed(1)} ms` : value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`
}

/** Which of two ways was cheaper, whichever it was. `work`: milliseconds by the name of the way. */
export function costOf(work) {
  const [[first, a], [second, b]] = Object.entries(work)
  const times = Math.max(a, b) / Math.min(a, b)
  const both = `Work in all: ${ms(a)} for ${first}, ${ms(b)} for ${second}.`
  return times < 1.2 ? `${both} That is about the same.` : `${both} Here ${a < b ? first : second} is cheaper, by a factor of ${times < 10 ? times.toFixed(1) : Math.round(times)}.`
}
