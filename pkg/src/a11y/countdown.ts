// A wait as text.

import type { PacingState, RetryState } from '../types/rate-limits'

/** How a countdown reads. */
export interface CountdownOptions {
  /** Seconds since the Unix epoch. Default: now. */
  now?: number
  /** Default: the page's. */
  locale?: string
  /** `long`: `1 minute 5 seconds`; `short`: `1 min 5 sec`; `clock`: `1:05`. Default `long`. */
  style?: 'long' | 'short' | 'clock'
}

/** How long a wait (`snapshot.retry`, `snapshot.pacing`) still lasts, in whole seconds, for the eyes of a user. */
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
