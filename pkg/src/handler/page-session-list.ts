// The list of sessions in the page's own store (agent-ui), which follows what the handler does to a session.

/** The store of a page with agent-ui; the setter may be missing. */
export interface SessionStore { getState(): { sessionsData?: any; setSessionsData?: (sessions: any) => void } }

interface Listed { session_id: string; session_name?: string; created_at?: number }

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
