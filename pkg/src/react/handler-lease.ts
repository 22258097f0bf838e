// A handler for holders that mount and unmount, as React components do: created on first use, disposed of when the last holder is
// gone, created again when one returns. Knows no React.

import { lazyHandler } from '../lazy/lazy-handler'
import type { StreamHandler } from '../types/handler'
import type { Turn } from '../types/snapshot'
import type { StreamHookOptions } from './stream-hook'

export interface HandlerLease {
  /** Its methods never change identity. */
  readonly handler: StreamHandler
  /**
   * For an effect. `ended`: told of each answer that ends. The returned cleanup disposes of the handler, unless it is acquired
   * again in the same task (StrictMode).
   */
  acquire(ended: (turn: Turn) => void): () => void
}

/** `hook`: its name. `onGone`: the last holder has left. */
export const createLease = (hook: string, latest: { current: StreamHookOptions }, onGone: () => void): HandlerLease => {
  const holders = new Set<(turn: Turn) => void>()
  const handler = lazyHandler(() => latest.current, hook, (turn) => holders.forEach((ended) => ended(turn)))
  return {
    handler,
    acquire(ended) {
      holders.add(ended)
      // Loads the core in idle time. When React's Activity shows a subtree again, children have subscribed before.
      const stop = handler.subscribe(() => {})
      return () => {
        stop()
        holders.delete(ended)
        setTimeout(() => {
          if (holders.size) return
          handler.dispose()
          onGone()
        })
      }
    },
  }
}
