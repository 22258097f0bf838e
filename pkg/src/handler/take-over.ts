// The core has been loaded for a lazy handler (lazy/): it continues what the page has seen so far.

import type { StreamHandler } from '../types/handler'
import type { RecorderHooks, WaitingCall } from '../types/recorder-hooks'
import type { Snapshot } from '../types/snapshot'

/**
 * Makes the calls in their order, each at its own time, and subscribes the listeners, who are told if what they see has changed.
 * `adopt` sets the snapshot that the first change is applied to, `clock` the time of the calls (`undefined`: the real time).
 */
export function takeOver(
  adopt: (empty: Snapshot) => void, clock: (now: number | undefined) => void,
  ...[core, empty, shown, calls, listeners, notify, report]: Parameters<RecorderHooks['takeOver']>
): void {
  const handler = core as StreamHandler
  adopt(empty)
  // Whoever subscribed first wants a stored answer to be resumed first.
  if (listeners.size) handler.subscribe(() => {})()
  for (const call of calls.splice(0)) {
    clock(call.at)
    try {
      make(call, handler)
    } catch (error) {
      report(error)
    }
  }
  clock(undefined)
  for (const entry of listeners) entry.stop = handler.subscribe(entry.run)
  if (handler.getSnapshot() !== shown) notify()
}

function make({ name, args, turn, resolve, reject }: WaitingCall, handler: StreamHandler): void {
  if (turn?.error) {
    // It has failed, and the page has shown it so.
    handler.begin(turn.user!.content)
    handler.feed(new TextEncoder().encode(`data: ${JSON.stringify({ event: 'RunError', content: turn.error.message })}\n\n`))
    handler.end()
  } else if (typeof name === 'function') name(handler)
  else {
    const result = (handler[name as keyof StreamHandler] as (...args: unknown[]) => unknown)(...args)
    if (result instanceof Promise) result.then(resolve, reject)
  }
}
