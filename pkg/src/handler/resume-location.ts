// Where the resume point of an unfinished answer is stored.

import { componentRunsPath } from './run-path'
import type { CheckedOptions } from '../types/checked-options'

/** The storage that the options ask for, and the key in it; `undefined` if there is none, or no component. Never throws. */
export function resumeLocation(options: CheckedOptions): { storage: Storage; key: string } | undefined {
  const { persist = options.background ? 'session' : false, endpoint = '' } = options
  const runs = componentRunsPath(options)
  if (persist === false || !runs) return undefined
  // Outside of pages, merely accessing the globals may print a warning (Node).
  if (typeof persist === 'string' && typeof document === 'undefined') return undefined
  try {
    const storage = persist === 'session' ? globalThis.sessionStorage : persist === 'local' ? globalThis.localStorage : persist
    return storage && { storage, key: `ai-stream-handler ${endpoint.replace(/\/+$/, '')}${runs}` }
  } catch {
    // Access is forbidden, by settings or in a sandboxed frame.
    return undefined
  }
}
