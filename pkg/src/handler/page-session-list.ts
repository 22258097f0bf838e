// The list of sessions in the page's own store (agent-ui), which follows what the handler does to a session.

/** The store of a page with agent-ui; the setter may be missing. */
export interface SessionStore {
  getState(): StoreState
  subscribe?(listener: () => void): () => void
}

interface StoreState { sessionsData?: any; setSessionsData?: (sessions: any) => void; isSessionsLoading?: boolean }

export interface Listed { session_id: string; session_name?: string; created_at?: number }

const listIn = (store: SessionStore | undefined): Listed[] => [store?.getState().sessionsData ?? []].flat()

/** The store's entry of a session. */
export const entryIn = (store: SessionStore | undefined, id: string) => listIn(store).find((entry) => entry?.session_id === id)

/** Puts `entries` in the place of that entry; without one, at `at`. Returns the place. */
export function replaceIn(store: SessionStore | undefined, id: string, entries: Listed[], at = 0): number {
  const list = listIn(store)
  const found = list.findIndex((entry) => entry?.session_id === id)
  const place = found < 0 ? at : found
  list.splice(place, found < 0 ? 0 : 1, ...entries)
  if (found >= 0 || entries.length) store?.getState().setSessionsData?.(list)
  return place
}

/**
 * Keeps a session that is being deleted out of the lists that the page loads. `loaded` gets its entry in such a list; `undefined` if it
 * has none, as in a list of another agent. Returns how to end that: after a deletion, once the list is there that the page is loading.
 */
export function keepOut(store: SessionStore | undefined, id: string, loaded: (entry: Listed | undefined) => void): (isDeleted?: boolean) => void {
  let isOver = false
  let known = store?.getState().sessionsData
  // Not of what a listener is given: one that was called before may have written since.
  const stop = store?.subscribe?.(() => {
    const { sessionsData, isSessionsLoading } = store.getState()
    const entry = entryIn(store, id)
    const isNew = sessionsData !== known
    known = sessionsData
    // Calls this listener.
    replaceIn(store, id, [])
    if (entry || (isNew && isSessionsLoading)) loaded(entry)
    if (isOver && !isSessionsLoading) stop?.()
  })
  return (isDeleted) => {
    isOver = true
    if (!isDeleted || !store?.getState().isSessionsLoading) stop?.()
  }
}
