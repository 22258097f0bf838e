// Holds the current snapshot and applies the core's changes to it. Snapshots are immutable and structurally shared: whatever did
// not change keeps its identity.

import type { Appended, Delta, HeadDelta } from '../wasm/core-delta'
import { defineList, JoinedList } from './joined-list'
import { reuseEntries, reuseIfEqual, reuseList } from './lazy-json'
import { emptySnapshot, NO_TIMELINE } from './empty-snapshot'
import { freezeInDevelopment } from './freeze'
import { appendToTurn, applyTurn, reuseTurn } from './turn'
import type { Snapshot as WritableSnapshot, Turn } from './writable'
import type { ChatMessage } from '../types/message'
import type { Diagnostics, Snapshot, Turn as ImportedTurn } from '../types/snapshot'

export class SnapshotStore {
  snapshot: Snapshot = emptySnapshot
  /** The snapshot's fields, except that a long list is another one: copying a computed property computes it. */
  #fields: WritableSnapshot = { ...emptySnapshot }
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
    this.#fields = { ...snapshot }
    this.#turns = new JoinedList((this.#earlierTurns = snapshot.turns), [])
    this.#messages = new JoinedList((this.#earlierMessages = snapshot.messages), [])
  }

  /** Sets the session of a conversation that has not begun. */
  setSession(sessionId: string): void {
    const fields = this.#copy()
    fields.sessionId = sessionId
    this.#set(fields, false)
  }

  /** Replaces all turns by those of an earlier conversation. What is streamed follows them. */
  load(turns: readonly ImportedTurn[]): void {
    this.#imported = turns
    this.#streamed = []
    this.#isEarlierStale = true
    this.#set(this.#copy(), true)
  }

  /** Applies changes. `listenerErrors` is counted in JavaScript, everything else in the core. */
  apply(delta: Delta, listenerErrors: number): void {
    const old = this.#fields
    const fields = this.#copy()
    const haveTurnsChanged = delta.turnCount !== this.#streamed.length || delta.turns.length > 0
    if (delta.head) applyHead(fields, delta.head)
    if (delta.sessions) fields.sessions = reuseEntries(old.sessions, delta.sessions)
    if (haveTurnsChanged) this.#applyTurns(delta)
    if (haveDiagnosticsChanged(old.diagnostics, delta.diagnostics, listenerErrors)) {
      fields.diagnostics = Object.assign(delta.diagnostics, { listenerErrors })
    }
    if (haveTurnsChanged || haveFieldsChanged(old, fields)) this.#set(fields, haveTurnsChanged)
  }

  /** Appends text to one message: the common case while an answer streams. */
  append([index, work, thoughts, text, bytesRead, framesRead]: Appended): void {
    this.#streamed[index] = appendToTurn(this.#streamed[index]!, work, thoughts, text)
    if (this.#hidden.size || index < this.#streamed.length - 1) this.#isEarlierStale = true
    const fields = this.#copy()
    const diagnostics = { ...fields.diagnostics } as { -readonly [Key in keyof Diagnostics]: Diagnostics[Key] }
    diagnostics.bytesRead = bytesRead
    diagnostics.framesRead = framesRead
    fields.diagnostics = diagnostics
    this.#set(fields, true)
  }

  /** Nothing but a spread: engines make an object slowly whose literal goes on after one. */
  #copy(): WritableSnapshot {
    return { ...this.#fields }
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

  #set(fields: WritableSnapshot, haveTurnsChanged: boolean): void {
    if (haveTurnsChanged) {
      this.#joinTurns()
      const last = this.#turns.end
      fields.timeline = last?.timeline ?? NO_TIMELINE
      fields.pause = last?.pause ?? null
    }
    this.#fields = fields
    const next = this.#messages.isLong ? this.#copy() : fields
    defineList(next, 'turns', this.#turns)
    defineList(next, 'messages', this.#messages)
    // The cast is safe: the core sends status, retry and isStreaming together.
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

/** Each by its name: engines are slow at properties whose name varies. */
function applyHead(fields: WritableSnapshot, head: HeadDelta): void {
  fields.status = head.status
  fields.isStreaming = head.isStreaming
  fields.activityStatus = head.activityStatus
  fields.sessionId = head.sessionId
  fields.runId = head.runId
  fields.resumable = head.resumable
  fields.queuePaused = head.queuePaused
  fields.error = reuse(fields.error, head.error, reuseIfEqual)
  fields.retry = reuse(fields.retry, head.retry, reuseIfEqual)
  fields.pacing = reuse(fields.pacing, head.pacing, reuseIfEqual)
  fields.usage = reuse(fields.usage, head.usage, reuseIfEqual)
  fields.monitor = reuse(fields.monitor, head.monitor, reuseIfEqual)
  fields.queue = reuse(fields.queue, head.queue, reuseEntries)
  fields.quota = reuse(fields.quota, head.quota, reuseEntries)
  if (head.queue) fields.queued = head.queue.length
}

function haveFieldsChanged(old: WritableSnapshot, fields: WritableSnapshot): boolean {
  for (const key in fields) if (fields[key as keyof Snapshot] !== old[key as keyof Snapshot]) return true
  return false
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
