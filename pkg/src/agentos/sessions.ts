// Sessions stored by AgentOS: their list, the runs of one, and the requirements of a paused run. Functions throw as `getJson` does.

import { mayBeEdits } from '../snapshot/edit-marks'
import { toSeconds } from '../snapshot/stored-session'
import type { StoredRun } from '../snapshot/stored-run'
import { componentQuery, getJson, requestJson, RequestError } from './http-client'
import type { CheckedOptions } from '../types/checked-options'
import type { Snapshot } from '../types/snapshot'

/** A listed session, as arguments of the core's `listSession`. Times are in seconds since the Unix epoch. */
export type ListedSession = [id: string, name: string, createdAt: number, updatedAt: number | undefined]

/** An entry of `GET /sessions`; nothing in it is taken for granted. */
interface StoredSession { session_id?: unknown; session_name?: unknown; created_at?: unknown; updated_at?: unknown }

/** One page of the component's sessions (of `user`, if set), newest first. Entries without an id are skipped. */
export async function fetchSessions(options: CheckedOptions, user: string | undefined, limit: number, page: number): Promise<ListedSession[]> {
  const { data } = (await getJson(options, '/sessions', { ...componentQuery(options), user_id: user, limit, page })) as { data?: (StoredSession | null)[] }
  return (Array.isArray(data) ? data : []).flatMap((listed) => {
    const { session_id: id, session_name: name, created_at, updated_at } = listed ?? {}
    if (typeof id !== 'string') return []
    return [[id, sessionName(name), toSeconds(created_at), updated_at ? toSeconds(updated_at) : undefined] as ListedSession]
  })
}

/** A session's name. Until its first background run has ended, AgentOS 3.1.10 lists the run's input as JSON instead. */
function sessionName(name: unknown): string {
  const text = String(name ?? '')
  if (!/^\s*\{\s*"input_content"/.test(text)) return text
  try {
    return String((JSON.parse(text) as { input_content: unknown }).input_content)
  } catch {
    return text
  }
}

/** The runs of a session, unchecked: input of `turnsFromRuns`. */
async function fetchSessionRuns(options: CheckedOptions, id: string): Promise<unknown> {
  try {
    return await getJson(options, `/sessions/${encodeURIComponent(id)}/runs`, { type: componentQuery(options).type })
  } catch (error) {
    throw notFoundAs(error, 'There is no session with this id, or it is another user\'s.')
  }
}

/**
 * The same, with the metadata that tell edits from other messages: AgentOS 3.1.10 lists them for agents only, so those of a
 * team's runs that may be edits are asked for. `path` is that of the component's runs.
 */
export async function fetchMarkedRuns(options: CheckedOptions, path: string, id: string): Promise<unknown> {
  const runs = await fetchSessionRuns(options, id)
  if (options.team === undefined || !Array.isArray(runs)) return runs
  const candidates = new Set(mayBeEdits(runs))
  return Promise.all(runs.map(async (run: StoredRun) => (candidates.has(run) ? { ...run, metadata: (await fetchRun(options, path, run.run_id, id)).metadata } : run)))
}

/** A top-level run, as listed. */
export interface ListedRun { id: string; status: string; createdAt: number }

/**
 * The top-level runs of a session: id, status in upper case, time. Empty if there is no such session (yet). Rejects with
 * {@link NOT_LISTED} if this AgentOS has no such list.
 */
export async function fetchRunPreviews(options: CheckedOptions, id: string): Promise<ListedRun[]> {
  try {
    const listed = await getJson(options, `/sessions/${encodeURIComponent(id)}/run-previews`, { type: componentQuery(options).type })
    return runsListed(listed)[0]
  } catch (error) {
    const { httpStatus, detail = '' } = error as RequestError
    if (httpStatus === 404 && /session/i.test(detail)) return []
    throw httpStatus === 404 || httpStatus === 405 || httpStatus === 422 ? new RequestError(NOT_LISTED, httpStatus) : error
  }
}

export const NOT_LISTED = 'This AgentOS cannot tell which answers are running, so answers of other tabs do not go on here; it can from version 3.1.10 on.'

/** The same of the runs of a session, and which of them another run replaces. */
export function runsListed(runs: unknown): [ListedRun[], ReadonlySet<string>] {
  const all = (Array.isArray(runs) ? (runs as Record<string, unknown>[]) : []).filter((run) => typeof run?.run_id === 'string' && !run.parent_run_id)
  const replaced = all.flatMap(({ regenerated_from }) => (typeof regenerated_from === 'string' ? [regenerated_from] : []))
  return [all.map(listedRun), new Set(replaced)]
}

const listedRun = ({ run_id, status, created_at }: Record<string, unknown>): ListedRun => ({ id: String(run_id), status: String(status ?? '').toUpperCase(), createdAt: toSeconds(created_at) })

/** Renames a session. */
export async function renameStoredSession(options: CheckedOptions, id: string, session_name: string): Promise<void> {
  try {
    await requestJson(options, 'POST', `/sessions/${encodeURIComponent(id)}/rename`, { type: componentQuery(options).type }, { session_name })
  } catch (error) {
    throw notFoundAs(error, 'There is no session with this id, or it is another user\'s.')
  }
}

/** Deletes a session. AgentOS answers the same if there is none. */
export async function deleteStoredSession(options: CheckedOptions, id: string): Promise<void> {
  await requestJson(options, 'DELETE', `/sessions/${encodeURIComponent(id)}`, {})
}

const NOT_COPIED = 'This AgentOS cannot copy a session; it can from version 3.1.10 on.'

/** Copies a session with all its runs. Returns the id of the copy. */
export async function forkStoredSession(options: CheckedOptions, id: string, user: string | undefined): Promise<string> {
  const { type, component_id = '' } = componentQuery(options)
  const path = `/${type}s/${encodeURIComponent(component_id)}/sessions/${encodeURIComponent(id)}/fork`
  try {
    const copy = (await requestJson(options, 'POST', path, { user_id: user }) as { session_id?: unknown } | null)?.session_id
    if (!copy || typeof copy !== 'string') throw new RequestError('The server answered with something that is no session. Is the address right?')
    return copy
  } catch (error) {
    throw [404, 405, 422].includes((error as RequestError).httpStatus ?? 0) ? new RequestError(NOT_COPIED, (error as RequestError).httpStatus) : error
  }
}

/** A RequestError with another message if the server answered 404. */
function notFoundAs(error: unknown, message: string): unknown {
  return error instanceof RequestError && error.httpStatus === 404 ? new RequestError(message, 404) : error
}

/** The status of a run as the server has stored it; `undefined` if it has not, or does not say. */
export async function fetchRunStatus(options: CheckedOptions, runs: string, runId: string, sessionId: string | null): Promise<string | undefined> {
  const { status } = await fetchRun(options, runs, runId, sessionId)
  return typeof status === 'string' ? status : undefined
}

/**
 * What a paused run asks for, unchecked, if its stream did not say: AgentOS 3.1.10 leaves it out of the stream of a workflow's
 * background run. `runs` is the path of the component's runs. Never rejects: the run is paused, even if nobody knows for what.
 */
export async function missingRequirements(options: CheckedOptions, runs: string, { pause, runId, sessionId }: Snapshot): Promise<unknown> {
  if (pause !== null || runId === null || !runs) return null
  const { step_requirements, requirements } = await fetchRun(options, runs, runId, sessionId)
  return step_requirements ?? requirements
}

/** A run as the server has stored it, unchecked; without fields if it has not, or does not say. Never rejects. */
async function fetchRun(options: CheckedOptions, runs: string, runId: string, sessionId: string | null): Promise<Record<string, unknown>> {
  try {
    return (await getJson(options, `${runs}/${encodeURIComponent(runId)}`, { session_id: sessionId ?? undefined }) ?? {}) as Record<string, unknown>
  } catch {
    return {}
  }
}
