// What the core calls: the counterpart of `Host` in src/wasm/host.rs. No method may throw.

import type { Appended } from './core-delta'
import type { LogLevel } from '../types/rate-limits'
import type { Outcome } from '../types/snapshot'

export interface CoreHost extends ConversationHost, RequestHost {}

/** Reports about the conversation. */
export interface ConversationHost {
  /** Something may have changed. `urgent`: an answer ended, listeners are to be notified now. */
  changed(urgent: boolean): void
  /** Result of `core.keep()`: what to store of an unfinished answer (handler/resume-point.ts). No texts: nothing. */
  kept(texts: (string | null)[], lastIndex: number, askedAt: number): void
  /**
   * Result of `core.read()`: what changed since the last call, packed: `count` numbers from address `numbers` of the core's
   * memory, and their text. `piece` was called before with its long texts, in pieces.
   */
  delta(numbers: number, count: number, text: string): void
  piece(piece: string): void
  /** Result of `core.read()` if a single text grew, which is nearly always the case while an answer streams. */
  appended(...change: Appended): void
  /** The call with this ticket (`send`, `resume`, `continueRun`) has an outcome. */
  settled(ticket: number, outcome: Outcome): void
  /** Call `core.tick()` in `seconds`; replaces the previous request. Negative: do not call it. */
  wake(seconds: number): void
  /** A rate limit lasts until then, in seconds since the Unix epoch. Negative: it is over. */
  limit(until: number): void
}

/** What the core needs to make requests. */
export interface RequestHost {
  headers(): Promise<Record<string, string>>
  /** A copy of the FormData passed to the `send` with this ticket, if any. */
  form(ticket: number): FormData | undefined
  credentials(): RequestCredentials
  /** `form` is set for runs, and not for requests to stop one. */
  fetch(request: Request, id: number, form?: FormData): Promise<unknown>
  /** Request `id` was not sent: because of `why`, or (`null`) because it was cancelled before. */
  unsent(id: number, why: unknown): void
  /** Seconds since the Unix epoch. */
  now(): number
  log(level: LogLevel, line: string): void
}
