// Subscribes a component to a part of a handler's snapshot.

import { React } from './react'
import type { StreamHandler } from '../types/handler'
import type { Snapshot } from '../types/snapshot'

/**
 * What `select` returns for the current snapshot. The component re-renders only when that value changes:
 *
 *     const activity = useStreamSlice(h, (s) => s.activityStatus)
 *
 * `isEqual` decides what counts as a change. Default: a shallow comparison, so `select` may return a new object or array.
 */
export function useStreamSlice<T>(
  h: Pick<StreamHandler, 'subscribe' | 'getSnapshot' | 'getServerSnapshot'>,
  select: (snapshot: Snapshot) => T,
  isEqual: (a: T, b: T) => boolean = shallowEqual,
): T {
  const last = React.useRef<{ from: Snapshot; select: typeof select; slice: T } | null>(null)
  const read = (from: Snapshot) => {
    const previous = last.current
    if (previous?.from === from && previous.select === select) return previous.slice
    const slice = select(from)
    last.current = { from, select, slice: previous && isEqual(previous.slice, slice) ? previous.slice : slice }
    return last.current.slice
  }
  return React.useSyncExternalStore(h.subscribe, () => read(h.getSnapshot()), () => read(h.getServerSnapshot()))
}

function shallowEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b || Array.isArray(a) !== Array.isArray(b)) return false
  const [entries, others] = [Object.entries(a), Object.entries(b)]
  return entries.length === others.length && entries.every(([key, value]) => Object.is(value, (b as Record<string, unknown>)[key]))
}
