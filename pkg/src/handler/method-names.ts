// The method names of a handler, for adapters that wrap it. `satisfies` makes the list complete.

import type { InspectableHandler } from '../types/recorder-hooks'

export const METHODS = Object.keys({
  send: 1, resume: 1, continueRun: 1, cancel: 1, cancelQueued: 1, editQueued: 1, moveQueued: 1, sendQueuedNow: 1, resumeQueue: 1,
  regenerate: 1, edit: 1, follow: 1, forkSession: 1, renameSession: 1, deleteSession: 1, showVersion: 1, retryNow: 1, begin: 1, feed: 1, end: 1, subscribe: 1, getSnapshot: 1,
  getServerSnapshot: 1, dismissError: 1, load: 1, loadSessions: 1, openSession: 1, inside: 1, clear: 1, dispose: 1,
} satisfies Record<keyof InspectableHandler, 1>) as (keyof InspectableHandler)[]
