// The handler: what one calls. The options are in options.ts; what it shows is in snapshot.ts.

import type { ChatMessage } from './message'
import type { Resolution } from './pause'
import type { Priority } from './rate-limits'
import type { RecorderHooks } from './recorder-hooks'
import type { Outcome, SessionEntry, Snapshot } from './snapshot'

/** One conversation: what one calls, and its snapshot. All methods are bound. */
export interface StreamHandler {
  /**
   * Sends a message and streams the answer. Waits its turn while another answer is streaming.
   * Resolves with how it ended; never rejects for anything the server or the network does. It rejects with a
   * TypeError for anything but a text or a FormData, and where the options name no agent, team, workflow or url, and with
   * an Error after `dispose()`.
   * A FormData is sent as it is, plus the fields it lacks.
   * While a rate limit cools down it waits too. `priority`: a background send lets the user's own go first.
   */
  send(message: string | FormData, options?: { priority?: Priority }): Promise<Outcome>
  /** Skips the wait: of a retry of the handler's own, or of a send that is held back. `false`: there was none. */
  retryNow(): boolean
  /** Drops one send of `snapshot.queue`: it resolves as `cancelled`. `false`: it does not wait any more. */
  cancelQueued(id: number): boolean
  /**
   * Takes up an answer that was interrupted (`snapshot.resumable`), from the last frame that was read. Resolves with how it
   * ended; where there is nothing to take up, with how the last turn had ended.
   */
  resume(): Promise<Outcome>
  /**
   * Answers what a paused run asks (`snapshot.pause`), and streams what follows. If the answer does not reach the run, it
   * resolves as `paused`, the banner says why, and the question stays.
   *
   *     h.continueRun(h.getSnapshot().pause.requirements.map((r) => confirm(r)))
   */
  continueRun(resolutions: Resolution | Resolution[]): Promise<Outcome>
  /**
   * Ends the running answer, its wait, or a pause; keeps its text, drops queued sends; and tells the server to stop the run,
   * if it is known by name. No-op when nothing runs.
   */
  cancel(): void
  /**
   * Bring your own transport: opens a turn, with what the user said. Without a text the first frame tells whether it
   * goes on with an earlier turn (a paused or interrupted run) or is a new one. `name`: what the answering party is
   * called until an event tells, as the option of that name. Ends what runs and drops queued sends.
   */
  begin(text?: string, options?: { name?: string }): void
  /** The next bytes of the stream, split anywhere. Opens a turn if none is open. */
  feed(bytes: Uint8Array): void
  /** The stream is over. */
  end(): void
  /** Calls `listener` when the snapshot has changed (see the option `notify`), until what it returns is called. */
  subscribe(listener: () => void): () => void
  /** Everything that is known now, also what no listener was told yet. The same object until something changes. */
  getSnapshot(): Snapshot
  /** For React's server rendering: the snapshot of a new handler. */
  getServerSnapshot(): Snapshot
  /** Closes the banner. */
  dismissError(): void
  /**
   * Reads the sessions of this component (and of the user that `fields` names) from AgentOS into `snapshot.sessions`, newest
   * first, and resolves with those of this page. Rejects with an Error that says why; `httpStatus`, if there was an answer.
   * What `headers` and `fields` throw comes as it is.
   */
  loadSessions(page?: { limit?: number; page?: number }): Promise<SessionEntry[]>
  /**
   * Opens a stored session: its runs become the turns that streaming them had made, and the next message goes on in it. A
   * question that is still open is asked again. Ends what runs. Rejects as `loadSessions` does, and then changes nothing.
   * `false`: the conversation has moved on meanwhile.
   */
  openSession(id: string): Promise<boolean>
  /** Shows an earlier conversation. Ends what runs. */
  load(conversation: { sessionId: string | null; messages: Partial<ChatMessage>[] }): void
  /** A new chat: no turns, no session. The list of sessions stays. Ends what runs. */
  clear(): void
  /** For 'ai-stream-handler/replay', which records runs and shows them again. @internal */
  inside(): RecorderHooks
  /** Hangs up and gives the memory back; a background run goes on on the server. The last snapshot stays readable; `send` rejects, every other call is a no-op. */
  dispose(): void
}
