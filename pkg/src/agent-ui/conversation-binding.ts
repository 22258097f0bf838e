// One conversation on the page: a handler, and what the page's store shows of it, until the page shows another one.

import { MessageListSync, type Message } from './message-list-sync'
import type { AgentUIPage, AgentUIState, AgentUIStore } from './page-store'
import type { Outcome, SessionEntry, Snapshot } from '../types/snapshot'
import type { StreamHandler } from '../types/handler'

/** For so long after the page was told of a session, what empties its messages is taken for its loader: seconds. */
const LOADER_SECONDS = 5

export interface BindingOptions {
  store: AgentUIStore
  handler: StreamHandler
  /** The session when it began; empty: a new one. */
  session: string
  /** What is asked, as text. */
  targetKey: string
  members: boolean
  answerTeamName: string | undefined
  page(): AgentUIPage
  /** A run of a session began, or ended. */
  onSession(entry: SessionEntry): void
  /** The page shows something else now; `isOver`: and nothing is under way any more. */
  onDetached(isOver: boolean): void
}

export class ConversationBinding {
  readonly handler: StreamHandler
  #options: BindingOptions
  #list: MessageListSync
  /** It is this conversation that the page shows. */
  #isShown = true
  #writing = false
  /** The address has had our session. */
  #isInAddress = false
  #addressSetAt = -Infinity
  #addressSet: string | null = null
  /** What the side bar was told last: not with each token again. */
  #reported: SessionEntry | null = null
  /** What the page's loader wanted to show in place of ours: another conversation, maybe. */
  #overruled: Message[] | null = null
  #controller: AbortController | null = null
  /** What stands in front of ours has yet to be loaded by the page. */
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

  /** The session of the next message, where the address has not followed yet. */
  sessionFor(address: string | null | undefined): string | undefined {
    return this.#addressLags(address ?? '') ? this.handler.getSnapshot().sessionId ?? '' : undefined
  }

  send(form: FormData, messages: Message[]): Promise<Outcome> {
    const { isStreaming, turns } = this.handler.getSnapshot()
    if (!isStreaming) {
      this.#list.start(withoutFailed(messages), turns.length)
      this.#awaitsHistory = this.#options.session !== '' && !messages.length
    }
    this.#overruled = null
    const outcome = this.handler.send(form)
    this.#sync()
    return outcome
  }

  /** Shows what the handler already has: an answer that an earlier page began. */
  showRestored(): void {
    this.#list.start([], 0)
    this.#awaitsHistory = true
    this.#sync()
  }

  /** The page shows this session again. */
  reattach(messages: Message[]): void {
    this.#isShown = true
    this.#isInAddress = true
    this.#awaitsHistory = true
    this.#list.prependHistory(messages, this.handler.getSnapshot())
    this.#sync()
  }

  /** Somebody has written the store's messages. */
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

  /** The address names this session now. */
  addressChanged(session: string): void {
    if (session && session === this.handler.getSnapshot().sessionId) this.#isInAddress = true
    else if (!this.#addressLags(session)) this.detach()
  }

  /** The page shows something else: what streams goes on, unseen. */
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

  /** The page has not heard of our session yet, or does not want to. */
  #addressLags(address: string): boolean {
    return !this.#isInAddress && address === this.#options.session
  }

  /** A loader that found nothing, or a new chat? A new chat changes the address too, but a moment later. */
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

  /** Brings the page up to date. */
  #sync(): void {
    const snapshot = this.handler.getSnapshot()
    const { sessionId, sessions, isStreaming } = snapshot
    const entry = sessions.find(({ session_id }) => session_id === sessionId)
    if (entry && entry !== this.#reported) this.#options.onSession((this.#reported = entry))
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
