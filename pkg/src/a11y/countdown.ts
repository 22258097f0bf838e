// The remaining time of a wait, formatted for people.

import type { PacingState, RetryState } from '../types/rate-limits'

/** Options of {@link countdown}. */
export interface CountdownOptions {
  /** The current time, in seconds since the Unix epoch. Default: the clock's. */
  now?: number
  /** BCP 47 locale. Default: the browser's. */
  locale?: string
  /** `long`: `1 minute 5 seconds`; `short`: `1 min 5 sec`; `clock`: `1:05`. Default `long`. */
  style?: 'long' | 'short' | 'clock'
}

/**
 * The time left of a wait (`snapshot.retry` or `snapshot.pacing`) as text, rounded up to whole seconds; zero once it is over.
 *
 *     countdown(snapshot.retry, { style: 'clock' })    // '0:05'
 */
export function countdown(wait: Pick<RetryState | PacingState, 'resumesAt'>, { now = Date.now() / 1000, locale, style = 'long' }: CountdownOptions = {}): string {
  const left = Math.max(0, Math.ceil(wait.resumesAt - now - 1e-3))
  const [hours, minutes, seconds] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60]
  if (style === 'clock') {
    const two = (n: number) => String(n).padStart(2, '0')
    return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`
  }
  const unit = (n: number, unit: string) => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: style }).format(n)
  const parts = [hours && unit(hours, 'hour'), minutes && unit(minutes, 'minute'), (seconds || left < 60) && unit(seconds, 'second')]
  return parts.filter(Boolean).join(' ')
}
