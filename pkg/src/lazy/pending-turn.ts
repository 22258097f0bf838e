// The turn of a message whose core is still being loaded: the one that the core makes a moment later, with the same ids.

import { NO_TIMELINE, NO_USAGE, ONLY_VERSION } from '../snapshot/empty-snapshot'
import type { ChatMessage } from '../types/message'
import type { HandlerOptions } from '../types/options'
import type { Turn } from '../types/snapshot'

/** The turn with index `at` of its handler. */
export const pendingTurn = (at: number, text: string, files: string[], since: number): Turn => {
  // One block with all of the text, until the core finds the blocks.
  const message = (role: ChatMessage['role'], id: number, content: string): ChatMessage => ({
    id: `m${2 * at + id}`, role, content, created_at: since, blocks: content ? [{ id: 'b0', text: content, kind: 'paragraph', open: true }] : [], linkDefinitions: '',
  })
  return {
    id: `t${at}`, user: { ...message('user', 0, text), ...(files.length && { filesSent: files, files_sent: files }) }, work: [],
    answer: { ...message('agent', 1, ''), depth: 0, status: 'started' }, timeline: NO_TIMELINE, outcome: null, attempts: 1,
    times: { beganAt: since, firstAt: null, endedAt: null }, runId: null, error: null, unsent: null, versions: ONLY_VERSION, notice: null, pause: null, followups: [], memories: [],
    sessionSummary: null, usage: NO_USAGE,
  }
}

/**
 * What the core says while nothing has arrived: `Cirkelline is working...`; `null` if there is no name yet, or the page has texts
 * of its own.
 */
export const workingText = ({ name, agent, team, workflow, activityTexts }: HandlerOptions): string | null => {
  const target = team || agent || workflow
  // In a text, because a wrong option may be of any type.
  const shown = name || (target && `${target}`.replace(/[-_ ]+/g, ' ').replace(/\b./g, (first) => first.toUpperCase()))
  return shown && !activityTexts ? `${shown} is working...` : null
}
