// A handler for holders that mount and unmount, as React components do: started on first use, disposed of when the last holder is
// gone, started again when one returns. It records which snapshot fields were read, so that only their changes cause a render.
// Knows no React.

import { lazyHandler } from '../lazy/lazy-handler'
import { emptySnapshot } from '../snapshot/empty-snapshot'
import type { StreamHandler } from '../types/handler'
import type { HandlerOptions } from '../types/options'
import type { Snapshot } from '../types/snapshot'
import type { StreamHook } from './stream-hook'

export type HandlerLease = ReturnType<typeof handlerLease>

export function handlerLease(latestOptions: { current: HandlerOptions }) {
  const [handler, start, isRunning] = lazyHandler(() => {
    const options: Record<string, unknown> = { ...latestOptions.current }
    const latest = (name: keyof HandlerOptions) => (...args: unknown[]) => {
      const value: unknown = latestOptions.current[name]
      return typeof value === 'function' ? value(...args) : (value ?? {})
    }
    for (const name of ['headers', 'fields'] as const) options[name] = latest(name)
    for (const name of ['fetch', 'log', 'onListenerError'] as const) if (options[name]) options[name] = latest(name)
    return options
  })
  const { subscribe, getSnapshot, dispose } = handler
  const readKeys = new Set<keyof Snapshot>()
  let holders = 0
  let lastSnapshot: Snapshot = emptySnapshot

  const createHook = () => {
    const hook = { ...handler, handler }
    for (const key of Object.keys(emptySnapshot) as (keyof Snapshot)[]) {
      Object.defineProperty(hook, key, { get: () => (readKeys.add(key), getSnapshot()[key]), enumerable: true })
    }
    return hook as unknown as StreamHook
  }
  const ensure = () => {
    if (!isRunning()) start()
  }
  // When React's Activity shows a subtree again, children subscribe before their parent's effect runs.
  handler.subscribe = (listener) => (ensure(), subscribe(listener))
  let hook = createHook()

  return {
    handler: handler as StreamHandler,
    /** For an effect. The returned cleanup disposes of the handler, unless it is acquired again in the same task. */
    acquire(): () => void {
      holders++
      ensure()
      // Later, because StrictMode acquires it again in the same task.
      return () => void setTimeout(() => --holders || dispose())
    },
    /** The same object until a field that was read from it changes. Reads the empty snapshot until the first effect, as on a server. */
    getHook(): StreamHook {
      const before = lastSnapshot
      const now = (lastSnapshot = getSnapshot())
      if ([...readKeys].some((key) => now[key] !== before[key])) hook = createHook()
      return hook
    },
  }
}
