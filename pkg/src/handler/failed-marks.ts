// The mark `failed` of the listed sessions, after a reload: AgentOS's list does not say how a session's last run ended, so its runs are
// asked for (GET /sessions/{id}/run-previews): once for each session, and again when it has changed.

import { listRuns } from './run-list'
import type { ListedRun, ListedSession } from '../agentos/sessions'
import type { CoreDriver } from './core-driver'

/** The newest ones: the list may be long. */
const MOST = 20
const AT_ONCE = 3
/** The list does not wait for its marks any longer; they follow in the snapshot. */
const WAIT_MS = 300

export class FailedMarks {
  #driver: CoreDriver
  /** When each session that was asked for had changed last. */
  #asked = new Map<string, number | undefined>()

  constructor(driver: CoreDriver) {
    this.#driver = driver
  }

  /** Marks these sessions. Never rejects. */
  async update(listed: readonly ListedSession[]): Promise<void> {
    const { sessions } = this.#driver.snapshot
    const isKnown = (id: string) => sessions.find(({ session_id }) => session_id === id)?.lastOutcome !== undefined
    const changed = listed.slice(0, MOST).filter((session) => !isKnown(session[0]) && !this.#isAsked(session))
    if (!changed.length) return
    let timer: ReturnType<typeof setTimeout> | undefined
    const isLate = new Promise<void>((resolve) => (timer = setTimeout(resolve, WAIT_MS)))
    await Promise.race([Promise.all(Array.from({ length: AT_ONCE }, () => this.#ask(changed))), isLate])
    clearTimeout(timer)
  }

  #isAsked([id, , , at]: ListedSession): boolean {
    return this.#asked.has(id) && this.#asked.get(id) === at
  }

  /** Takes one after the other from `left`. */
  async #ask(left: ListedSession[]): Promise<void> {
    for (let next = left.shift(); next && !this.#driver.isDisposed; next = left.shift()) {
      const [id, , , updatedAt] = next
      // For a list that was loaded meanwhile.
      if (this.#isAsked(next)) continue
      this.#asked.set(id, updatedAt)
      try {
        const runs = await listRuns(this.#driver, id)
        if (!this.#driver.isDisposed) markFailed(this.#driver, id, runs)
      } catch {
        this.#asked.delete(id)
        left.length = 0
      }
    }
  }
}

/** Marks a listed session whose last run failed. */
export function markFailed(driver: CoreDriver, id: string, runs: readonly ListedRun[]): void {
  const status = runs.reduce<ListedRun | undefined>((last, run) => (last && last.createdAt > run.createdAt ? last : run), undefined)?.status
  if (status !== undefined) driver.core.markSession(id, status === 'ERROR')
}
