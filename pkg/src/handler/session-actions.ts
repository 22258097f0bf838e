// Forks, renames and deletes stored sessions. What the page shows changes at once, and back if the server refuses. The server is told
// when no run of this page is going on in the session any more (stored-run-end.ts), and in the order of the calls. `store`: of a page
// that has a list of its own.

import { deleteStoredSession, forkStoredSession, renameStoredSession } from '../agentos/sessions'
import { resolveFields } from './core-config'
import type { CoreDriver } from './core-driver'
import { entryIn, replaceIn, type SessionStore } from './page-session-list'
import { changeSession, entryOf } from './session-changes'
import { runsEnd } from './stored-run-end'
import { assertArgument } from './validate-options'

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
  if (!driver.isDisposed) await changeSession(driver, store, id, name, () => inTurn(driver, id, () => renameStoredSession(driver.options, id, name)))
}

export async function deleteSession(driver: CoreDriver, id: string, store?: SessionStore): Promise<void> {
  assertArgument('deleteSession', 'the id of a session', id, typeof id === 'string' && id !== '')
  if (driver.isDisposed) return
  await changeSession(driver, store, id, null, () => inTurn(driver, id, () => deleteStoredSession(driver.options, id)))
  if (!driver.isDisposed && driver.snapshot.sessionId === id && !driver.snapshot.isStreaming) driver.show(null, [])
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
