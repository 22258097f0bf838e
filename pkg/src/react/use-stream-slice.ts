// A part of a handler's snapshot, for a component that draws no more.

import * as React from 'react'
import type { StreamHandler } from '../types/handler'
import type { Snapshot } from '../types/snapshot'

/**
 * A part of the snapshot: `useStreamSlice(h, (s) => s.activityStatus)`. Renders again when that part changed: by `isEqual`, or
 * else one level deep, so that a selector may make an object of several parts.
 */
export function useStreamSlice<T>(
  h: Pick<StreamHandler, 'subscribe' | 'getSnapshot' | 'getServerSnapshot'>,
  select: (snapshot: Snapshot) => T,
  isEqual: (a: T, b: T) => boolean = alike,
): T {
  const last = React.useRef<{ from: Snapshot; select: typeof select; part: T } | null>(null)
  const read = (from: Snapshot) => {
    const known = last.current
    if (known?.from === from && known.select === select) return known.part
    const part = select(from)
    last.current = { from, select, part: known && isEqual(known.part, part) ? known.part : part }
    return last.current.part
  }
  return React.useSyncExternalStore(h.subscribe, () => read(h.getSnapshot()), () => read(h.getServerSnapshot()))
}

/** Equal, one level deep. */
function alike(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b || Array.isArray(a) !== Array.isArray(b)) return false
  const [some, others] = [Object.entries(a), Object.entries(b)]
  return some.length === others.length && some.every(([key, value]) => Object.is(value, (b as Record<string, unknown>)[key]))
}
