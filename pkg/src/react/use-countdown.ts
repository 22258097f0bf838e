// The seconds left of a wait, second by second.

import { React } from './react'

/**
 * Whole seconds until a wait (`h.retry`, `h.pacing`) is over, rounded up; `null` without one. The component re-renders once a
 * second:
 *
 *     const seconds = useCountdown(h.retry ?? h.pacing)
 *     return seconds !== null && <p>Next attempt in {seconds} s</p>
 */
export function useCountdown(wait: { readonly resumesAt: number } | null | undefined): number | null {
  const resumesAt = wait?.resumesAt
  const subscribe = React.useCallback((listener: () => void) => {
    let timer: ReturnType<typeof setTimeout>
    const schedule = () => {
      const left = resumesAt === undefined ? 0 : resumesAt - Date.now() / 1000
      // At the next whole second, and a bit: timers may be early.
      if (left > 0) timer = setTimeout(() => (listener(), schedule()), (left % 1 || 1) * 1000 + 5)
    }
    schedule()
    return () => clearTimeout(timer)
  }, [resumesAt])
  const read = () => (resumesAt === undefined ? null : Math.max(0, Math.ceil(resumesAt - Date.now() / 1000 - TOLERANCE)))
  return React.useSyncExternalStore(subscribe, read, read)
}

/** Seconds by which a timer may be early. */
const TOLERANCE = 1e-3
