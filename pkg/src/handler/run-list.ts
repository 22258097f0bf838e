// The list of a session's runs, as several parts of a handler ask for it. A server that has none is asked once.

import { fetchRunPreviews, NOT_LISTED, type ListedRun } from '../agentos/sessions'
import { RequestError } from '../agentos/http-client'
import type { CoreDriver } from './core-driver'

/** Of servers without such a list. */
const unable = new WeakSet<CoreDriver>()

/** See `fetchRunPreviews`. */
export async function listRuns(driver: CoreDriver, session: string): Promise<ListedRun[]> {
  if (unable.has(driver)) throw new RequestError(NOT_LISTED)
  try {
    return await fetchRunPreviews(driver.options, session)
  } catch (error) {
    if (isUnable(error)) unable.add(driver)
    throw error
  }
}

/** Whether the server has no such list. */
export const isUnable = (error: unknown): boolean => (error as Error).message === NOT_LISTED
