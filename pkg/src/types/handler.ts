// The handler: the methods of one conversation. Its options are in options.ts, what it shows in snapshot.ts.

import type { ChatMessage } from './message'
import type { Resolution } from './pause'
import type { Priority } from './rate-limits'
import type { Outcome, SessionEntry, Snapshot, Turn } from './snapshot'

/** What {@link StreamHandler.follow} resolves with: how the answer ended, or that there is none to follow. */
export type Followed = Outcome | 'nothing'

/** Options of {@link StreamHandler.send}. */
export interface SendOptions {
  /** `background` messages wait until the user's own have been sent. Default: `user`. */
  priority?: Priority
  /** `now`: stops the running answer instead of waiting for it. Default: `queue`. */
  when?: 'queue' | 'now'
}

/**
 * One conversation: methods that act on it, and its snapshot. No method depends on `this`, so each can be passed on by itself.
 */
export interface StreamHandler {
  /**
   * Sends a message and streams the answer. While another answer is streaming, or a rate limit is cooling down, the message
   * waits in `snapshot.queue`; at most 100 messages wait, further ones resolve as `cancelled` at once. A message
   * also waits while AgentOS reports another active run in the session (`session_busy`).
   *
   * A FormData is sent as it is, plus those of the option `fields` that it lacks; its field `message` is the text shown.
   *
   * An empty message (white space alone, no file) is not sent: no turn, and the outcome `cancelled`.
   *
   * Resolves with the outcome of the answer, whatever the server or the network does. Rejects with a TypeError if `message` is
   * neither a string nor a FormData, if `options` has another property or value than described here, or if none of the options `agent`, `team`,
   * `workflow` and `url` is set; with an Error after `dispose()`; and with whatever a `fields` function throws.
   *
   * A message that never reached the server (`failed`, or `cancelled` before it went out) is in `turn.unsent`, for a composer to
   * offer it again.
   *
   * @param options.priority `background` messages wait until the user's own have been sent. Default `user`.
   * @param options.when `now`: the message does not wait for the running answer, which is stopped as by `cancel()`; what waits in
   * the queue follows it. The message still waits for a rate limit. Default `queue`.
   */
  send(message: string | FormData, options?: SendOptions): Promise<Outcome>
  /**
   * Skips the current wait: of a retry by the handler (`snapshot.retry.by` is `handler`), or of a delayed send
   * (`snapshot.pacing`). Returns `false` if there is none.
   */
  retryNow(): boolean
  /** Removes a message from `snapshot.queue`; its `send` resolves as `cancelled`. Returns `false` if it is no longer queued. */
  cancelQueued(id: number): boolean
  /**
   * Replaces the text of a message in `snapshot.queue`; files that were sent along stay. Returns `false`, changing nothing, if it
   * is no longer queued, and for an empty text without files. Throws a TypeError if `text` is not a string.
   */
  editQueued(id: number, text: string): boolean
  /**
   * Moves a message to another position in `snapshot.queue`; an `index` beyond the ends means the end. Returns `false` if it is
   * no longer queued. Throws a TypeError if `index` is not a number.
   */
  moveQueued(id: number, index: number): boolean
  /**
   * Sends a message in `snapshot.queue` at once: the running answer is stopped, and a rate limit is not waited for. Returns
   * `false` if it is no longer queued.
   */
  sendQueuedNow(id: number): boolean
  /** Resumes the queue that `cancel()` paused. Returns `false` if it is not paused. */
  resumeQueue(): boolean
  /**
   * Resumes an interrupted answer (`snapshot.resumable`) after the last event read. Resolves with its outcome; if the last run
   * has ended already, with the outcome of that. Rejects with an Error if there was no run.
   */
  resume(): Promise<Outcome>
  /**
   * Answers the questions of a paused run (`snapshot.pause`) and streams what follows. If the answers do not reach the run,
   * resolves as `paused`: `snapshot.error` says why, and the question stays open.
   *
   *     h.continueRun(h.getSnapshot().pause.requirements.map((r) => confirm(r)))
   *
   * Rejects with a TypeError if an element is not the result of `confirm`, `reject`, `fill` or `giveResult`, or if the list is
   * empty, and with an Error if no run is paused.
   */
  continueRun(resolutions: Resolution | readonly Resolution[]): Promise<Outcome>
  /**
   * Asks for an answer again. The new one becomes a version of the same turn (`turn.versions`); while it runs, and if it fails or is
   * stopped, the previous answer stays and can be shown (docs/versions.md).
   *
   * A failed answer continues in place, in the same run. A stopped one is requested with a new message, since AgentOS does not
   * answer a stopped run again.
   *
   * Resolves with the outcome of the new answer. Rejects with a TypeError for wrong arguments, and with an Error while an answer
   * is running, if there is no such turn, and for a workflow. A server that cannot do it (AgentOS before 3.1.10) refuses:
   * `failed`, and `snapshot.error` says why.
   *
   * @param options.turn The turn, or its id. Default: the last one.
   * @param options.instructions For the model: `Shorter, please.` They stay in the model's view of the conversation.
   */
  regenerate(options?: { turn?: Turn | string; instructions?: string }): Promise<Outcome>
  /**
   * Replaces the user's message of a turn, and answers the new one. Afterwards the model sees what stood before the message, the
   * new one, and nothing of what came after. The message and the turns behind it, as they were, stay as a version of the turn
   * (`turn.versions`, `showVersion`). What it costs, and what is shown if it does not come to its end: docs/editing.md.
   *
   * Resolves with the outcome of the new answer. If the server refuses, or `cancel()` is called, before the new message is sent:
   * `failed` or `cancelled`; the conversation is shown as it was, `turn.notice` and `snapshot.error` say why, and `turn.unsent` of
   * that turn is the new text.
   *
   * Rejects, changing nothing, with a TypeError for wrong arguments; with an Error if the message is empty, while an answer is
   * running, if there is no such turn, for a workflow, and if the session cannot be read. AgentOS before 3.1.10 cannot do it:
   * `failed`, and `snapshot.error` says so.
   *
   * @param turn The turn, or its id.
   * @param message As for `send`.
   */
  edit(turn: Turn | string, message: string | FormData): Promise<Outcome>
  /**
   * Shows an answer of this session that another tab or device started, regenerates or continues, as it streams; what was
   * added to the session meanwhile is shown, too (docs/follow.md). With the option `follow` the handler does it by itself.
   *
   * Resolves with the outcome of that answer, and with `'nothing'` if there is none, or if it is shown already. Rejects with a
   * TypeError for a wrong argument; with an Error for a workflow, for another session while an answer is running, and, once, if
   * this AgentOS cannot tell what runs (before 3.1.10); else like {@link StreamHandler.loadSessions}.
   *
   * @param sessionId Another session, which is opened as by `openSession`. Default: the current one.
   */
  follow(sessionId?: string): Promise<Followed>
  /**
   * Shows another version of a turn; of a message that was edited, together with the turns that followed that version. The model
   * continues from the latest one, whichever is shown. Returns `false` if there is no such version.
   *
   * @param index From 0, the oldest.
   */
  showVersion(turn: Turn | string, index: number): boolean
  /**
   * Stops the running answer, a wait, or a paused run. The text received so far is kept. If the run's id is known, the server is
   * told to stop the run. No-op if nothing runs or waits.
   *
   * Queued messages stay, and the queue pauses (`snapshot.queuePaused`) until `resumeQueue()` or the user's next message, which
   * goes out before them.
   *
   * An argument without `queue`, such as the event of `onClick={h.cancel}`, is ignored.
   */
  cancel(): void
  /**
   * With `queue: 'drop'`, queued messages are removed instead, and their `send` resolves as `cancelled`. Default: `keep`.
   *
   * Throws a TypeError if `queue` is neither `'keep'` nor `'drop'`.
   */
  cancel(options?: { queue?: 'keep' | 'drop' }): void
  /**
   * Starts a turn that you feed from a transport of your own; `text` is what the user said. Without `text`, the first event
   * decides whether it continues an earlier turn (a paused or interrupted run) or starts a new one. Stops whatever runs and
   * removes all queued messages.
   *
   * @param options.name Name of the answering party until an event carries one, as the option `name`.
   */
  begin(text?: string, options?: { name?: string }): void
  /**
   * Feeds the next bytes of the stream, split anywhere. Starts a turn if none is open. Throws a TypeError for anything but bytes.
   */
  feed(bytes: Uint8Array): void
  /** Ends the stream that was fed. */
  end(): void
  /**
   * Calls `listener` when the snapshot has changed; the option `notify` says when. Returns a function that unsubscribes.
   * Throws a TypeError if `listener` is not a function.
   */
  subscribe(listener: () => void): () => void
  /** The current state, including changes that listeners have not been told of yet. The same object until something changes. */
  getSnapshot(): Snapshot
  /** The snapshot of a new handler, for React's server rendering. */
  getServerSnapshot(): Snapshot
  /** Clears `snapshot.error`. */
  dismissError(): void
  /**
   * Loads one page of this component's sessions from AgentOS into `snapshot.sessions`, newest first, and resolves with them.
   * If `fields` has a `user_id`, only that user's sessions are listed.
   *
   * Rejects with an Error that says why, with `httpStatus` if there was a response; errors thrown by `headers` and `fields` are
   * passed through.
   */
  loadSessions(page?: SessionPage): Promise<SessionEntry[]>
  /**
   * Opens a stored session: its runs become the turns that streaming them produced, an open question is asked again, and the
   * next message continues the session. Stops whatever runs.
   *
   * Resolves with `false`, changing nothing, if meanwhile a message was sent, another conversation was opened or the handler was
   * disposed. Rejects like {@link StreamHandler.loadSessions}, also changing nothing.
   */
  openSession(id: string): Promise<boolean>
  /**
   * Copies the current session with all its runs, and lists the copy. Resolves with its id, for `openSession`. While an answer is
   * running it waits for its end. Rejects with an Error that says why: without a session, for a workflow, or if the server refuses.
   */
  forkSession(): Promise<string>
  /**
   * Renames a session. `snapshot.sessions` changes at once, and changes back if the server refuses. While an answer is running in
   * it, the server is told only afterwards: AgentOS would overwrite the new name with the old one. Rejects like
   * {@link StreamHandler.loadSessions}, and with a TypeError for wrong arguments, such as an empty name.
   */
  renameSession(id: string, name: string): Promise<void>
  /**
   * Deletes a session, as `renameSession` renames one. If it is the current one, the conversation is cleared. AgentOS answers the
   * same way if there is no such session.
   */
  deleteSession(id: string): Promise<void>
  /** Shows an earlier conversation that you have stored yourself. Stops whatever runs. */
  load(conversation: Conversation): void
  /** Starts a new chat without turns and session. Keeps the list of sessions. Stops whatever runs. */
  clear(): void
  /**
   * Closes the connection and frees the memory; a background run continues on the server. The last snapshot stays readable.
   * Afterwards `send` rejects and every other method does nothing.
   */
  dispose(): void
}

/** Which part of the list {@link StreamHandler.loadSessions} loads. */
export interface SessionPage {
  /**
   * Sessions per page.
   *
   * @default 50
   */
  limit?: number
  /**
   * Number of the page, from 1.
   *
   * @default 1
   */
  page?: number
}

/** An earlier conversation that you have stored yourself, for {@link StreamHandler.load}. */
export interface Conversation {
  /** Id of the session that the next message continues; `null`: a new one. */
  sessionId: string | null
  /** The messages in order, copied. Each needs `role` and `content`; a message of role `user` starts a turn. */
  messages: readonly Partial<ChatMessage>[]
}
