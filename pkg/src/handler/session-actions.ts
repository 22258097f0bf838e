// Forks, renames and deletes stored sessions. What the page shows changes at once, and back if the server refuses. The server is told
// when no run of this page is going on in the session any more (stored-run-end.ts), and in the order of the calls. `store`: of a page
// that has a list of its own.

import { deleteStoredSession, forkStoredSession, renameStoredSession } from '../agentos/sessions'
import { resolveFields } from './core-config'
import type { CoreDriver } from './core-driver'
import { entryIn, renameIn, replaceIn, type SessionStore } from './page-session-list'
import { runsEnd } from './stored-run-end'
import { assertArgument } from './validate-options'
import type { SessionEntry } from '../types/snapshot'

/** Copies the current session. Resolves with the id of the copy. */
export async function forkSession(driver: CoreDriver, store?: SessionStore): Promise<string> {
  if (driver.isDisposed) throw new Error('ai-stream-handler: forkSession() after dispose()')
  const { agent, team } = driver.options
  const { sessionId } = driver.snapshot
  if (!agent && !team) throw new Error('ai-stream-handler: forkSession(): it needs one of the options agent and team; AgentOS has no such route for workflows')
  if (sessionId === null) throw new Error('ai-stream-handler: forkSession(): there is no session yet')
  const id = await inTurn(driver, sessionId, () => forkStoredSession(driver.options, sessionId, resolveFields(driver.options).user_id))
  const name = entryOf(driver, sessionId)?.session_name ?? ''
  const now = Date.now() / 1000
  if (!driver.isDisposed) driver.core.listSession(id, name, now, now)
  replaceIn(store, id, [{ session_id: id, session_name: entryIn(store, sessionId)?.session_name ?? name, created_at: Math.floor(now) }])
  return id
}

export async function renameSession(driver: CoreDriver, id: string, name: string, store?: SessionStore): Promise<void> {
  assertArgument('renameSession', 'the id of a session', id, typeof id === 'string' && id !== '')
  assertArgument('renameSession', 'a name that is not empty', name, typeof name === 'string' && name.trim())
  if (driver.isDisposed) return
  const before = entryOf(driver, id)
  show(driver, id, name)
  const shown = entryOf(driver, id)?.session_name
  const listed = entryIn(store, id)?.session_name
  renameIn(store, id, listed, name)
  const undo = () => {
    renameIn(store, id, name, listed)
    if (!driver.isDisposed && before && entryOf(driver, id)?.session_name === shown) show(driver, id, before.session_name)
  }
  await optimistic(undo, () => inTurn(driver, id, () => renameStoredSession(driver.options, id, name)))
  // A list may have been loaded while the server still had the old name.
  renameIn(store, id, listed, name)
  if (!driver.isDisposed && entryOf(driver, id)?.session_name === before?.session_name) show(driver, id, name)
}

export async function deleteSession(driver: CoreDriver, id: string, store?: SessionStore): Promise<void> {
  assertArgument('deleteSession', 'the id of a session', id, typeof id === 'string' && id !== '')
  if (driver.isDisposed) return
  const entry = entryOf(driver, id)
  driver.core.dropSession(id)
  const listed = entryIn(store, id)
  const at = replaceIn(store, id, [])
  const undo = () => {
    if (listed) replaceIn(store, id, [listed], at)
    if (!driver.isDisposed && entry) list(driver, entry, entry.session_name)
  }
  await optimistic(undo, () => inTurn(driver, id, () => deleteStoredSession(driver.options, id)))
  // As above.
  replaceIn(store, id, [])
  if (driver.isDisposed) return
  driver.core.dropSession(id)
  if (driver.snapshot.sessionId === id && !driver.snapshot.isStreaming) driver.show(null, [])
}

async function optimistic(undo: () => void, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    undo()
    throw error
  }
}

/** The last call for each session, until it is done. */
const calls = new WeakMap<CoreDriver, Map<string, Promise<void>>>()

/** Calls `work` when the session's runs have ended and earlier calls for it are done. */
function inTurn<T>(driver: CoreDriver, id: string, work: () => Promise<T>): Promise<T> {
  const waiting = calls.get(driver) ?? new Map<string, Promise<void>>()
  calls.set(driver, waiting)
  const earlier = waiting.get(id) ?? Promise.resolve()
  const call = earlier.then(() => runsEnd(driver, id)).then(work)
  const done = call.then(() => {}, () => {}).then(() => {
    if (waiting.get(id) === done) waiting.delete(id)
  })
  waiting.set(id, done)
  return call
}

const entryOf = (driver: CoreDriver, id: string) => driver.snapshot.sessions.find(({ session_id }) => session_id === id)

function show(driver: CoreDriver, id: string, name: string): void {
  const entry = entryOf(driver, id)
  if (entry) list(driver, entry, name)
}

const list = (driver: CoreDriver, { session_id, created_at, updated_at }: SessionEntry, name: string) => driver.core.listSession(session_id, name, created_at, updated_at)
