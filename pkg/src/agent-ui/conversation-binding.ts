// Binds one conversation's handler to the page's store, from its first send until the page shows another conversation. In: the
// handler's snapshots, the page's writes to the store, address changes. Out: the store's fields.
//
// An answer that still streams when the page leaves is not stopped; the binding stays detached until it ends or the page returns.

import { MessageListSync, type Message } from './message-list-sync'
import type { AgentUIPage, AgentUIState, AgentUIStore } from './page-store'
import type { Outcome, SessionEntry, Snapshot } from '../types/snapshot'
import type { StreamHandler } from '../types/handler'

/** Seconds after a session change during which clearing the messages is attributed to the page's session loader. */
const LOADER_SECONDS = 5

export interface BindingOptions {
  store: AgentUIStore
  handler: StreamHandler
  /** The session it started in; empty for a new one. */
  session: string
  /** Endpoint and component, as JSON. */
  targetKey: string
  members?: boolean
  answerTeamName?: string
  page(): AgentUIPage
  /** A run of the session started or ended. */
  onSession(entry: SessionEntry): void
  /** The page shows another conversation. `isOver`: the answer has ended, too. */
  onDetached(isOver: boolean): void
}

export class ConversationBinding {
  readonly handler: StreamHandler
  #options: BindingOptions
  #list: MessageListSync
  #isShown = true
  #writing = false
  /** The address has named this session at least once. */
  #isInAddress = false
  #addressSetAt = -Infinity
  #addressSet: string | null = null
  /** The session entry that was reported last: it is reported when it changes, not with each token. */
  #reported: SessionEntry | null = null
  /**
   * What the page's loader wrote before our list replaced it. Written back when the page leaves: it may be the other
   * conversation.
   */
  #overruled: Message[] | null = null
  #controller: AbortController | null = null
  /** The page has yet to load the session's earlier messages. */
  #awaitsHistory = false

  constructor(options: BindingOptions) {
    this.#options = options
    this.handler = options.handler
    this.#list = new MessageListSync(options)
    this.handler.subscribe(() => this.#sync())
  }

  matches(targetKey: string, session: string): boolean {
    return targetKey === this.#options.targetKey && (this.handler.getSnapshot().sessionId ?? '') === session
  }

  /** The session of the next message while the address lags behind; else undefined. */
  sessionFor(address: string | null | undefined): string | undefined {
    return this.#addressLags(address ?? '') ? this.handler.getSnapshot().sessionId ?? '' : undefined
  }

  send(message: string | FormData, messages: Message[]): Promise<Outcome> {
    const snapshot = this.handler.getSnapshot()
    if (!snapshot.isStreaming) {
      const kept = withoutFailed(messages)
      // Earlier turns stay in the list: they may be answered again, or edited.
      if (this.#list.storeWritten(kept, snapshot) !== 'edited') this.#list.start(kept, snapshot.turns.length)
      this.#awaitsHistory = this.#options.session !== '' && !messages.length
    }
    this.#overruled = null
    const outcome = this.handler.send(message)
    this.#sync()
    return outcome
  }

  /** The page shows this session again, or an unfinished answer of it that was stored. `isInAddress`: its address names it. */
  reattach(messages: Message[], isInAddress: boolean): void {
    this.#isShown = true
    this.#isInAddress = isInAddress
    this.#awaitsHistory = true
    this.#list.prependHistory(messages, this.handler.getSnapshot())
    this.#sync()
  }

  /** The store's messages changed. */
  storeChanged(messages: Message[]): void {
    if (this.#writing || !this.#isShown) return
    const snapshot = this.handler.getSnapshot()
    const write = this.#list.storeWritten(messages, snapshot, this.#awaitsHistory)
    if (write === 'edited') return
    if (write === 'cleared') return this.#cleared(snapshot)
    if (write === 'replaced') return this.detach()
    this.#awaitsHistory = false
    this.#overruled = messages
    this.#sync()
  }

  /** The address names `session` now. */
  addressChanged(session: string): void {
    if (session && session === this.handler.getSnapshot().sessionId) this.#isInAddress = true
    else if (!this.#addressLags(session)) this.detach()
  }

  /** The page shows another conversation. A streaming answer continues in the background. */
  detach(): void {
    if (!this.#isShown) return
    const { isStreaming } = this.handler.getSnapshot()
    if (this.#overruled && this.#list.isLastRendered(this.#state.messages)) this.#write(this.#overruled)
    this.#isShown = false
    this.#setFields(null)
    if (!isStreaming) this.handler.dispose()
    this.#options.onDetached(!isStreaming)
  }

  get #state(): AgentUIState {
    return this.#options.store.getState()
  }

  /** The address still names the session that the conversation started in. */
  #addressLags(address: string): boolean {
    return !this.#isInAddress && address === this.#options.session
  }

  /** A loader that found nothing, or a new chat? A new chat changes the address as well, but a moment later. */
  #cleared({ sessionId }: Snapshot): void {
    const isOurs = () => sessionId !== null && this.#options.page().sessionId === sessionId
    if (!isOurs()) return this.detach()
    setTimeout(() => {
      const { isStreaming } = this.handler.getSnapshot()
      if (!this.#isShown || this.#state.messages.length) return
      if (isOurs() && (isStreaming || Date.now() / 1000 - this.#addressSetAt < LOADER_SECONDS)) this.#sync()
      else this.detach()
    }, 100)
  }

  /** Writes the current snapshot to the page. */
  #sync(): void {
    const snapshot = this.handler.getSnapshot()
    const { sessionId, sessions, isStreaming } = snapshot
    const entry = sessions.find(({ session_id }) => session_id === sessionId)
    if (entry && entry !== this.#reported) this.#options.onSession((this.#reported = entry))
    // It was deleted: with the messages that the page had of it.
    if (!sessionId && this.#reported) this.#list.start([], 0)
    if (!this.#isShown) {
      if (isStreaming) return
      this.handler.dispose()
      return this.#options.onDetached(true)
    }
    const list = this.#list.render(snapshot)
    if (!this.#list.isLastRendered(this.#state.messages)) this.#write(list)
    this.#setFields(snapshot)
    if (sessionId && sessionId !== this.#addressSet && sessionId !== this.#options.page().sessionId) {
      this.#addressSet = sessionId
      this.#addressSetAt = Date.now() / 1000
      void this.#options.page().setSessionId?.(sessionId)
    }
  }

  #write(messages: Message[]): void {
    this.#writing = true
    this.#state.setMessages(messages)
    this.#writing = false
  }

  /** Writes the fields other than the messages. `null` resets them. */
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

/** Without a failed answer at the end and its question: the next message replaces them. */
export function withoutFailed(messages: Message[]): Message[] {
  const last = messages.at(-1)
  if (last?.role !== 'agent' || !last.streamingError) return messages
  const asked = messages.map((message) => message?.role).lastIndexOf('user')
  return asked < 0 ? messages : messages.slice(0, asked)
}
