// Keeps the page's list of sessions complete. A session seen here stays listed, however its runs end and however often the page
// reloads the list, until the user deletes it.

import type { AgentUIState, AgentUIStore } from './page-store'
import type { SessionEntry } from '../types/snapshot'

type ListedSession = (Partial<SessionEntry> & { session_id: string })[]

export class SessionListSync {
  #sessions = new Map<string, SessionEntry>()
  #writing = false

  constructor(private readonly store: AgentUIStore) {}

  /** A run of this session started or ended. */
  report(entry: SessionEntry): void {
    this.#sessions.set(entry.session_id, entry)
    this.#write()
  }

  /** From now on the page lists another component's sessions. */
  clear(): void {
    this.#sessions.clear()
  }

  /** The page wrote the list. Exactly one entry less means that the user deleted it. */
  storeChanged({ sessionsData: now }: AgentUIState, { sessionsData: before }: AgentUIState): void {
    if (this.#writing) return
    const [listed, listedBefore] = [idsOf(now), idsOf(before)]
    const removed = [...this.#sessions.keys()].filter((id) => listedBefore.has(id) && !listed.has(id))
    const wasDeleted = removed.length === 1 && listed.size === listedBefore.size - 1 && [...listed].every((id) => listedBefore.has(id))
    if (wasDeleted && listed.size) this.#sessions.delete(removed[0]!)
    // Empty: the only session was deleted, or the page is about to load the list, which it says a moment later.
    else if (wasDeleted) setTimeout(() => {
      const { isSessionsLoading, sessionsData } = this.store.getState()
      if (!isSessionsLoading && !idsOf(sessionsData).size) this.#sessions.delete(removed[0]!)
    })
    if (listed.size) this.#write()
  }

  #write(): void {
    const { sessionsData, setSessionsData } = this.store.getState()
    if (!setSessionsData) return
    const listed = (sessionsData ?? []) as ListedSession
    const known = idsOf(listed)
    const missing = [...this.#sessions.values()].filter(({ session_id }) => !known.has(session_id)).reverse()
    const merged = listed.map((entry) => {
      const { failed, lastOutcome } = this.#sessions.get(entry.session_id) ?? {}
      return lastOutcome === undefined || (entry.failed === failed && entry.lastOutcome === lastOutcome) ? entry : { ...entry, failed, lastOutcome }
    })
    if (!missing.length && merged.every((entry, at) => entry === listed[at])) return
    this.#writing = true
    setSessionsData([...missing, ...merged])
    this.#writing = false
  }
}

const idsOf = (list: ListedSession | null | undefined) => new Set((list ?? []).map((entry) => entry?.session_id))
