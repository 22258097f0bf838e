// What the core calls back: the counterpart of src/wasm/host.rs. No method may throw.

import type { Appended, Delta } from './core-delta'
import type { LogLevel } from '../types/rate-limits'
import type { ResumePoint } from '../types/recording'
import type { Outcome } from '../types/snapshot'

export interface CoreHost extends ConversationHost, RequestHost {}

/** What changes the conversation. */
export interface ConversationHost {
  /** Something may have changed; `urgent`: an answer ended. */
  changed(urgent: boolean): void
  /** The answer to `core.keep()`. */
  kept(point: ResumePoint | null): void
  /** The answer to `core.read()`: what changed since the last call. */
  delta(delta: Delta): void
  /** The same, where a single text grew. */
  appended(...change: Appended): void
  /** The call with this ticket (`send`, `resume`, `continueRun`) has its outcome. */
  settled(ticket: number, outcome: Outcome): void
  /** Call `core.tick()` in so many seconds, in place of the last time that was asked for; below zero: never. */
  wake(seconds: number): void
  /** A rate limit holds until then, in seconds since the Unix epoch; below zero: it is over. */
  limit(until: number): void
}

/** What requests need. */
export interface RequestHost {
  headers(): Promise<Record<string, string>>
  /** The form of the send with this ticket, if it was given one. */
  form(ticket: number): FormData | undefined
  credentials(): RequestCredentials
  fetch(request: Request, id: number, form?: FormData): Promise<unknown>
  /** Request `id` was not sent; `why`: what was wrong with what it was made of, or null. */
  unsent(id: number, why: unknown): void
  /** Seconds since the Unix epoch. */
  now(): number
  log(level: LogLevel, line: string): void
}
