// The page's list of sessions. A session that was seen here stays in it, whatever its runs came to and however often the page
// loads the list anew; one that the user deletes goes.

import type { AgentUIState, AgentUIStore } from './page-store'
import type { SessionEntry } from '../types/snapshot'

type Listed = { session_id: string }[]

export class SideBar {
  #seen = new Map<string, SessionEntry>()
  #writing = false

  constructor(private readonly store: AgentUIStore) {}

  /** A run of this session began, or ended. */
  saw(entry: SessionEntry): void {
    this.#seen.set(entry.session_id, entry)
    this.#write()
  }

  /** Another agent's sessions are listed from now on. */
  forget(): void {
    this.#seen.clear()
  }

  /** The page has written the list. */
  changed({ sessionsData: now }: AgentUIState, { sessionsData: before }: AgentUIState): void {
    if (this.#writing) return
    const [listed, had] = [idsOf(now), idsOf(before)]
    const gone = [...this.#seen.keys()].filter((id) => had.has(id) && !listed.has(id))
    const wasDeleted = gone.length === 1 && listed.size === had.size - 1 && [...listed].every((id) => had.has(id))
    if (wasDeleted && listed.size) this.#seen.delete(gone[0]!)
    // Emptied: the only one was deleted, or the list is about to be loaded.
    else if (wasDeleted) setTimeout(() => {
      const { isSessionsLoading, sessionsData } = this.store.getState()
      if (!isSessionsLoading && !idsOf(sessionsData).size) this.#seen.delete(gone[0]!)
    })
    if (listed.size) this.#write()
  }

  #write(): void {
    const { sessionsData, setSessionsData } = this.store.getState()
    if (!setSessionsData) return
    const listed = (sessionsData ?? []) as Listed
    const known = idsOf(listed)
    const missing = [...this.#seen.values()].filter(({ session_id }) => !known.has(session_id)).reverse()
    const marked = listed.map((entry) => {
      const { failed, lastOutcome } = this.#seen.get(entry.session_id) ?? {}
      const { failed: was, lastOutcome: had } = entry as SessionEntry
      return lastOutcome === undefined || (was === failed && had === lastOutcome) ? entry : { ...entry, failed, lastOutcome }
    })
    if (!missing.length && marked.every((entry, at) => entry === listed[at])) return
    this.#writing = true
    setSessionsData([...missing, ...marked])
    this.#writing = false
  }
}

const idsOf = (list: Listed | null | undefined) => new Set((list ?? []).map((entry) => entry?.session_id))
