// One conversation on the page: a handler, and what the page's store shows of it, until the page shows another one.

import { Shown, type Message } from './message-list-sync'
import type { AgentUIPage, AgentUIState, AgentUIStore } from './page-store'
import type { Outcome, SessionEntry, Snapshot } from '../types/snapshot'
import type { StreamHandler } from '../types/handler'

/** For so long after the page was told of a session, what empties its messages is taken for its loader: seconds. */
const LOADER = 5

export interface TalkOptions {
  store: AgentUIStore
  handler: StreamHandler
  /** The session when it began; empty: a new one. */
  session: string
  /** What is asked, as text. */
  place: string
  members: boolean
  answerTeamName: string | undefined
  page(): AgentUIPage
  /** A run of a session began, or ended. */
  saw(entry: SessionEntry): void
  /** The page shows something else now; `isOver`: and nothing is under way any more. */
  left(isOver: boolean): void
}

export class Talk {
  readonly handler: StreamHandler
  #o: TalkOptions
  #shown: Shown
  /** It is this conversation that the page shows. */
  #on = true
  #writing = false
  /** The address has had our session. */
  #adopted = false
  #toldAt = -Infinity
  #told: string | null = null
  /** What the side bar was told last: not with each token again. */
  #entry: SessionEntry | null = null
  /** What the page's loader wanted to show in place of ours: another conversation, maybe. */
  #refused: Message[] | null = null
  #controller: AbortController | null = null
  /** What stands in front of ours has yet to be loaded by the page. */
  #awaitsHistory = false

  constructor(options: TalkOptions) {
    this.#o = options
    this.handler = options.handler
    this.#shown = new Shown(options)
    this.handler.subscribe(() => this.#heard())
  }

  isOf(place: string, session: string): boolean {
    return place === this.#o.place && (this.handler.getSnapshot().sessionId ?? '') === session
  }

  /** The session of the next message, where the address has not followed yet. */
  sessionFor(address: string | null | undefined): string | undefined {
    return this.#isBehind(address ?? '') ? this.handler.getSnapshot().sessionId ?? '' : undefined
  }

  send(form: FormData, messages: Message[]): Promise<Outcome> {
    const { isStreaming, turns } = this.handler.getSnapshot()
    if (!isStreaming) {
      this.#shown.start(withoutFailed(messages), turns.length)
      this.#awaitsHistory = this.#o.session !== '' && !messages.length
    }
    this.#refused = null
    const outcome = this.handler.send(form)
    this.#heard()
    return outcome
  }

  /** Shows what the handler already has: an answer that an earlier page began. */
  show(): void {
    this.#shown.start([], 0)
    this.#awaitsHistory = true
    this.#heard()
  }

  /** The page shows this session again. */
  comeBack(messages: Message[]): void {
    this.#on = true
    this.#adopted = true
    this.#awaitsHistory = true
    this.#shown.behind(messages, this.handler.getSnapshot())
    this.#heard()
  }

  /** Somebody has written the store's messages. */
  storeChanged(messages: Message[]): void {
    if (this.#writing || !this.#on) return
    const snapshot = this.handler.getSnapshot()
    const what = this.#shown.takesIn(messages, snapshot, this.#awaitsHistory)
    if (what === 'changed') return
    if (what === 'emptied') return this.#emptied(snapshot)
    if (what === 'another') return this.leave()
    this.#awaitsHistory = false
    this.#refused = messages
    this.#heard()
  }

  /** The address names this session now. */
  pageMoved(session: string): void {
    if (session && session === this.handler.getSnapshot().sessionId) this.#adopted = true
    else if (!this.#isBehind(session)) this.leave()
  }

  /** The page shows something else: what streams goes on, unseen. */
  leave(): void {
    if (!this.#on) return
    const { isStreaming } = this.handler.getSnapshot()
    if (this.#refused && this.#shown.isWritten(this.#state.messages)) this.#write(this.#refused)
    this.#on = false
    this.#setFields(null)
    if (!isStreaming) this.handler.dispose()
    this.#o.left(!isStreaming)
  }

  get #state(): AgentUIState {
    return this.#o.store.getState()
  }

  /** The page has not heard of our session yet, or does not want to. */
  #isBehind(address: string): boolean {
    return !this.#adopted && address === this.#o.session
  }

  /** A loader that found nothing, or a new chat? A new chat changes the address too, but a moment later. */
  #emptied({ sessionId }: Snapshot): void {
    const isOurs = () => sessionId !== null && this.#o.page().sessionId === sessionId
    if (!isOurs()) return this.leave()
    setTimeout(() => {
      const { isStreaming } = this.handler.getSnapshot()
      if (!this.#on || this.#state.messages.length) return
      if (isOurs() && (isStreaming || Date.now() / 1000 - this.#toldAt < LOADER)) this.#heard()
      else this.leave()
    }, 100)
  }

  /** Brings the page up to date. */
  #heard(): void {
    const snapshot = this.handler.getSnapshot()
    const { sessionId, sessions, isStreaming } = snapshot
    const entry = sessions.find(({ session_id }) => session_id === sessionId)
    if (entry && entry !== this.#entry) this.#o.saw((this.#entry = entry))
    if (!this.#on) {
      if (isStreaming) return
      this.handler.dispose()
      return this.#o.left(true)
    }
    const list = this.#shown.list(snapshot)
    if (!this.#shown.isWritten(this.#state.messages)) this.#write(list)
    this.#setFields(snapshot)
    if (sessionId && sessionId !== this.#told && sessionId !== this.#o.page().sessionId) {
      this.#told = sessionId
      this.#toldAt = Date.now() / 1000
      void this.#o.page().setSessionId?.(sessionId)
    }
  }

  #write(messages: Message[]): void {
    this.#writing = true
    this.#state.setMessages(messages)
    this.#writing = false
  }

  /** The fields besides the messages. `null`: of a page on which nothing is under way. */
  #setFields(snapshot: Snapshot | null): void {
    const state = this.#state
    const isOpen = Boolean(snapshot?.isStreaming || snapshot?.pause)
    if (!isOpen) this.#controller = null
    else if (!this.#controller || this.#controller.signal.aborted) {
      this.#controller = new AbortController()
      this.#controller.signal.addEventListener('abort', () => this.handler.cancel())
    }
    const set = <T>(now: T | undefined, wanted: T, setter: ((value: T) => void) | undefined) => now !== wanted && setter?.(wanted)
    set(state.isStreaming, snapshot?.isStreaming ?? false, state.setIsStreaming)
    set(state.activityStatus, snapshot?.activityStatus ?? null, state.setActivityStatus)
    set(state.streamingErrorMessage, snapshot?.error?.message ?? '', state.setStreamingErrorMessage)
    set(state.currentRunId, (isOpen && snapshot?.runId) || null, state.setCurrentRunId)
    set(state.abortController, this.#controller, state.setAbortController)
  }
}

/** Without the failed answer at the end, and what the user had asked: the next message takes their place. */
export function withoutFailed(messages: Message[]): Message[] {
  const last = messages.at(-1)
  if (last?.role !== 'agent' || !last.streamingError) return messages
  const asked = messages.map((message) => message?.role).lastIndexOf('user')
  return asked < 0 ? messages : messages.slice(0, asked)
}
