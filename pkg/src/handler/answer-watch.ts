// Tells when an answer has ended, once per ended turn: not of turns that `load` or `openSession` show. For `onFinish` of React.

import type { StreamHandler } from '../types/handler'
import type { Outcome, Turn } from '../types/snapshot'

/**
 * Calls `ended` for each answer of `handler` that ends from now on. Also watches its calls, because a short answer may begin and
 * end between two notifications. Returns what looks at the snapshot: to be called when that has changed.
 */
export function watchAnswers(handler: StreamHandler, ended: (turn: Turn, outcome: Outcome) => void): () => void {
  /** When the turns that were seen had ended, by id; null while one runs. */
  const seen = new Map<string, number | null>()
  const turns = () => handler.getSnapshot().turns
  const end = (turn: Turn) => {
    const at = turn.times.endedAt ?? 0
    if (turn.outcome === null || seen.get(turn.id) === at) return
    seen.set(turn.id, at)
    // With a notice, the turn shows the answer before the one that ended.
    const { status, isStreaming } = handler.getSnapshot()
    ended(turn, !turn.notice || status === 'idle' ? turn.outcome : isStreaming ? 'failed' : status)
  }
  for (const name of ['send', 'resume', 'continueRun', 'regenerate', 'edit', 'follow'] as const) {
    const call = handler[name] as (...args: unknown[]) => Promise<unknown>
    ;(handler[name] as unknown) = (...args: unknown[]) => {
      const since = Date.now() / 1000
      const promise = call(...args)
      // Another conversation may be shown by then, whose answers ended earlier.
      promise.then(() => turns().filter(({ times }) => (times.endedAt ?? 0) >= since).forEach(end), () => {})
      return promise
    }
  }
  return () => {
    // Only the last turn runs; the one before may have ended since.
    for (const turn of turns().slice(-2)) {
      if (turn.outcome === null) seen.set(turn.id, null)
      else if (seen.get(turn.id) === null) end(turn)
    }
  }
}
