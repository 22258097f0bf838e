// Tells other tabs of this origin that an answer has begun or ended in a session, and hears of theirs.

import { delay } from './delay'
import { findRun } from './found-run'
import type { CoreDriver } from './core-driver'
import type { Follower } from './follower'
import type { AnswerNews } from './page-environment'
import type { RunNews } from './tab-sync'

/** AgentOS may list a run a moment after it has begun, and its end a moment after its last frame: looks again after these times. */
const AGAIN_MS = [400, 1600]

export class SessionNews implements AnswerNews {
  #driver: CoreDriver
  #follower: Follower
  /** A call was made whose run has no id yet. */
  #isExpected = false
  /** The run that other tabs know to be running here. */
  #announced: RunNews | null = null
  /** Waits for the end of the answer here, to look for others then. */
  #isWaiting = false

  constructor(driver: CoreDriver, follower: Follower) {
    this.#driver = driver
    this.#follower = follower
  }

  expect(): void {
    this.#isExpected = true
  }

  changed(): void {
    // What waits in the queue begins when the run that was announced has ended.
    if (!this.#isExpected || this.#announced !== null) return
    const { status, sessionId, runId } = this.#driver.snapshot
    if (status !== 'streaming' || sessionId === null || runId === null) return
    this.#isExpected = false
    this.#announced = { session: sessionId, run: runId, isOver: false }
    this.#driver.page.tell(this.#announced)
  }

  settled(): void {
    const { sessionId, runId } = this.#driver.snapshot
    // It may have begun and ended within one chunk.
    const isShort = this.#isExpected && sessionId !== null && runId !== null
    const ended = this.#announced ?? (isShort ? { session: sessionId, run: runId } : null)
    // The call was one of the queue, and the run goes on.
    if (ended && findRun(this.#driver, ended.run)?.outcome === 'running') return
    this.#isExpected = this.#driver.calls.hasOpen
    this.#announced = null
    if (ended) this.#driver.page.tell({ ...ended, isOver: true })
  }

  woken(): void {
    void this.#follower.look(undefined, true)
  }

  /** News is untrusted: all that it causes is a look. */
  hear = async (news: RunNews): Promise<void> => {
    for (const wait of news.isOver ? [0, ...AGAIN_MS] : [0, AGAIN_MS[0]!]) {
      if (wait) await delay(wait)
      const { sessionId, isStreaming, runId } = this.#driver.snapshot
      if (news.session !== sessionId || !this.#follower.canLook) return
      if (isStreaming) return news.run === runId ? undefined : this.#afterAnswer()
      const found = await this.#follower.look(news.run, wait === AGAIN_MS[1])
      // It may have been disposed of meanwhile.
      if (!this.#follower.canLook || (news.isOver ? this.#hasEnded(news.run) : found !== 'nothing')) return
    }
  }

  /** Whether the run is shown with an end after which it does not go on. */
  #hasEnded(run: string): boolean {
    return /completed|cancelled/.test(findRun(this.#driver, run)?.outcome ?? '')
  }

  #afterAnswer(): void {
    if (this.#isWaiting) return
    this.#isWaiting = true
    const stop = this.#driver.subscribe(() => {
      if (this.#driver.snapshot.isStreaming) return
      stop()
      this.#isWaiting = false
      void this.#follower.look()
    })
  }
}
