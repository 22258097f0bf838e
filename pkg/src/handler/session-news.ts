// Tells other tabs of this origin that an answer has begun or ended in a session, and hears of theirs.

import { findRun } from './found-run'
import type { CoreDriver } from './core-driver'
import type { Follower } from './follower'
import type { AnswerNews } from './page-environment'
import type { RunNews } from './tab-sync'

/** AgentOS may list a run a moment after it has begun. */
const SECOND_LOOK_MS = 400

export class SessionNews implements AnswerNews {
  #driver: CoreDriver
  #follower: Follower
  /** A call was made whose run has no id yet. */
  #isExpected = false
  /** The run of which other tabs know that it runs here. */
  #announced: string | null = null
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
    if (!this.#isExpected) return
    const { status, sessionId, runId } = this.#driver.snapshot
    if (status !== 'streaming' || sessionId === null || runId === null) return
    this.#isExpected = false
    this.#announced = runId
    this.#driver.page.tell({ session: sessionId, run: runId, isOver: false })
  }

  settled(): void {
    const { sessionId, runId, isStreaming, queue } = this.#driver.snapshot
    // A message that left the queue unsent.
    if (this.#announced !== null && findRun(this.#driver, this.#announced)?.outcome === 'running') return
    // It may have begun and ended within one chunk.
    const run = this.#isExpected && !isStreaming ? runId : this.#announced
    // The next message of the queue is not announced by its call: that was earlier.
    this.#isExpected = isStreaming || queue.length > 0
    this.#announced = null
    if (run !== null && sessionId !== null) this.#driver.page.tell({ session: sessionId, run, isOver: true })
  }

  woken(): void {
    void this.#follower.look()
  }

  /** News are untrusted: nothing but a look follows. */
  hear = async ({ session, run, isOver }: RunNews): Promise<void> => {
    const { sessionId, isStreaming, runId } = this.#driver.snapshot
    if (session !== sessionId || !this.#follower.canLook) return
    if (isStreaming) return run === runId ? undefined : this.#afterAnswer()
    if (await this.#follower.look(run) !== 'nothing' || isOver) return
    await new Promise((resolve) => setTimeout(resolve, SECOND_LOOK_MS))
    await this.#follower.look(run)
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
