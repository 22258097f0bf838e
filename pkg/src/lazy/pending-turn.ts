// The turn of a message whose core is still being loaded: the one that the core makes a moment later, with the same ids.

import { derivedName } from '../snapshot/derived-name'
import { NO_TIMELINE, NO_USAGE, ONLY_VERSION } from '../snapshot/empty-snapshot'
import type { HandlerOptions } from '../types/options'
import type { Turn } from '../types/snapshot'

/** The turn with index `at` of its handler. */
export const pendingTurn = (at: number, options: HandlerOptions, text: string, files: string[], since: number): Turn => {
  const both = { created_at: since, linkDefinitions: '' }
  return {
    // One block with all of the text, until the core finds the blocks.
    id: `t${at}`, user: { ...both, id: `m${2 * at}`, role: 'user', content: text, blocks: text ? [{ id: 'b0', text, kind: 'paragraph', open: true }] : [], ...(files.length && { filesSent: files, files_sent: files }) }, work: [],
    answer: { ...both, id: `m${2 * at + 1}`, role: 'agent', content: '', blocks: [], name: derivedName(options), depth: 0, status: 'started' }, timeline: NO_TIMELINE, outcome: null, attempts: 1,
    times: { beganAt: since, firstAt: null, endedAt: null }, runId: null, error: null, unsent: null, versions: ONLY_VERSION, versionInUse: null, notice: null, pause: null, followups: [], memories: [],
    sessionSummary: null, usage: NO_USAGE,
  }
}
