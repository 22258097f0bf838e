// Computes the message list for the page's store: the earlier messages, then the handler's turns, with the edits that other code
// made to them. In: snapshots, and lists that other code wrote. Out: plain, mutable objects, one per message, the same object
// until the message changes.

import type { ChatMessage } from '../types/message'
import type { StreamHandler } from '../types/handler'
import type { InspectableHandler, RecorderHooks } from '../types/recorder-hooks'
import type { Snapshot, Turn } from '../types/snapshot'

/** A message of the page, in the page's own type. */
export type Message = any

/** What other code wrote: our messages, edited; this session as the server stored it; an empty list; or another conversation. */
export type StoreWrite = 'edited' | 'reloaded' | 'cleared' | 'replaced'

interface Rendered {
  source: ChatMessage
  /** The fields added for the page. */
  extras: Record<string, unknown>
  /** The object in the store, and a copy of it as it was written. */
  message: Message
  original: Record<string, unknown>
}

export class MessageListSync {
  #base: Message[] = []
  /** The first of the handler's turns to render; the earlier ones are part of `#base`. */
  #firstTurn = 0
  #rendered = new Map<string, Rendered>()
  #edits = new Map<string, Record<string, unknown>>()
  #removed = new Set<string>()
  /** Messages that other code inserted, by the id of ours before them. */
  #insertedAfter = new Map<string, Message[]>()
  #lastList: Message[] | null = null
  /** The messages of turns that others follow: they change with their turn, or with what other code wrote. */
  #settled = new WeakMap<Turn, Message[]>()
  #prefix = `${Math.random()}-`

  constructor(private readonly options: { handler: StreamHandler; members?: boolean; answerTeamName?: string }) {}

  /** From now on the list is `messages`, followed by the handler's turns from index `turns` on. */
  start(messages: Message[], turns: number): void {
    this.#base = messages
    this.#firstTurn = turns
    for (const map of [this.#rendered, this.#edits, this.#removed, this.#insertedAfter]) map.clear()
    this.#settled = new WeakMap()
    this.#lastList = null
  }

  /** Puts the session as the server stored it in front of the same turns. */
  prependHistory(messages: Message[], { turns }: Snapshot): void {
    this.#base = withoutAskedTail(messages, this.#userTexts(turns))
    this.#lastList = null
  }

  render(snapshot: Snapshot): Message[] {
    const last = snapshot.turns.at(-1)
    const ours = snapshot.turns.slice(this.#firstTurn).flatMap((turn) => {
      const messages = (turn !== last && this.#settled.get(turn)) || this.#messagesOf(turn, snapshot)
      if (turn !== last) this.#settled.set(turn, messages)
      return messages
    })
    const list = [...this.#base, ...ours]
    if (list.length !== this.#lastList?.length || list.some((message, at) => message !== this.#lastList![at])) this.#lastList = list
    return this.#lastList!
  }

  isLastRendered(messages: Message[]): boolean {
    return messages === this.#lastList
  }

  /** Other code wrote `messages`. `awaitsHistory`: the page has yet to load the session's earlier messages. */
  storeWritten(messages: Message[], snapshot: Snapshot, awaitsHistory?: boolean): StoreWrite {
    if (!messages.length) return 'cleared'
    const first = messages.findIndex((message) => this.#rendered.has(message?.id))
    if (first >= 0) {
      this.#collectEdits(messages, first)
      this.#lastList = messages
      return 'edited'
    }
    const known = [...userTextsOf(this.#base), ...this.#userTexts(snapshot.turns)]
    if (awaitsHistory) this.prependHistory(messages, snapshot)
    else if (!userTextsOf(messages).every((text) => known.includes(text))) return 'replaced'
    return 'reloaded'
  }

  /** The user's texts of the rendered turns. */
  #userTexts(turns: readonly Turn[]): unknown[] {
    return turns.slice(this.#firstTurn).map(({ user }) => user?.content)
  }

  #collectEdits(messages: Message[], first: number): void {
    this.#base = messages.slice(0, first)
    this.#settled = new WeakMap()
    const there = new Set(messages.map(({ id }) => id))
    // Messages of versions that are not shown were not there before, either.
    this.#lastList?.forEach((message) => there.has(message?.id) || this.#removed.add(message?.id))
    this.#insertedAfter.clear()
    let last = ''
    for (const message of messages.slice(first)) {
      const rendered = this.#rendered.get(message?.id)
      if (!rendered) this.#insertedAfter.set(last, [...(this.#insertedAfter.get(last) ?? []), message])
      else last = this.#diff(message, rendered)
    }
  }

  /** Records what differs from what was written; for a text that was appended to, only the addition. Returns the id. */
  #diff(message: Message, rendered: Rendered): string {
    const { original } = rendered
    const edits: Record<string, unknown> = { ...this.#edits.get(message.id) }
    for (const key of new Set([...Object.keys(message), ...Object.keys(original)])) {
      if (message[key] !== original[key]) edits[key] = message[key]
    }
    const before = String(rendered.source.content)
    if (typeof edits.content === 'string' && before && edits.content.startsWith(before)) {
      edits.added = edits.content.slice(before.length)
      delete edits.content
    }
    if (Object.keys(edits).length) this.#edits.set(message.id, edits)
    rendered.message = message
    rendered.original = { ...message }
    return message.id
  }

  #messagesOf(turn: Turn, snapshot: Snapshot): Message[] {
    const work = this.options.members ? turn.work : []
    return [...(turn.user ? [turn.user] : []), ...work, turn.answer].flatMap((message) => {
      const id = this.#prefix + message.id
      const after = this.#insertedAfter.get(id) ?? []
      return this.#removed.has(id) ? after : [this.#message(id, message, message === turn.answer ? answerExtras(turn, snapshot, this.options) : workExtras(message)), ...after]
    })
  }

  #message(id: string, source: ChatMessage, extra: Record<string, unknown>): Message {
    const known = this.#rendered.get(id)
    // A copy: the page may write into what it is given.
    const extras = JSON.parse(JSON.stringify(extra))
    const changed = Object.keys({ ...extras, ...known?.extras }).filter((key) => JSON.stringify(extras[key]) !== JSON.stringify(known?.extras[key]))
    if (known?.source === source && !changed.length) return known.message
    const { added, ...edits } = this.#edits.get(id) ?? {}
    // A field that the handler changed since wins over an earlier edit.
    for (const key of changed) delete edits[key]
    // Pages use created_at as a key, so it must not change, and print it as whole seconds.
    const created_at = known?.original.created_at ?? Math.floor(source.created_at)
    const message: Message = { ...source, ...extra, id, created_at, ...edits }
    if (typeof added === 'string') message.content += added
    this.#rendered.set(id, { source, extras, message, original: { ...message } })
    return message
  }
}

/** The fields that pages expect of an answer besides the handler's own. */
function answerExtras(turn: Turn, { error, sessionId, turns }: Snapshot, { answerTeamName: team, handler }: MessageListSync['options']): Record<string, unknown> {
  const { answer, pause } = turn
  const failed = answer.streamingError || (error !== null && turn === turns.at(-1)) ? (turn.error ?? error) : null
  const extras: Record<string, unknown> = { streamingError: failed !== null }
  if (!answer.tool_calls) extras.tool_calls = []
  if (answer.content_type && answer.content) extras.content = `\`\`\`json\n${answer.content}\n\`\`\``
  // A page may show only messages with a text, and of one team, and the error banner only inside such a message.
  if (failed && !answer.content) extras.content = failed.message
  if (team && !answer.teamName && !answer.agentName) extras.teamName = team
  // There is none before the core is there.
  if (pause) Object.assign(extras, ((handler as InspectableHandler).inside() as RecorderHooks).hitlFields!(turn, sessionId))
  return extras
}

function workExtras(message: ChatMessage): Record<string, unknown> {
  if (message.role !== 'delegation') return message.role === 'agent' ? { streamingError: false } : {}
  return { isDelegation: true, delegationTask: message.content, content: `**Delegating to ${message.delegatedTo}:**\n\n${message.content}` }
}

const userTextsOf = (messages: Message[]) => messages.filter((message) => message?.role === 'user').map(({ content }) => content)

/** Without the trailing runs that answer the texts in `asked`: the handler's turns show them. */
function withoutAskedTail(messages: Message[], asked: unknown[]): Message[] {
  let end = messages.length
  for (let at = end - 1; at >= 0; at--) {
    if (messages[at]?.role !== 'user') continue
    if (!asked.includes(messages[at].content)) break
    end = at
  }
  return messages.slice(0, end)
}
