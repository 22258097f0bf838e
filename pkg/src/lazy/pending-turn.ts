// The turn of a message whose core is still being loaded: the one that the core makes a moment later, with the same ids.

import { derivedName } from '../snapshot/derived-name'
import { NO_TIMELINE, NO_USAGE, ONLY_VERSION } from '../snapshot/empty-snapshot'
import type { ChatMessage } from '../types/message'
import type { HandlerOptions } from '../types/options'
import type { Turn } from '../types/snapshot'

/** The turn with index `at` of its handler. */
export function pendingTurn(at: number, options: HandlerOptions, text: string, files: string[], since: number): Turn {
  // One block with all of the text, until the core finds the blocks.
  const message = (role: ChatMessage['role'], id: number, content: string): ChatMessage => ({
    id: `m${2 * at + id}`, role, content, created_at: since, blocks: content ? [{ id: 'b0', text: content, kind: 'paragraph', open: true }] : [], linkDefinitions: '',
  })
  return {
    id: `t${at}`, user: files.length ? { ...message('user', 0, text), filesSent: files, files_sent: files } : message('user', 0, text), work: [],
    answer: { ...message('agent', 1, ''), name: derivedName(options), depth: 0, status: 'started' }, timeline: NO_TIMELINE, outcome: null, attempts: 1,
    times: { beganAt: since, firstAt: null, endedAt: null }, runId: null, error: null, unsent: null, versions: ONLY_VERSION, notice: null, pause: null, followups: [], memories: [],
    sessionSummary: null, usage: NO_USAGE,
  }
}

/**
 * What the core says while nothing has arrived: `Cirkelline is working...`; `null` if there is no name yet, or the page has texts
 * of its own.
 */
export function workingText(options: HandlerOptions): string | null {
  const name = derivedName(options)
  return name && !options.activityTexts ? `${name} is working...` : null
}
