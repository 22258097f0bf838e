// Calls that have no outcome yet: `send`, `resume`, `regenerate` and the like. The core knows them by ticket.

import type { Outcome } from '../types/snapshot'

export class OpenCalls {
  #lastTicket = 0
  #open = new Map<number, { resolve: (outcome: Outcome) => void; form: FormData | null }>()

  /** Starts a call, and resolves with its outcome. Rejects with what `start` throws. */
  start(start: (ticket: number) => void, form: FormData | null): Promise<Outcome> {
    const ticket = ++this.#lastTicket
    return new Promise<Outcome>((resolve) => {
      this.#open.set(ticket, { resolve, form })
      start(ticket)
    }).catch((error: unknown) => {
      this.#open.delete(ticket)
      throw error
    })
  }

  get hasOpen(): boolean {
    return this.#open.size > 0
  }

  /** The form that was sent. */
  formOf(ticket: number): FormData | null | undefined {
    return this.#open.get(ticket)?.form
  }

  /** Ends a call. Returns what resolves it. */
  end(ticket: number): (outcome: Outcome) => void {
    const call = this.#open.get(ticket)
    this.#open.delete(ticket)
    return (outcome) => call?.resolve(outcome)
  }
}
