/** Measured work as text. */

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
