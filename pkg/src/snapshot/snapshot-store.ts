// Holds the current snapshot and applies the core's changes to it. Snapshots are immutable and structurally shared: whatever did
// not change keeps its identity.

import type { Appended, Delta } from '../wasm/core-delta'
import { isSameList, reuseEntries, reuseIfDeepEqual, reuseIfEqual } from './lazy-json'
import { emptySnapshot, NO_TIMELINE } from './empty-snapshot'
import { freezeInDevelopment } from './freeze'
import { appendToTurn, applyTurn } from './turn'
import type { Snapshot as WritableSnapshot, Turn } from './writable'
import type { ChatMessage } from '../types/message'
import type { Snapshot, Turn as ImportedTurn } from '../types/snapshot'

export class SnapshotStore {
  snapshot: Snapshot = emptySnapshot
  /** Turns from `load`. They come first; the core does not know them. */
  #imported: readonly ImportedTurn[] = []
  #streamed: Turn[] = []
  /** Cached messages of all turns but the last, which do not change while it streams. */
  #earlierMessages: ChatMessage[] = []
  /** How many turns that are; -1: the cache is invalid. */
  #earlierTurnCount = -1

  /** Whether a turn follows those of `load`. */
  get hasStreamed(): boolean {
    return this.#streamed.length > 0
  }

  /** Sets the session of a conversation that has not begun. */
  setSession(sessionId: string): void {
    this.snapshot = freezeInDevelopment({ ...this.snapshot, sessionId })
  }

  /** Replaces all turns by those of an earlier conversation. What is streamed follows them. */
  load(turns: readonly ImportedTurn[]): void {
    this.#imported = turns
    this.#streamed = []
    this.#earlierTurnCount = -1
    this.#set({ turns: this.#turns() })
  }

  /** Applies changes. `listenerErrors` is counted in JavaScript, everything else in the core. */
  apply(delta: Delta, listenerErrors: number): void {
    const changed: Partial<WritableSnapshot> = {}
    if (delta.head) {
      const { snapshot } = this
      const { error, retry, pacing, queue, quota, usage, monitor, ...always } = delta.head
      Object.assign(changed, always, {
        error: reuse(snapshot.error, error, reuseIfEqual),
        retry: reuse(snapshot.retry, retry, reuseIfEqual),
        pacing: reuse(snapshot.pacing, pacing, reuseIfEqual),
        usage: reuse(snapshot.usage, usage, reuseIfEqual),
        monitor: reuse(snapshot.monitor, monitor, reuseIfDeepEqual),
        queue: reuse(snapshot.queue, queue, reuseEntries),
        quota: reuse(snapshot.quota, quota, reuseEntries),
      })
      if (queue) changed.queued = queue.length
    }
    if (delta.sessions) changed.sessions = reuseEntries(this.snapshot.sessions, delta.sessions)
    if (delta.turnCount !== this.#streamed.length || delta.turns.length) {
      this.#applyTurns(delta)
      changed.turns = this.#turns()
    }
    if (haveDiagnosticsChanged(this.snapshot.diagnostics, delta.diagnostics, listenerErrors)) {
      changed.diagnostics = { ...delta.diagnostics, listenerErrors }
    }
    if (Object.entries(changed).some(([key, value]) => value !== this.snapshot[key as keyof Snapshot])) this.#set(changed)
  }

  /** Appends text to one message: the common case while an answer streams. */
  append([index, work, thoughts, text, bytesRead, framesRead]: Appended): void {
    const turns = this.#streamed.slice()
    turns[index] = appendToTurn(turns[index]!, work, thoughts, text)
    if (index < turns.length - 1) this.#earlierTurnCount = -1
    this.#streamed = turns
    this.#set({ turns: this.#turns(), diagnostics: { ...this.snapshot.diagnostics, bytesRead, framesRead } })
  }

  #applyTurns(delta: Delta): void {
    const turns = this.#streamed.slice(0, delta.turnCount)
    for (const change of delta.turns) {
      const old = turns[change.index]
      // A turn with another id: the conversation was cleared in between.
      turns[change.index] = applyTurn(old?.id === `t${change.id}` ? old : undefined, change)
      if (change.index < delta.turnCount - 1) this.#earlierTurnCount = -1
    }
    if (delta.turnCount < this.#streamed.length) this.#earlierTurnCount = -1
    this.#streamed = turns
  }

  #turns(): readonly ImportedTurn[] {
    return this.#imported.length ? [...this.#imported, ...this.#streamed] : this.#streamed
  }

  #set(changed: Partial<WritableSnapshot>): void {
    // The cast is safe: the core sends status, retry and isStreaming together.
    const next = { ...this.snapshot, ...changed } as WritableSnapshot
    if (changed.turns) {
      const last = next.turns.at(-1)
      const messages = this.#messages(next.turns)
      const old = this.snapshot.messages
      // A turn can change without its messages.
      next.messages = isSameList(messages, old) ? old : messages
      next.timeline = last?.timeline ?? NO_TIMELINE
      next.pause = last?.pause ?? null
    }
    this.snapshot = freezeInDevelopment(next as Snapshot)
  }

  #messages(turns: readonly ImportedTurn[]): ChatMessage[] {
    if (this.#earlierTurnCount !== turns.length - 1) {
      this.#earlierTurnCount = turns.length - 1
      this.#earlierMessages = turns.slice(0, -1).flatMap(messagesOf)
    }
    const last = turns.at(-1)
    return last ? this.#earlierMessages.concat(messagesOf(last)) : []
  }
}

function messagesOf(turn: ImportedTurn): ChatMessage[] {
  return [...(turn.user ? [turn.user] : []), ...turn.work, turn.answer]
}

/** The fresh value by way of `compare`; the old one if the core says that it has not changed. */
function reuse<T>(old: T, fresh: T | undefined, compare: (old: T, fresh: T) => T): T {
  return fresh === undefined ? old : compare(old, fresh)
}

function haveDiagnosticsChanged(old: Snapshot['diagnostics'], fresh: Delta['diagnostics'], listenerErrors: number): boolean {
  return old.listenerErrors !== listenerErrors || COUNTERS.some((key) => old[key] !== fresh[key])
}

const COUNTERS = ['bytesRead', 'framesRead', 'unknownEvents', 'malformedFrames', 'staleFrames', 'droppedEntries'] as const
