// A handler for holders that mount and unmount, as React components do: created on first use, disposed of when the last holder is
// gone, created again when one returns. Knows no React.

import { lazyHandler } from '../lazy/lazy-handler'
import type { StreamHandler } from '../types/handler'
import type { Outcome, Turn } from '../types/snapshot'
import type { StreamHookOptions } from './stream-hook'

export interface HandlerLease {
  /** Its methods never change identity. */
  readonly handler: StreamHandler
  /**
   * For an insertion effect. `ended`: told of each answer that ends. The returned cleanup disposes of the handler, unless it is acquired
   * again in the same task (StrictMode).
   */
  acquire(ended: (turn: Turn, outcome: Outcome) => void): () => void
}

/** Conversations that components share, by target and id. On a server each rendering has its own. */
const shared = new Map<string, HandlerLease>()

/** Whether components share conversations of this id, all with a target. For a warning in development. */
export const isIdAlone = (id: string): boolean => {
  const keys = [...shared.keys()].filter((key) => key.endsWith(`\n${id}`))
  return keys.length > 0 && !keys.includes(`\n\n\n\n\n${id}`)
}

/** `hook`: its name. `key`: target and id. */
export const leaseOf = (hook: string, key: string, isShared: unknown, latest: { current: StreamHookOptions }): HandlerLease => {
  const known = (isShared && shared.get(key)) as HandlerLease | undefined
  if (known) return known
  const holders = new Set<(turn: Turn, outcome: Outcome) => void>()
  const handler = lazyHandler(() => latest.current, hook, (turn, outcome) => holders.forEach((ended) => ended(turn, outcome)))
  const lease: HandlerLease = {
    handler,
    acquire(ended) {
      holders.add(ended)
      // Loads the core in idle time.
      const stop = handler.subscribe(() => {})
      return () => {
        stop()
        holders.delete(ended)
        setTimeout(() => {
          if (holders.size) return
          handler.dispose()
          if (shared.get(key) === lease) shared.delete(key)
        })
      }
    },
  }
  if (isShared && globalThis.document) shared.set(key, lease)
  return lease
}
