// Holds the current snapshot and applies the core's changes to it. Snapshots are immutable and structurally shared: whatever did
// not change keeps its identity.

import type { Appended, Delta } from '../wasm/core-delta'
import { reuseIfEqual, reuseIfDeepEqual } from './lazy-json'
import { emptySnapshot, NO_TIMELINE } from './empty-snapshot'
import { freezeInDevelopment } from './freeze'
import { appendToTurn, applyTurn } from './turn'
import type { Snapshot as WritableSnapshot, Turn } from './writable'
import type { ChatMessage } from '../types/message'
import type { SessionEntry, Snapshot, Turn as ImportedTurn } from '../types/snapshot'

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
      const { usage, monitor, error, retry, pacing, queue, quota } = this.snapshot
      const { head } = delta
      Object.assign(changed, head)
      changed.usage = reuseIfEqual(usage, head.usage)
      changed.monitor = reuseIfDeepEqual(monitor, head.monitor)
      changed.error = reuseIfEqual(error, head.error)
      changed.retry = reuseIfEqual(retry, head.retry)
      changed.pacing = reuseIfEqual(pacing, head.pacing)
      changed.queue = reuseIfDeepEqual(queue, head.queue)
      changed.queued = head.queue.length
      changed.quota = reuseIfDeepEqual(quota, head.quota)
    }
    if (delta.sessions) changed.sessions = mergeSessions(this.snapshot.sessions, delta.sessions)
    if (delta.turnCount !== this.#streamed.length || delta.turns) {
      this.#applyTurns(delta)
      changed.turns = this.#turns()
    }
    if (haveDiagnosticsChanged(this.snapshot.diagnostics, delta.diagnostics, listenerErrors)) {
      changed.diagnostics = { ...delta.diagnostics, listenerErrors }
    }
    if (Object.keys(changed).length) this.#set(changed)
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
    for (const change of delta.turns ?? []) {
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

/** Whether two lists have the same elements. Compares from the end, because the last one changes most. */
function isSameList(one: readonly ChatMessage[], other: readonly ChatMessage[]): boolean {
  let at = one.length
  if (at !== other.length) return false
  while (at > 0 && one[at - 1] === other[at - 1]) at--
  return at === 0
}

function messagesOf(turn: ImportedTurn): ChatMessage[] {
  return [...(turn.user ? [turn.user] : []), ...turn.work, turn.answer]
}

/** The new list; entries that are equal keep their identity. */
function mergeSessions(old: readonly SessionEntry[], fresh: SessionEntry[]): SessionEntry[] {
  return fresh.map((entry) => {
    const known = old.find((o) => o.session_id === entry.session_id)
    return known ? reuseIfDeepEqual(known, entry) : entry
  })
}

function haveDiagnosticsChanged(old: Snapshot['diagnostics'], fresh: Delta['diagnostics'], listenerErrors: number): boolean {
  return old.listenerErrors !== listenerErrors || COUNTERS.some((key) => old[key] !== fresh[key])
}

const COUNTERS = ['bytesRead', 'framesRead', 'unknownEvents', 'malformedFrames', 'staleFrames', 'droppedEntries'] as const
