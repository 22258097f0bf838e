// Holds the current snapshot and applies the core's changes to it. Snapshots are immutable and structurally shared: whatever did
// not change keeps its identity.

import type { Appended, Delta } from '../wasm/core-delta'
import { defineList, JoinedList } from './joined-list'
import { reuseEntries, reuseIfEqual, reuseList } from './lazy-json'
import { emptySnapshot, NO_TIMELINE } from './empty-snapshot'
import { freezeInDevelopment } from './freeze'
import { appendToTurn, applyTurn, reuseTurn } from './turn'
import type { Snapshot as WritableSnapshot, Turn } from './writable'
import type { ChatMessage } from '../types/message'
import type { Snapshot, Turn as ImportedTurn } from '../types/snapshot'

/** A snapshot without its long lists. */
type Fields = Omit<WritableSnapshot, 'turns' | 'messages'>

export class SnapshotStore {
  snapshot: Snapshot = emptySnapshot
  #fields: Fields = fieldsOf(emptySnapshot)
  /** Turns from `load`. They come first; the core does not know them. */
  #imported: readonly ImportedTurn[] = []
  #streamed: Turn[] = []
  /** Ids of those that belong to a branch that is not shown. */
  #hidden = new Set<string>()
  /** All turns but the last, and their messages: they do not change while it streams. */
  #earlierTurns = emptySnapshot.turns
  #earlierMessages = emptySnapshot.messages
  /** Those two have to be made again. */
  #isEarlierStale = false
  #turns = new JoinedList(emptySnapshot.turns, [])
  #messages = new JoinedList(emptySnapshot.messages, [])

  /** Whether a turn follows those of `load`. */
  get hasStreamed(): boolean {
    return this.#streamed.length > 0
  }

  /** Goes on from a snapshot without turns that the page has seen already: what does not change keeps its identity. */
  adopt(snapshot: Snapshot): void {
    this.snapshot = snapshot
    this.#fields = fieldsOf(snapshot)
    this.#turns = new JoinedList((this.#earlierTurns = snapshot.turns), [])
    this.#messages = new JoinedList((this.#earlierMessages = snapshot.messages), [])
  }

  /** Sets the session of a conversation that has not begun. */
  setSession(sessionId: string): void {
    this.#set({ sessionId }, false)
  }

  /** Replaces all turns by those of an earlier conversation. What is streamed follows them. */
  load(turns: readonly ImportedTurn[]): void {
    this.#imported = turns
    this.#streamed = []
    this.#isEarlierStale = true
    this.#set({}, true)
  }

  /** Applies changes. `listenerErrors` is counted in JavaScript, everything else in the core. */
  apply(delta: Delta, listenerErrors: number): void {
    const changed: Partial<Fields> = {}
    const haveTurnsChanged = delta.turnCount !== this.#streamed.length || delta.turns.length > 0
    if (delta.head) {
      const old = this.#fields
      const { error, retry, pacing, queue, quota, usage, monitor, ...always } = delta.head
      Object.assign(changed, always, {
        error: reuse(old.error, error, reuseIfEqual),
        retry: reuse(old.retry, retry, reuseIfEqual),
        pacing: reuse(old.pacing, pacing, reuseIfEqual),
        usage: reuse(old.usage, usage, reuseIfEqual),
        monitor: reuse(old.monitor, monitor, reuseIfEqual),
        queue: reuse(old.queue, queue, reuseEntries),
        quota: reuse(old.quota, quota, reuseEntries),
      })
      if (queue) changed.queued = queue.length
    }
    if (delta.sessions) changed.sessions = reuseEntries(this.#fields.sessions, delta.sessions)
    if (haveTurnsChanged) this.#applyTurns(delta)
    if (haveDiagnosticsChanged(this.#fields.diagnostics, delta.diagnostics, listenerErrors)) {
      changed.diagnostics = { ...delta.diagnostics, listenerErrors }
    }
    let hasChanged = haveTurnsChanged
    for (const key in changed) hasChanged ||= changed[key as keyof Fields] !== this.#fields[key as keyof Fields]
    if (hasChanged) this.#set(changed, haveTurnsChanged)
  }

  /** Appends text to one message: the common case while an answer streams. */
  append([index, work, thoughts, text, bytesRead, framesRead]: Appended): void {
    this.#streamed[index] = appendToTurn(this.#streamed[index]!, work, thoughts, text)
    if (this.#hidden.size || index < this.#streamed.length - 1) this.#isEarlierStale = true
    this.#set({ diagnostics: { ...this.#fields.diagnostics, bytesRead, framesRead } }, true)
  }

  /** The streamed turns of the branch that is shown. */
  get #shown(): Turn[] {
    return this.#hidden.size ? this.#streamed.filter(({ id }) => !this.#hidden.has(id)) : this.#streamed
  }

  #applyTurns(delta: Delta): void {
    const turns = this.#streamed
    if (delta.turnCount !== turns.length || this.#hidden.size) this.#isEarlierStale = true
    turns.length = Math.min(turns.length, delta.turnCount)
    for (const change of delta.turns) {
      const old = turns[change.index]
      // With another id: the conversation was cleared in between. Fresh: another version of it.
      const same = old?.id === `t${change.id}` ? old : undefined
      const turn = (turns[change.index] = reuseTurn(same, applyTurn(change.fresh ? undefined : same, change), change.fresh))
      if (change.facts?.hidden) {
        this.#hidden.add(turn.id)
        this.#isEarlierStale = true
      }
      else if (change.facts) this.#hidden.delete(turn.id)
      if (change.index < delta.turnCount - 1) this.#isEarlierStale = true
    }
  }

  #set(changed: Partial<Fields>, haveTurnsChanged: boolean): void {
    // The cast is safe: the core sends status, retry and isStreaming together.
    const fields = { ...this.#fields, ...changed } as Fields
    if (haveTurnsChanged) {
      this.#joinTurns()
      const last = this.#turns.end
      fields.timeline = last?.timeline ?? NO_TIMELINE
      fields.pause = last?.pause ?? null
    }
    this.#fields = fields
    // A copy of its own, because spreading a computed list would compute it.
    const next = this.#messages.isLong ? { ...fields } : fields
    defineList(next, 'turns', this.#turns)
    defineList(next, 'messages', this.#messages)
    this.snapshot = freezeInDevelopment(next as Snapshot)
  }

  #joinTurns(): void {
    const [imported, streamed] = [this.#imported, this.#shown]
    const last = streamed.at(-1) ?? imported.at(-1)
    if (this.#isEarlierStale) {
      this.#isEarlierStale = false
      this.#earlierTurns = streamed.length ? imported.concat(streamed.slice(0, -1)) : imported.slice(0, -1)
      this.#earlierMessages = reuseList(this.#earlierMessages, this.#earlierTurns.flatMap(messagesOf))
    }
    this.#turns = new JoinedList(this.#earlierTurns, last ? [last] : [])
    // A turn can change without its messages.
    this.#messages = this.#messages.or(new JoinedList(this.#earlierMessages, last ? messagesOf(last) : []))
  }
}

function fieldsOf({ turns: _, messages: __, ...fields }: Snapshot): Fields {
  return fields
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
