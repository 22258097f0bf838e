// What a page sees of calls before the core is there: the snapshot that the core gives a moment after the same calls, with the same
// ids, so that nothing flickers when it takes over.

import { runPath } from '../handler/run-path'
import { emptySnapshot, NO_TIMELINE, NO_USAGE, ONLY_VERSION } from '../snapshot/empty-snapshot'
import { withSingleBlock } from '../snapshot/single-block'
import type { CheckedOptions } from '../types/checked-options'
import type { ChatMessage } from '../types/message'
import type { QueuedSend } from '../types/rate-limits'
import type { Outcome, Snapshot, SnapshotFields, Status, StreamError, Turn } from '../types/snapshot'

export class PendingConversation {
  /** The snapshot of a new handler. */
  readonly empty: Snapshot
  snapshot: Snapshot
  #turns: Turn[] = []
  #queue: QueuedSend[] = []
  #opened = 0

  /** `isBusy`: a stored answer is resumed first, and what is sent waits for it. */
  constructor(private readonly options: CheckedOptions, private isBusy: boolean) {
    const { sessionId } = options
    this.empty = this.snapshot = sessionId ? { ...emptySnapshot, sessionId } : emptySnapshot
  }

  send(send: QueuedSend, files: string[]): void {
    const isUsers = send.priority === 'user'
    const queuePaused = this.snapshot.queuePaused && !isUsers
    if (this.isBusy || this.snapshot.isStreaming || queuePaused) {
      const at = isUsers ? this.#queue.map(({ priority }) => priority).lastIndexOf('user') + 1 : this.#queue.length
      this.#insert(at, send)
      this.#show({ queuePaused })
    } else this.#open('connecting', send, files)
  }

  /** Ends what runs; what waits goes on waiting. */
  stop(): void {
    this.isBusy = false
    this.#close('cancelled', null)
  }

  /** Ends what runs and pauses the queue. */
  pause(): void {
    this.stop()
    this.#show({ queuePaused: this.#queue.length > 0 })
  }

  resumeQueue(): boolean {
    if (!this.snapshot.queuePaused) return false
    this.snapshot = { ...this.snapshot, queuePaused: false }
    this.#open('connecting', this.#queue.shift()!, [])
    return true
  }

  /** Whether the message was there. */
  editQueued(id: number, text: string): boolean {
    return this.#withQueued(id, (send) => {
      this.#queue = this.#queue.map((other) => (other === send ? { ...send, text } : other))
    })
  }

  moveQueued(id: number, index: number): boolean {
    return this.#withQueued(id, (send) => {
      this.#queue = this.#queue.filter((other) => other !== send)
      this.#insert(index, send)
    })
  }

  sendQueuedNow(id: number): boolean {
    return this.#withQueued(id, (send) => {
      this.stop()
      this.#queue = this.#queue.filter((other) => other !== send)
      this.#open('connecting', send, [])
    })
  }

  #insert(at: number, send: QueuedSend): void {
    this.#queue = [...this.#queue.slice(0, at), send, ...this.#queue.slice(at)]
  }

  #withQueued(id: number, change: (send: QueuedSend) => void): boolean {
    const send = this.#queue.find((send) => send.id === id)
    if (!send) return false
    change(send)
    this.#show({})
    return true
  }

  /** A stream that the caller feeds. */
  begin(text: string | undefined, name: string | undefined, since: number): void {
    this.end('cancelled')
    if (text === undefined) this.#show({ status: 'streaming', isStreaming: true, activityStatus: this.#working(name), error: null })
    else this.#open('streaming', { text, since }, [], name)
  }

  /** Takes a message out of the queue. Whether it was there. */
  cancelQueued(id: number): boolean {
    const rest = this.#queue.filter((send) => send.id !== id)
    const isThere = rest.length < this.#queue.length
    this.#queue = rest
    if (isThere) this.#show({})
    return isThere
  }

  /** Ends what runs and what waits; with an error, what waits is shown, too. */
  end(outcome: Outcome, error: StreamError | null = null): void {
    const waiting = this.#queue
    this.#queue = []
    this.#close(outcome, error)
    this.#show({})
    if (error) for (const send of waiting) {
      this.#open('connecting', send, [])
      this.#close(outcome, error)
    }
  }

  /** Another conversation. */
  clear(sessionId: string | null): void {
    this.#turns = []
    this.#queue = []
    this.#show({ status: 'idle', isStreaming: false, activityStatus: null, error: null, sessionId })
  }

  dismissError(): void {
    if (this.snapshot.error) this.#show({ error: null })
  }

  #open(status: Status, { text, since }: Pick<QueuedSend, 'text' | 'since'>, files: string[], name?: string): void {
    const at = this.#opened++
    const message = (role: ChatMessage['role'], id: number, content: string) => ({ id: `m${2 * at + id}`, role, content, created_at: since })
    const turn: Turn = {
      id: `t${at}`, user: withSingleBlock({ ...message('user', 0, text), ...(files.length && { filesSent: files, files_sent: files }) }), work: [],
      answer: withSingleBlock({ ...message('agent', 1, ''), depth: 0, status: 'started' }), timeline: NO_TIMELINE, outcome: null, attempts: 1,
      times: { beganAt: since, firstAt: null, endedAt: null }, runId: null, error: null, unsent: null, versions: ONLY_VERSION, notice: null, pause: null, followups: [], memories: [],
      sessionSummary: null, usage: NO_USAGE,
    }
    this.#turns = [...this.#turns, turn]
    this.#show({ status, isStreaming: true, activityStatus: this.#working(name), error: null })
  }

  #close(outcome: Outcome, error: StreamError | null): void {
    if (!this.snapshot.isStreaming) return
    this.#turns = this.#turns.map((turn) => turn.outcome ? turn : {
      ...turn, outcome, error, times: { ...turn.times, endedAt: Date.now() / 1000 },
      answer: withSingleBlock({ ...turn.answer, ...(error ? { status: 'error', error: error.message, streamingError: true } : { status: 'cancelled', cancelled: true }) }),
    })
    this.#show({ status: outcome, isStreaming: false, activityStatus: null, error })
  }

  #show(changed: Partial<SnapshotFields & { status: Status; isStreaming: boolean }>): void {
    const turns = this.#turns
    const { queuePaused } = { ...this.snapshot, ...changed }
    const isPaused = queuePaused && this.#queue.length > 0
    const queue = this.#queue = this.#queue.map((send) => (isPaused === (send.waitsFor === 'resume') ? send : { ...send, waitsFor: isPaused ? 'resume' : 'run' }))
    const messages = turns.flatMap(({ user, answer }) => [user!, answer])
    this.snapshot = { ...this.snapshot, ...changed, turns, messages, queue, queued: queue.length, queuePaused: isPaused } as Snapshot
  }

  /** What the core says while nothing has arrived: `Cirkelline is working...` */
  #working(name = this.options.name): string {
    const id = /([^/]*)\/runs\/*([?#]|$)/.exec(runPath(this.options))?.[1] ?? ''
    const shown = name ?? id.split(/[-_ ]+/).map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ').trim()
    return this.options.activityTexts?.working?.replaceAll('{name}', shown) ?? (shown ? `${shown} is working...` : 'Working...')
  }
}
