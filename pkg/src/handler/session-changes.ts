// Names and deletions of sessions as the page shows them: from the call on, and back as the server has it if that refuses the last
// one. A list of sessions that was asked for before the server has done it does not undo it.

import type { ListedSession } from '../agentos/sessions'
import type { SessionEntry } from '../types/snapshot'
import type { CoreDriver } from './core-driver'
import { entryIn, keepOut, replaceIn, type SessionStore } from './page-session-list'

interface Change {
  /** The name shown; null: deleted. */
  wanted?: string | null
  /** What the server has, as far as is known. */
  entry: Partial<SessionEntry> & { session_id: string } | undefined
  /** The same of the list in the page's own store. */
  listed: ReturnType<typeof entryIn>
  calls: number
  /** Calls that are not done. */
  open: number
  /** Number of the last one that the server has done. */
  doneAt: number
}

const changes = new WeakMap<CoreDriver, { done: number; byId: Map<string, Change> }>()

function changesOf(driver: CoreDriver) {
  const own = changes.get(driver) ?? { done: 0, byId: new Map() }
  changes.set(driver, own)
  return own
}

export const entryOf = (driver: CoreDriver, id: string) => driver.snapshot.sessions.find(({ session_id }) => session_id === id)

/** Shows the new name (null: nothing) at once, while `work` tells the server. Rejects as that does. */
export async function changeSession(driver: CoreDriver, store: SessionStore | undefined, id: string, name: string | null, work: () => Promise<void>): Promise<void> {
  const all = changesOf(driver)
  const earlier = all.byId.get(id)
  const change: Change = earlier?.open ? earlier : { entry: entryOf(driver, id), listed: entryIn(store, id), calls: 0, open: 0, doneAt: 0 }
  all.byId.set(id, change)
  const call = ++change.calls
  change.open++
  change.wanted = name
  const place = show(driver, store, id, name)
  const stop = name === null ? keepOut(store, id, (listed) => (change.listed = listed)) : undefined
  try {
    await work()
    stop?.(true)
    change.doneAt = ++all.done
    change.entry = renamed(change.entry, name)
    change.listed = renamed(change.listed, name)
    // A list may have been loaded in the page's store meanwhile.
    if (call === change.calls || name === null) show(driver, store, id, name)
  } catch (error) {
    stop?.()
    if (call === change.calls) undo(driver, store, change, place)
    throw error
  } finally {
    change.open--
  }
}

const renamed = <T extends object>(entry: T | undefined, name: string | null) => (name === null ? undefined : entry && { ...entry, session_name: name })

/** Returns the place in the page's list. */
function show(driver: CoreDriver, store: SessionStore | undefined, id: string, name: string | null): number {
  const entry = entryOf(driver, id)
  if (!driver.isDisposed) {
    if (name === null) driver.core.dropSession(id)
    else if (entry) driver.core.listSession(id, name, entry.created_at, entry.updated_at)
  }
  const listed = renamed(entryIn(store, id), name)
  return name === null || listed ? replaceIn(store, id, listed ? [listed] : []) : 0
}

function undo(driver: CoreDriver, store: SessionStore | undefined, change: Change, place: number): void {
  const { entry, listed, wanted } = change
  // Not in a list that the page has loaded since.
  if (listed && entryIn(store, listed.session_id)?.session_name === (wanted ?? undefined)) replaceIn(store, listed.session_id, [listed], place)
  change.wanted = entry?.session_name
  if (!entry || driver.isDisposed) return
  driver.core.listSession(entry.session_id, entry.session_name ?? '', entry.created_at ?? 0, entry.updated_at)
  if (entry.failed) driver.core.markSession(entry.session_id, true)
}

/** To be asked before a list of sessions is: returns what of it is shown. */
export function listFilter(driver: CoreDriver): (listed: readonly ListedSession[]) => ListedSession[] {
  const { done, byId } = changesOf(driver)
  return (listed) => listed.flatMap((session) => {
    const [session_id, session_name, created_at, updated_at] = session
    const change = byId.get(session_id)
    const isOlder = change && change.doneAt > done
    if (!change || !(isOlder || change.open)) return [session]
    if (!isOlder) change.entry = { ...change.entry, session_id, session_name, created_at, updated_at }
    return change.wanted === null ? [] : [[session_id, change.wanted ?? session_name, created_at, updated_at]]
  })
}
