// Tells when an answer has ended, once per ended turn: not of turns that `load` or `openSession` show.

import type { StreamHandler } from '../types/handler'
import type { Turn } from '../types/snapshot'
import type { FinishedAnswer } from './stream-hook'

export class AnswerWatch {
  #listeners = new Set<(finished: FinishedAnswer) => void>()
  /** When the turns that were seen had ended, by id; null while one runs. */
  #seen = new Map<string, number | null>()

  /** Also watches the calls of `handler`, because a short answer may begin and end between two notifications. */
  constructor(private readonly handler: StreamHandler) {
    for (const name of ['send', 'resume', 'continueRun'] as const) {
      const call = handler[name] as (...args: unknown[]) => Promise<unknown>
      ;(handler[name] as unknown) = (...args: unknown[]) => {
        const before = new Set(this.#turns().map(endOf))
        const promise = call(...args)
        promise.then(() => this.#turns().filter((turn) => !before.has(endOf(turn))).forEach((turn) => this.#end(turn)), () => {})
        return promise
      }
    }
  }

  /** Calls `listener` for each answer that ends from now on. Returns how to stop. */
  listen(listener: (finished: FinishedAnswer) => void): () => void {
    this.#listeners.add(listener)
    const unsubscribe = this.handler.subscribe(() => this.#look())
    this.#look()
    return () => (this.#listeners.delete(listener), unsubscribe())
  }

  #turns = () => this.handler.getSnapshot().turns

  /** Turns that were seen running, and have ended. */
  #look(): void {
    // Only the last turn runs; the one before may have ended since.
    for (const turn of this.#turns().slice(-2)) {
      if (turn.outcome === null) this.#seen.set(turn.id, null)
      else if (this.#seen.get(turn.id) === null) this.#end(turn)
    }
  }

  #end(turn: Turn): void {
    const { outcome, id, times, answer: message } = turn
    if (outcome === null || this.#seen.get(id) === (times.endedAt ?? 0)) return
    this.#seen.set(id, times.endedAt ?? 0)
    for (const listener of [...this.#listeners]) listener({ outcome, turn, message })
  }
}

const endOf = ({ id, times }: Turn) => `${id} ${times.endedAt}`
