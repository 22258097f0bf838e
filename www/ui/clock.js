/** Times of day and dates, in one format wherever they stand: 24 hours, `08:13:36`, `23 Nov 2026`. */

const TIME = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false })
const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })

/** `08:13:36`. `at`: seconds since the Unix epoch. */
export const timeOfDay = (at) => TIME.format(at * 1000)

/** `23 Nov 2026, 08:13:36`. */
export const dateAndTime = (at) => `${DATE.format(at * 1000)}, ${timeOfDay(at)}`

/** The time of day if it is today's, else the date; '' if there is none. */
export function timeOrDate(at) {
  if (!(at > 0)) return ''
  const date = DATE.format(at * 1000)
  return date === DATE.format(Date.now()) ? timeOfDay(at) : date
}
