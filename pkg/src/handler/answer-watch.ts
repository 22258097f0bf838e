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
  /** The turns that run, by id. */
  const running = new Set<string>()
  /** How many answers each turn was reported with. */
  const reports = new Map<string, number>()
  const turns = () => handler.getSnapshot().turns
  const report = (turn: Turn, outcome: Outcome) => {
    seen.set(turn.id, turn.times.endedAt ?? 0)
    running.delete(turn.id)
    reports.set(turn.id, (reports.get(turn.id) ?? 0) + 1)
    ended(turn, outcome)
  }
  const end = (turn: Turn) => {
    if (turn.outcome === null || seen.get(turn.id) === (turn.times.endedAt ?? 0)) return
    const { status, isStreaming } = handler.getSnapshot()
    // The user looks at another version, whose outcome is not that of the one that runs.
    if (showsOther(turn) && isStreaming) return
    // With a notice, the turn shows the answer before the one that ended.
    report(turn, !(turn.notice || showsOther(turn)) || status === 'idle' ? turn.outcome : isStreaming ? 'failed' : status)
  }
  for (const name of ['send', 'resume', 'continueRun', 'regenerate', 'edit', 'follow'] as const) {
    const call = handler[name] as (...args: unknown[]) => Promise<unknown>
    ;(handler[name] as unknown) = (...args: unknown[]) => {
      const since = Date.now() / 1000
      const again = name === 'edit' ? args[0] : name === 'regenerate' ? (args[0] as { turn?: unknown } | undefined)?.turn ?? turns().at(-1) : undefined
      const id = typeof again === 'string' ? again : (again as Turn | undefined)?.id ?? ''
      const [before, was] = [reports.get(id), turns().find((turn) => turn.id === id)]
      const promise = call(...args)
      promise.then((outcome) => {
        // Another conversation may be shown by then, whose answers ended earlier.
        turns().filter(({ times }) => (times.endedAt ?? 0) >= since).forEach(end)
        // It shows the answer before the one that ended, which has the times of then.
        const shown = turns().find((turn) => turn.id === id)
        if (shown && (shown.notice || showsOther(shown)) && shown !== was && reports.get(id) === before) report(shown, outcome as Outcome)
      }, () => {})
      return promise
    }
  }
  return () => {
    const { turns, isStreaming } = handler.getSnapshot()
    // The last turn runs, the one before may have ended since; or one further up is answered again.
    const last = turns.slice(-2)
    const watched = isStreaming && last.every(({ outcome }) => outcome !== null) ? turns : last
    for (const { id, outcome } of watched) {
      if (outcome !== null) continue
      running.add(id)
      seen.set(id, null)
    }
    for (const id of running) {
      const turn = last.find((turn) => turn.id === id) ?? turns.find((turn) => turn.id === id)
      if (!turn) running.delete(id)
      else end(turn)
    }
  }
}

const showsOther = ({ notice, versions: { index, count } }: Turn) => !notice && index < count - 1
