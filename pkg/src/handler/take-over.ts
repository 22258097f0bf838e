// The core has been loaded for a lazy handler (lazy/): it continues what the page has seen so far.

import { shareRequests } from './share-requests'
import { watchAnswers } from './answer-watch'
import type { Core } from '../../generated/core'
import type { StreamHandler } from '../types/handler'
import type { InspectableHandler, RecorderHooks, WaitingCall } from '../types/recorder-hooks'
import type { Outcome, Snapshot, Turn } from '../types/snapshot'

/** What the driver lets this do. */
interface Takeover {
  core(): Core
  /** Replaces the snapshot of the new handler, to which the first change is applied. */
  adopt(replace: (fresh: Snapshot) => Snapshot): void
  /** Sets the time of the calls that follow, in seconds since the Unix epoch; `undefined`: the real time. */
  clock(now: number | undefined): void
  report(error: unknown): void
}

/**
 * Makes the calls in their order, each at its own time, and subscribes the listeners, who are told if what they see has changed.
 */
export function takeOver({ core, adopt, clock, report }: Takeover, ...[handler, shown, calls, listeners, notify, ended]: Parameters<RecorderHooks['takeOver']>): void {
  /** Ids in the queue: the page's, and the core's. */
  const ids = new Map<unknown, number>()
  if (ended) serveComponents(handler, ended)
  // A session of the wrong type is shown until the core is there.
  adopt((fresh) => (calls.length || shown.sessionId !== fresh.sessionId ? asNew(shown, fresh) : shown))
  // Whoever subscribed first wants a stored answer to be resumed first.
  if (listeners.size) handler.subscribe(() => {})()
  for (const call of calls.splice(0)) {
    clock(call.at)
    try {
      if (call.name === 'send' && !call.resolve) tell(core(), call)
      else make(call, handler, ids)
    } catch (error) {
      report(error)
    }
  }
  clock(undefined)
  for (const entry of listeners) entry.stop = handler.subscribe(entry.run)
  if (handler.getSnapshot() !== shown) notify()
}

/** What React's hooks need of a handler. */
function serveComponents(handler: StreamHandler, ended: (turn: Turn, outcome: Outcome) => void): void {
  const { subscribe, getSnapshot } = handler
  const look = watchAnswers(handler, ended)
  handler.loadSessions = shareRequests(handler.loadSessions, () => getSnapshot().isStreaming)
  handler.subscribe = (listener) => {
    look()
    return subscribe(() => (listener(), look()))
  }
}

/** `shown` without what waiting calls have changed: what the core does not change keeps its identity. */
function asNew(shown: Snapshot, { status, isStreaming, activityStatus, error, turns, messages, queue, queued, sessionId }: Snapshot): Snapshot {
  return { ...shown, status, isStreaming, activityStatus, error, turns, messages, queue, queued, sessionId } as Snapshot
}

function make({ name, args, send, resolve, reject }: WaitingCall, handler: StreamHandler, ids: Map<unknown, number>): void {
  if (typeof name === 'function') return name(handler as InspectableHandler)
  const known = new Set(handler.getSnapshot().queue.map(({ id }) => id))
  const isOfQueue = name.includes('Queued')
  // It was taken out of the queue meanwhile.
  if (isOfQueue && !ids.has(args[0])) return
  const given = isOfQueue ? [ids.get(args[0]), ...args.slice(1)] : args
  const result = (handler[name] as (...args: unknown[]) => unknown)(...given)
  if (result instanceof Promise) result.then(resolve, reject)
  const added = send && handler.getSnapshot().queue.find(({ id }) => !known.has(id))
  if (added) ids.set(send.id, added.id)
}

/**
 * A send that has ended already, in view of the page: nothing is requested. What ended it, if no error, is among the calls
 * that follow.
 */
function tell(core: Core, { at, args, turn }: WaitingCall): void {
  const { content, files_sent } = turn?.user ?? { content: typeof args[0] === 'string' ? args[0] : '' }
  core.replay(at)
  core.send(0, content, [...(files_sent ?? [])], false)
  if (turn?.error) {
    const request = core.requests()
    core.diagnosed(request, 'network', turn.error.message)
    core.closed(request, false)
  }
  core.replay(NaN)
}
