// The list of messages that the page's store shall hold: what was there, then the turns of the handler, with what other code has
// changed of them since. In: turns, and the lists that other code wrote. Out: plain, mutable objects, one for each message, the
// same as long as the message is.

import type { ChatMessage } from '../types/message'
import type { PauseRequirement } from '../types/pause'
import type { Snapshot, Turn } from '../types/snapshot'

/** As the page has it: whatever it draws. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Message = any

/** What somebody wrote: of these messages, changed; a list of this session as the server has it; nothing; or another conversation. */
export type Change = 'changed' | 'reloaded' | 'emptied' | 'another'

interface Written {
  of: ChatMessage
  /** What else it was made from, as JSON. */
  extras: Record<string, string>
  /** The object in the store; what it held when it was put there. */
  message: Message
  sent: Record<string, unknown>
}

export class Shown {
  #base: Message[] = []
  /** The first of the handler's turns that is shown here: those before are part of what was there. */
  #from = 0
  #written = new Map<string, Written>()
  #edits = new Map<string, Record<string, unknown>>()
  #removed = new Set<string>()
  /** What other code put behind one of ours. */
  #behind = new Map<string, Message[]>()
  #last: Message[] | null = null
  #prefix = `${Math.random().toString(36).slice(2, 8)}-`

  constructor(private readonly o: { members: boolean; answerTeamName: string | undefined }) {}

  /** `messages` stand first from now on; of the handler, the turns from there. */
  start(messages: Message[], turns: number): void {
    this.#base = messages
    this.#from = turns
    for (const map of [this.#written, this.#edits, this.#removed, this.#behind]) map.clear()
    this.#last = null
  }

  /** The same turns, behind what the server has of the session before them. */
  behind(messages: Message[], { turns }: Snapshot): void {
    this.#base = withoutTail(messages, this.#asked(turns))
    this.#last = null
  }

  list(snapshot: Snapshot): Message[] {
    const ours = snapshot.turns.slice(this.#from).flatMap((turn) => this.#messagesOf(turn, snapshot))
    const list = [...this.#base, ...ours]
    if (!this.#last || list.length !== this.#last.length || list.some((message, at) => message !== this.#last![at])) this.#last = list
    return this.#last
  }

  isWritten(messages: Message[]): boolean {
    return messages === this.#last
  }

  /** Other code has written `messages`. `awaited`: the session's history is to be loaded yet. */
  takesIn(messages: Message[], snapshot: Snapshot, awaited: boolean): Change {
    if (!messages.length) return 'emptied'
    const first = messages.findIndex((message) => this.#written.has(message?.id))
    if (first >= 0) {
      this.#last = messages
      this.#edit(messages, first)
      return 'changed'
    }
    const known = new Set([...textsOf(this.#base), ...this.#asked(snapshot.turns)])
    if (awaited) this.behind(messages, snapshot)
    else if (!textsOf(messages).every((text) => known.has(text))) return 'another'
    return 'reloaded'
  }

  /** What the user said in the turns that are shown here. */
  #asked(turns: Turn[]): unknown[] {
    return turns.slice(this.#from).map(({ user }) => user?.content)
  }

  #edit(messages: Message[], first: number): void {
    this.#base = messages.slice(0, first)
    const there = new Set(messages.map(({ id }) => id))
    for (const id of this.#written.keys()) if (!there.has(id)) this.#removed.add(id)
    this.#behind.clear()
    let last = ''
    for (const message of messages.slice(first)) {
      const written = this.#written.get(message?.id)
      if (!written) this.#behind.set(last, [...(this.#behind.get(last) ?? []), message])
      else last = this.#changes(message, written)
    }
  }

  /** Notes what is not as it was put there: for a text that grew, what was added. */
  #changes(message: Message, written: Written): string {
    const { sent } = written
    const edits: Record<string, unknown> = { ...this.#edits.get(message.id) }
    for (const key of new Set([...Object.keys(message), ...Object.keys(sent)])) {
      if (message[key] !== sent[key]) edits[key] = message[key]
    }
    const before = String(written.of.content)
    if (typeof edits.content === 'string' && before && edits.content.startsWith(before)) {
      edits.added = edits.content.slice(before.length)
      delete edits.content
    }
    if (Object.keys(edits).length) this.#edits.set(message.id, edits)
    written.message = message
    written.sent = { ...message }
    return message.id
  }

  #messagesOf(turn: Turn, snapshot: Snapshot): Message[] {
    const work = this.o.members ? turn.work : []
    return [...(turn.user ? [turn.user] : []), ...work, turn.answer].flatMap((message) => {
      const id = this.#prefix + message.id
      const after = this.#behind.get(id) ?? []
      return this.#removed.has(id) ? after : [this.#message(id, message, message === turn.answer ? answerOf(turn, snapshot, this.o.answerTeamName) : workOf(message)), ...after]
    })
  }

  #message(id: string, of: ChatMessage, more: Record<string, unknown>): Message {
    const known = this.#written.get(id)
    const extras = Object.fromEntries(Object.entries(more).map(([key, value]) => [key, JSON.stringify(value) ?? '']))
    const news = known ? [...Object.keys(extras), ...Object.keys(known.extras)].filter((key) => extras[key] !== known.extras[key]) : []
    if (known?.of === of && !news.length) return known.message
    const { added, ...edits } = this.#edits.get(id) ?? {}
    // What was changed here is newer than what others made of it before.
    for (const key of news) delete edits[key]
    // A time that moves would move the message's key with it, and draw it anew. Pages print what is left of whole seconds.
    const created_at = known?.sent.created_at ?? Math.floor(of.created_at)
    const message: Message = { ...of, ...more, id, created_at, ...edits }
    if (typeof added === 'string') message.content += added
    this.#written.set(id, { of, extras, message, sent: { ...message } })
    return message
  }
}

/** What the pages want of an answer besides. */
function answerOf(turn: Turn, { error, sessionId, turns }: Snapshot, team: string | undefined): Record<string, unknown> {
  const { answer, pause } = turn
  const failed = answer.streamingError || (error !== null && turn === turns.at(-1)) ? (turn.error ?? error) : null
  const extras: Record<string, unknown> = { streamingError: failed !== null }
  if (!answer.tool_calls) extras.tool_calls = []
  if (answer.content_type && answer.content) extras.content = `\`\`\`json\n${answer.content}\n\`\`\``
  // A page may draw only what has a text, and only of one team: the banner is drawn inside of it.
  if (failed && !answer.content) extras.content = failed.message
  if (team && !answer.teamName && !answer.agentName) extras.teamName = team
  if (pause) Object.assign(extras, { hitlPaused: true, hitlRunId: pause.runId ?? turn.runId, hitlSessionId: sessionId, hitlRequirements: pause.requirements.map(asked) })
  return extras
}

function workOf(message: ChatMessage): Record<string, unknown> {
  if (message.role !== 'delegation') return message.role === 'agent' ? { streamingError: false } : {}
  return { isDelegation: true, delegationTask: message.content, content: `**Delegating to ${message.delegatedTo}:**\n\n${message.content}` }
}

/** A requirement in the words of the Cirkelline UI. */
function asked({ kind, fields, toolName, toolArgs }: PauseRequirement): Record<string, unknown> {
  return {
    needs_user_input: kind === 'input',
    needs_confirmation: kind === 'confirmation',
    user_input_schema: fields?.map(({ name, type, description, value }) => ({ name, field_type: type, description: description ?? '', value: value ?? null })),
    tool_name: toolName,
    tool_args: toolArgs,
  }
}

const textsOf = (messages: Message[]) => messages.filter((message) => message?.role === 'user').map(({ content }) => content)

/** Without the runs at its end that answer what was asked here. */
function withoutTail(messages: Message[], asked: unknown[]): Message[] {
  let end = messages.length
  for (let at = end - 1; at >= 0; at--) {
    if (messages[at]?.role !== 'user') continue
    if (!asked.includes(messages[at].content)) break
    end = at
  }
  return messages.slice(0, end)
}
