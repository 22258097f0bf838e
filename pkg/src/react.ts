'use client'
// 'ai-stream-handler/react': React knows two functions of a handler, subscribe and getSnapshot. Rendering makes nothing: the
// handler comes with the first effect or call, and goes when its component stays unmounted. StrictMode's rehearsal keeps it.

import * as React from 'react'
import { Lease, type StreamHook } from './react/handler-lease'
import type { HandlerOptions, Snapshot, StreamHandler } from './index'

export type { StreamHook } from './react/handler-lease'

/**
 * A conversation for the life of the component:
 *
 *     const { messages, activityStatus, error, send, cancel } = useAIStreamHandler({ team: 'cirkelline' })
 *
 * All methods are stable within a conversation. `headers`, `fields`, `fetch`, `log` and `onListenerError` are those of the last
 * render. Another endpoint, agent, team, workflow or url is another conversation; the other options count when it begins.
 */
export function useAIStreamHandler(options: HandlerOptions = {}): StreamHook {
  if (!React.useSyncExternalStore) throw new Error(`ai-stream-handler/react needs React 18 or 19, not ${React.version}`)
  const latest = React.useRef(options)
  const place = JSON.stringify([options.endpoint, options.agent, options.team, options.workflow, options.url].map((part) => part || null))
  const [held, hold] = React.useState(() => ({ place, lease: new Lease(latest) }))
  if (held.place !== place) hold({ place, lease: new Lease(latest) })
  const { lease } = held
  // Before any effect of a child: theirs come first, and one that subscribes makes the handler.
  React.useInsertionEffect(() => void (latest.current = options))
  React.useEffect(() => lease.take(), [lease])
  return React.useSyncExternalStore(lease.handler.subscribe, lease.look, lease.lookOnServer)
}

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
