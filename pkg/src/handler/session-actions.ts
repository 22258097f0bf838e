// Forks, renames and deletes stored sessions. A run writes its own copy of its session at its end, over a name given meanwhile,
// and brings back a session deleted meanwhile (AgentOS 3.1.10): so while one runs here, they wait for its end. What the page
// shows changes at once, and back if the server refuses.

import { deleteStoredSession, fetchRunStatus, forkStoredSession, renameStoredSession } from '../agentos/sessions'
import { resolveFields } from './core-config'
import type { CoreDriver } from './core-driver'
import { componentRunsPath } from './run-path'
import { assertArgument } from './validate-options'
import type { SessionEntry } from '../types/snapshot'

/** Copies the current session. Resolves with the id of the copy. */
export async function forkSession(driver: CoreDriver): Promise<string> {
  const { agent, team } = driver.options
  const { sessionId } = driver.snapshot
  if (!agent && !team) throw new Error('ai-stream-handler: forkSession(): it needs one of the options agent and team; AgentOS has no such route for workflows')
  if (sessionId === null) throw new Error('ai-stream-handler: forkSession(): there is no session yet')
  await runEnds(driver, sessionId)
  const id = await forkStoredSession(driver.options, sessionId, resolveFields(driver.options).user_id)
  const entry = entryOf(driver, sessionId)
  if (!driver.isDisposed) driver.core.listSession(id, entry?.session_name ?? '', Date.now() / 1000, Date.now() / 1000)
  return id
}

export async function renameSession(driver: CoreDriver, id: string, name: string): Promise<void> {
  assertArgument('renameSession', 'the id of a session', id, typeof id === 'string' && id !== '')
  assertArgument('renameSession', 'a name', name, typeof name === 'string')
  if (driver.isDisposed) return
  const entry = entryOf(driver, id)
  if (entry) list(driver, entry, name)
  await optimistic(driver, () => entry && list(driver, entry, entry.session_name), async () => {
    await runEnds(driver, id)
    await renameStoredSession(driver.options, id, name)
  })
}

export async function deleteSession(driver: CoreDriver, id: string): Promise<void> {
  assertArgument('deleteSession', 'the id of a session', id, typeof id === 'string' && id !== '')
  if (driver.isDisposed) return
  const entry = entryOf(driver, id)
  driver.core.dropSession(id)
  await optimistic(driver, () => entry && list(driver, entry, entry.session_name), async () => {
    await runEnds(driver, id)
    await deleteStoredSession(driver.options, id)
  })
  if (driver.isDisposed) return
  driver.core.dropSession(id)
  if (driver.snapshot.sessionId === id && !driver.snapshot.isStreaming) driver.show(null, [])
}

async function optimistic(driver: CoreDriver, undo: () => void, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!driver.isDisposed) undo()
    throw error
  }
}

const entryOf = (driver: CoreDriver, id: string) => driver.snapshot.sessions.find(({ session_id }) => session_id === id)

const list = (driver: CoreDriver, { session_id, created_at, updated_at }: SessionEntry, name: string) => driver.core.listSession(session_id, name, created_at, updated_at)

/** Resolves when no run of this page is going on in the session any more, and AgentOS has stored the last one. */
async function runEnds(driver: CoreDriver, id: string): Promise<void> {
  const isRunning = () => !driver.isDisposed && driver.snapshot.sessionId === id && driver.snapshot.isStreaming
  if (!isRunning()) return
  await new Promise<void>((resolve) => {
    const stop = driver.subscribe(() => {
      if (isRunning()) return
      stop()
      resolve()
    })
  })
  const { runId } = driver.snapshot
  for (let attempt = 0; runId && attempt < ATTEMPTS && !driver.isDisposed; attempt++) {
    const status = await fetchRunStatus(driver.options, componentRunsPath(driver.options), runId, id)
    if (status && !/^(RUNNING|PENDING)$/i.test(status)) return
    await new Promise((wait) => setTimeout(wait, INTERVAL_MS))
  }
}

const ATTEMPTS = 20
const INTERVAL_MS = 150
