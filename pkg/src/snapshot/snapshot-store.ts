// The snapshot: immutable, structurally shared. The core tells what changed; everything else keeps its identity.

import type { Appended, Delta } from '../wasm/core-delta'
import { reuseIfEqual, reuseIfDeepEqual } from './lazy-json'
import { emptySnapshot, NO_TIMELINE } from './empty-snapshot'
import { appendToTurn, applyTurn } from './turn'
import type { ChatMessage } from '../types/message'
import type { SessionEntry, Snapshot, Turn } from '../types/snapshot'

/** Holds the snapshot and brings it up to date. */
export class SnapshotStore {
  snapshot: Snapshot = emptySnapshot
  /** Turns that were loaded and not streamed: they come first, and the core does not know them. */
  #loaded: Turn[] = []
  #streamed: Turn[] = []
  /** The messages of all turns but the last: they do not change while it streams. */
  #earlier: ChatMessage[] = []
  #earlierTurns = -1

  /** Of an earlier session, of which nothing else is known. */
  open(sessionId: string): void {
    this.snapshot = { ...this.snapshot, sessionId }
  }

  /** Shows an earlier conversation in front of what will be streamed. */
  load(turns: Turn[]): void {
    this.#loaded = turns
    this.#streamed = []
    this.#earlierTurns = -1
    this.#set({ turns: this.#turns() })
  }

  /** Takes in what changed. `listenerErrors` is counted on this side of the border. */
  apply(delta: Delta, listenerErrors: number): void {
    const changed: Partial<Snapshot> = {}
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
    if (changedDiagnostics(this.snapshot.diagnostics, delta.diagnostics, listenerErrors)) {
      changed.diagnostics = { ...delta.diagnostics, listenerErrors }
    }
    if (Object.keys(changed).length) this.#set(changed)
  }

  /** Takes in a text that grew: what nearly every notification of an answer that streams comes to. */
  append([index, work, thoughts, text, bytesRead, framesRead]: Appended): void {
    const turns = this.#streamed.slice()
    turns[index] = appendToTurn(turns[index]!, work, thoughts, text)
    if (index < turns.length - 1) this.#earlierTurns = -1
    this.#streamed = turns
    this.#set({ turns: this.#turns(), diagnostics: { ...this.snapshot.diagnostics, bytesRead, framesRead } })
  }

  #applyTurns(delta: Delta): void {
    const turns = this.#streamed.slice(0, delta.turnCount)
    for (const change of delta.turns ?? []) {
      const old = turns[change.index]
      // Another turn at the same place: the conversation was cleared in between.
      turns[change.index] = applyTurn(old?.id === `t${change.id}` ? old : undefined, change)
      if (change.index < delta.turnCount - 1) this.#earlierTurns = -1
    }
    if (delta.turnCount < this.#streamed.length) this.#earlierTurns = -1
    this.#streamed = turns
  }

  #turns(): Turn[] {
    return this.#loaded.length ? this.#loaded.concat(this.#streamed) : this.#streamed
  }

  #set(changed: Partial<Snapshot>): void {
    // One head from the core: its status, its retry and whether it streams belong together.
    const next = { ...this.snapshot, ...changed } as Snapshot
    if (changed.turns) {
      const last = next.turns.at(-1)
      const messages = this.#messages(next.turns)
      const old = this.snapshot.messages
      // A turn tells more than its messages.
      next.messages = same(messages, old) ? old : messages
      next.timeline = last?.timeline ?? NO_TIMELINE
      next.pause = last?.pause ?? null
    }
    this.snapshot = next
  }

  #messages(turns: Turn[]): ChatMessage[] {
    if (this.#earlierTurns !== turns.length - 1) {
      this.#earlierTurns = turns.length - 1
      this.#earlier = turns.slice(0, -1).flatMap(messagesOf)
    }
    const last = turns.at(-1)
    return last ? this.#earlier.concat(messagesOf(last)) : []
  }
}

/** Whether two lists have the same members. From the end: what changes is nearly always the last. */
function same(one: ChatMessage[], other: ChatMessage[]): boolean {
  let at = one.length
  if (at !== other.length) return false
  while (at > 0 && one[at - 1] === other[at - 1]) at--
  return at === 0
}

function messagesOf(turn: Turn): ChatMessage[] {
  return [...(turn.user ? [turn.user] : []), ...turn.work, turn.answer]
}

/** Entries that say the same keep their identity. */
function mergeSessions(old: SessionEntry[], fresh: SessionEntry[]): SessionEntry[] {
  return fresh.map((entry) => {
    const known = old.find((o) => o.session_id === entry.session_id)
    return known ? reuseIfDeepEqual(known, entry) : entry
  })
}

function changedDiagnostics(old: Snapshot['diagnostics'], fresh: Delta['diagnostics'], listenerErrors: number): boolean {
  return old.listenerErrors !== listenerErrors || COUNTS.some((key) => old[key] !== fresh[key])
}

const COUNTS = ['bytesRead', 'framesRead', 'unknownEvents', 'malformedFrames', 'staleFrames', 'droppedEntries'] as const
