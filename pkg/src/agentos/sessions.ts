// Sessions stored by AgentOS: their list, the runs of one, and the requirements of a paused run. Functions throw as `getJson` does.

import { toSeconds } from '../snapshot/stored-session'
import { componentQuery, getJson } from './http-client'
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
    return [[id, String(name ?? ''), toSeconds(created_at), updated_at ? toSeconds(updated_at) : undefined] as ListedSession]
  })
}

/** The runs of a session, unchecked: input of `turnsFromRuns`. */
export function fetchSessionRuns(options: CheckedOptions, id: string): Promise<unknown> {
  return getJson(options, `/sessions/${encodeURIComponent(id)}/runs`, { type: componentQuery(options).type })
}

/** The status of a run as the server has stored it; `undefined` if it has not, or does not say. */
export async function fetchRunStatus(options: CheckedOptions, runs: string, runId: string, sessionId: string | null): Promise<string | undefined> {
  try {
    const { status } = (await getJson(options, `${runs}/${encodeURIComponent(runId)}`, { session_id: sessionId ?? undefined })) as Record<string, unknown>
    return typeof status === 'string' ? status : undefined
  } catch {
    return undefined
  }
}

/**
 * What a paused run asks for, unchecked, if its stream did not say: AgentOS 3.1.10 leaves it out of the stream of a workflow's
 * background run. `runs` is the path of the component's runs. Never rejects: the run is paused, even if nobody knows for what.
 */
export async function missingRequirements(options: CheckedOptions, runs: string, { pause, runId, sessionId }: Snapshot): Promise<unknown> {
  if (pause !== null || runId === null || !runs) return null
  try {
    const run = (await getJson(options, `${runs}/${encodeURIComponent(runId)}`, { session_id: sessionId ?? undefined })) as Record<string, unknown>
    return run.step_requirements ?? run.requirements
  } catch {
    return null
  }
}
