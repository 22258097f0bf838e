/** Formats a duration in seconds: `< 1 ms`, `4 ms`, `1.2 s`, `35 s`. */
export function seconds(value) {
  if (value < 0.001) return '< 1 ms'
  if (value < 1) return `${Math.round(value * 1000)} ms`
  return `${value < 10 ? Math.round(value * 10) / 10 : Math.round(value)} s`
}

/** A longer one: `6.2 s`, `3 min`, `6 min 12 s`, `2 h`, `6 days 17 h`. Two units at most. */
export function longTime(value) {
  if (value < 60) return seconds(value)
  const whole = Math.round(value)
  const units = [[Math.floor(whole / 86_400), whole >= 172_800 ? 'days' : 'day'], [Math.floor(whole / 3600) % 24, 'h'], [Math.floor(whole / 60) % 60, 'min'], [whole % 60, 's']]
  const first = units.findIndex(([count]) => count > 0)
  return units.slice(first, first + 2).filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`).join(' ')
}
