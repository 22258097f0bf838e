/** Formats a duration in seconds: `< 1 ms`, `4 ms`, `1.2 s`, `35 s`. */
export function seconds(value) {
  if (value < 0.001) return '< 1 ms'
  if (value < 1) return `${Math.round(value * 1000)} ms`
  return `${value < 10 ? Math.round(value * 10) / 10 : Math.round(value)} s`
}
