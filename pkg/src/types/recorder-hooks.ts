// What 'ai-stream-handler/replay' needs of a handler: to record the calls and responses of its core, and to drive a core from a
// recording; and what lazy/ needs to hand on a conversation. Internal: not exported from the package.

import type { CheckedOptions } from './checked-options'
import type { StreamHandler } from './handler'
import type { HandlerOptions } from './options'
import type { ReadableResponse } from './readable-response'
import type { LoadedMessages, RecordingStart } from './recording'
import type { ErrorType, Outcome, Snapshot, Turn } from './snapshot'

/** The part of a core that a replay drives. */
export interface ReplayCore {
  /**
   * From now on the core takes time and network input from the recording. The time is `now` (seconds since the Unix epoch) until
   * the next call.
   */
  replay(now: number): void
  /** Request `request` was answered. `headers`: `name: value`, a line each, names in lower case. */
  opened(request: number, status: number, type: string, headers: string): void
  /** The next bytes of a response. */
  heard(request: number, bytes: Uint8Array): void
  /**
   * A request ended. `whole`: `true` if its response was complete, `false` if it broke off or there was none, absent if it was
   * not sent.
   */
  closed(request: number, whole?: boolean): void
  /** Why a request has no response (`network`), or none that can be read. */
  diagnosed(request: number, type: string, message: string): void
  /** Result of a request to stop a run. */
  called(request: number, status: number): void
  feed(bytes: Uint8Array): void
}

/** Sees each call of the core before it is made, and the responses of `fetch` as they are read. Must not alter either. */
export interface RecordingTap {
  /** Wraps the core; all further calls go through the wrapper. */
  over<T extends object>(core: T): T
  /** Makes request `id` with `fetch`. `form` is set for runs, and not for requests to stop one. */
  fetch(fetch: (request: Request) => Promise<ReadableResponse>, request: Request, id: number, form: FormData | undefined): Promise<unknown>
  /** Why request `id` has no response (`network`), or none that can be read. */
  diagnosed(id: number, type: ErrorType, message: string): void
  /** Request `id` was not sent. */
  unsent(id: number): void
  /** The call of `clear` just made shows these messages. */
  loaded(given: LoadedMessages): void
  /**
   * When the call or response being processed was recorded, in seconds since the Unix epoch, so that the core uses the same time.
   * `undefined` if it was not recorded.
   */
  now(): number | undefined
}

/** A handler that shows a recording. */
export interface ReplayTarget {
  core: ReplayCore
  /** Runs a function that changes the core, and notifies listeners once afterwards. */
  change(work: () => void): void
  /** Shows the messages of a `load`. */
  load(given: LoadedMessages): void
}

/** Internals of a handler, as `inside()` returns them. */
export interface RecorderHooks {
  options: CheckedOptions
  /** Seed of the core's random numbers. */
  seed: number
  /** The current state, as the start of a recording; `null` while an answer is streaming or after `dispose()`. */
  start(): RecordingStart | null
  /** Installs the tap, or removes it. */
  listen(tap: RecordingTap | undefined): void
  /**
   * Restarts the handler from `start` at the time `at` (seconds since the Unix epoch), detached from network, other tabs and
   * clock.
   *
   * Throws after `dispose()`, and if the options are invalid.
   */
  replay(options: HandlerOptions, seed: number, start: RecordingStart, at: number): ReplayTarget
  /**
   * Continues what waited for `core`. `shown`: what the page shows now; `notify` tells the listeners; `ended` is told of each
   * answer that ends. By position, because lazy/ has to be small.
   */
  takeOver(core: StreamHandler, shown: Snapshot, calls: WaitingCall[], listeners: Set<WaitingListener>, notify: () => void, ended?: (turn: Turn, outcome: Outcome) => void): void
  /** A turn's pause in the fields of agent-ui's messages. */
  hitlFields?(turn: Turn, sessionId: string | null): Record<string, unknown>
}

/** A call that waits for the core. */
export interface WaitingCall {
  /** A method, or what to do with the handler. */
  name: keyof StreamHandler | ((core: InspectableHandler) => void)
  args: unknown[]
  /** When it was made, in seconds since the Unix epoch. */
  at: number
  /** Settle its promise, as long as that is open. */
  resolve?: (value: any) => void
  reject?: (error: unknown) => void
  /** Of a send: its id in the queue, as long as it is open. */
  send?: { id: number }
  /** Of a send: what is shown of it. */
  turn?: Turn
}

/** A listener, and how to unsubscribe it from the core. */
export interface WaitingListener { run(): void; stop?(): void }

/** The internals of a handler whose core is still being loaded. */
export interface DeferredHooks {
  options: HandlerOptions
  /** What waits. */
  calls: WaitingCall[]
  /** The handler with the core, if that is there by now. */
  core(): InspectableHandler | undefined
  /** Adds a call, before the core is there. */
  act(name: WaitingCall['name'], args: unknown[]): void
}

/** A handler with its internals, which the published type does not have. */
export interface InspectableHandler extends StreamHandler {
  inside(): RecorderHooks | DeferredHooks
}
