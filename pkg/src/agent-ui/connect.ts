// Connects a page's store to handlers, one per conversation. It does what the page's hook did: it sends, and writes what the
// handler reports through the page's own setters.
//
// The store belongs to the page. Other code loads sessions into it, clears it and edits its messages, and the ids in the address
// change at any time; all of that must work as before.

import { isAddress } from '../agentos/endpoint'
import { createLazyHandler } from '../lazy/lazy-handler'
import { SessionListSync } from './session-list-sync'
import { ConversationBinding, withoutFailed } from './conversation-binding'
import type { AgentUIPage, AgentUIState, AgentUIStore } from './page-store'
import type { Outcome } from '../types/snapshot'
import type { Resolution } from '../types/pause'
import type { StreamHandler } from '../types/handler'
import type { HandlerOptions } from '../types/options'

/** Options of {@link connectAgentUI}: these, and the handler's own (`background`, `retry`, `activityTexts`, …). */
export interface AgentUIOptions extends Omit<HandlerOptions, 'endpoint' | 'agent' | 'team' | 'workflow' | 'sessionId'> {
  /** The page's store. */
  store: AgentUIStore
  /** The AgentOS base URL, called for each send. Default: the store's `selectedEndpoint`. */
  endpoint?: () => string
  /**
   * Also put delegations and members' messages into the store, in front of the answer. Only for a page that shows them
   * as such: agno-agi/agent-ui would show them as answers. Default false.
   */
  members?: boolean
  /**
   * The team whose messages the page shows as answers. An answer that fails before any team has named itself is given this name.
   */
  answerTeamName?: string
}

/**
 * The handler's methods for the conversation on the page: answer again, versions, following, the session's own, the queue. If the
 * page has loaded a session by itself, the first one that needs its turns opens it in the handler.
 */
export type ConversationActions = Omit<StreamHandler, NotActions>

type NotActions =
  | 'send' | 'cancel' | 'continueRun' | 'resume' | 'retryNow' | 'dismissError' | 'loadSessions'
  | 'begin' | 'feed' | 'end' | 'subscribe' | 'getSnapshot' | 'getServerSnapshot' | 'load' | 'clear' | 'dispose'

/** Their names, among the handler's methods. */
const ACTIONS = /reg|edi|fol|sion$|Que/
/** Those that return at once. Without a conversation there is nothing to act on. */
const SYNCHRONOUS = /Ver|Que/

/** What {@link connectAgentUI} returns. */
export interface AgentUI extends ConversationActions {
  /**
   * Sends a message and resolves with how the answer ended. A FormData is sent as it is, plus the fields it lacks. Without an
   * agent, team, workflow or url it resolves as `failed`, and the page shows why.
   */
  send(input: string | FormData): Promise<Outcome>
  /** Call it after each render with the ids in the page's address. */
  update(page: AgentUIPage): void
  /** Cancels the answer, as aborting the store's `abortController` does. */
  cancel(): void
  /** Answers a paused run's question: see `StreamHandler.continueRun`. Resolves as `cancelled` if there is no conversation. */
  continueRun(resolutions: Resolution | Resolution[]): Promise<Outcome>
  /** The handler of the conversation on the page; null before the first send and in a new chat. */
  readonly handler: StreamHandler | null
  /** Disposes of all handlers and releases the store. Connecting again to the same store does this first. */
  disconnect(): void
}

/**
 * Connects a page's store. Call it once per store, outside of components.
 *
 * Throws a TypeError if `store` has no `getState` and `subscribe`, or its state no `setMessages`.
 */
export function connectAgentUI(options: AgentUIOptions): AgentUI {
  const store = options?.store
  if (typeof store?.getState !== 'function' || typeof store.subscribe !== 'function' || typeof store.getState().setMessages !== 'function') {
    throw new TypeError('connectAgentUI: store must be a zustand store, with setMessages')
  }
  connected.get(store)?.disconnect()
  const connection = new Connection(options)
  connected.set(store, connection)
  return connection
}

/** Hot module replacement connects again without disconnecting. */
const connected = new WeakMap<AgentUIStore, AgentUI>()

interface Connection extends ConversationActions {}

class Connection implements AgentUI {
  #options: AgentUIOptions
  #page: AgentUIPage = {}
  #sessionList: SessionListSync
  #shown: ConversationBinding | null = null
  /** Conversations that stream on after the page has left them. */
  #detached = new Set<ConversationBinding>()
  #isOver = false
  #unsubscribe: () => void
  #triedRestore = false
  /** Waits for the core, to show an answer that was stored. */
  #restoring: StreamHandler | null = null
  /** The session in the address when the page cleared its messages, which comes before the address changes. */
  #clearedAddress: string | null = null

  constructor(options: AgentUIOptions) {
    this.#options = options
    for (const name of Object.keys(createLazyHandler()) as (keyof ConversationActions)[]) {
      if (ACTIONS.test(name)) (this as any)[name] = (first?: unknown, second?: unknown) => this.#act(name, first, second)
    }
    this.#sessionList = new SessionListSync(options.store)
    this.#unsubscribe = options.store.subscribe((state, before) => {
      if (state.sessionsData !== before.sessionsData) this.#sessionList.storeChanged(state, before)
      if (state.messages === before.messages) return
      if (state.messages.length) this.#clearedAddress = null
      else if (before.messages.length) this.#clearedAddress = this.#page.sessionId ?? ''
      this.#shown?.storeChanged(state.messages)
    })
  }

  get handler(): StreamHandler | null {
    return this.#shown?.handler ?? null
  }

  // Without `this`, so that each method can be passed on by itself.
  send = async (input: string | FormData): Promise<Outcome> => {
    const state = this.#state
    const target = this.#target(state)
    if (!target) return this.#rejectSend(input, 'Please select an agent or team first.')
    const address = this.#page.sessionId ?? ''
    const session = this.#clearedAddress === address ? '' : (this.#shown?.sessionFor(address) ?? address)
    if (!this.#shown?.matches(JSON.stringify(target), session)) this.#bind(target, session)
    return this.#shown!.send(input, state.messages)
  }

  update = (page: AgentUIPage): void => {
    const [now, before] = [page, this.#page].map(componentId)
    if (now && before && now !== before) this.#sessionList.clear()
    if (page.sessionId !== this.#page.sessionId) this.#clearedAddress = null
    this.#page = page
    this.#shown?.addressChanged(page.sessionId ?? '')
    if (!this.#shown && page.sessionId) this.#reattach(page.sessionId)
    if (!this.#shown) this.#restore()
  }

  cancel = (): void => {
    this.handler?.cancel()
  }

  continueRun = async (resolutions: Resolution | Resolution[]): Promise<Outcome> => {
    return this.handler?.continueRun(resolutions) ?? 'cancelled'
  }

  /** Without a conversation, opens the session that the page has loaded. */
  #act(name: keyof ConversationActions, first: unknown, second: unknown): unknown {
    // The store: the calls about sessions update its list.
    const act = (handler: StreamHandler) => (handler[name] as (...args: unknown[]) => unknown)(first, second, this.#options.store)
    if (this.handler) return act(this.handler)
    if (SYNCHRONOUS.test(name)) return false
    const [handler, show, session] = this.#prepare(true)
    return Promise.resolve(session && handler.openSession(session)).then(() => {
      // Meanwhile the page may have left the session, or another call, or a message, may have been faster.
      const isHere = session === (this.#page.sessionId ?? '')
      if (this.#isOver) handler.dispose()
      else if (isHere && !this.#shown) show()
      return act((isHere && this.handler) || handler)
    }, (error) => {
      handler.dispose()
      throw error
    })
  }

  /** A handler for the ids of the page, and how to show its conversation: to be called once it has turns. */
  #prepare(isInAddress: boolean): [handler: StreamHandler, show: () => void, session: string] {
    const target = this.#target(this.#state)!
    const session = this.#page.sessionId ?? ''
    const handler = createLazyHandler(this.#handlerOptions(target, session))
    return [handler, () => {
      this.#bind(target, session, handler)
      // The page may have loaded the session meanwhile, or has yet to.
      this.#shown!.reattach(this.#state.messages, isInAddress)
    }, session]
  }

  get #state(): AgentUIState {
    return this.#options.store.getState()
  }

  disconnect(): void {
    this.#isOver = true
    this.#unsubscribe()
    this.#restoring?.dispose()
    this.handler?.dispose()
    for (const binding of this.#detached) binding.handler.dispose()
    this.#detached.clear()
    this.#shown = null
  }

  /** Which of the page's ids is the target; its `mode` decides, if it has one. Null if there is none. */
  #target({ mode, selectedEndpoint }: AgentUIState): HandlerOptions | null {
    const { agent, team, workflow } = this.#page
    const given = this.#options.endpoint?.() ?? selectedEndpoint ?? null
    const endpoint = given && withScheme(given)
    if (team && mode !== 'agent') return { endpoint, team }
    if (agent && mode !== 'team') return { endpoint, agent }
    if (workflow) return { endpoint, workflow }
    return this.#options.url ? { endpoint } : null
  }

  #handlerOptions(target: HandlerOptions, session: string): HandlerOptions {
    const { store, endpoint: _, members: __, answerTeamName: ___, ...rest } = this.#options
    const bearer = () => (store.getState().authToken ? { Authorization: `Bearer ${store.getState().authToken}` } : {}) as Record<string, string>
    return { headers: bearer, ...rest, ...target, sessionId: session || null }
  }

  #bind(target: HandlerOptions, session: string, handler = createLazyHandler(this.#handlerOptions(target, session))): void {
    this.#shown?.detach()
    this.#restoring?.dispose()
    this.#restoring = null
    const binding: ConversationBinding = new ConversationBinding({
      ...this.#options, handler, session, targetKey: JSON.stringify(target),
      page: () => this.#page,
      onSession: (entry) => this.#sessionList.report(entry),
      onDetached: (isOver) => {
        if (this.#shown === binding) this.#shown = null
        this.#detached[isOver ? 'delete' : 'add'](binding)
      },
    })
    this.#shown = binding
  }

  /** The page shows a session again whose answer is still streaming. */
  #reattach(session: string): void {
    for (const binding of this.#detached) {
      if (binding.handler.getSnapshot().sessionId !== session) continue
      this.#detached.delete(binding)
      this.#shown = binding
      binding.reattach(this.#state.messages, true)
    }
  }

  /** After a refresh: resumes an unfinished answer that was persisted. */
  #restore(): void {
    const { background, persist } = this.#options
    if (this.#triedRestore || !this.#target(this.#state) || !(background || persist)) return
    this.#triedRestore = true
    const [handler, show] = this.#prepare(false)
    this.#restoring = handler
    const stop = handler.subscribe(() => {
      if (!handler.getSnapshot().turns.length) return
      stop()
      this.#restoring = null
      show()
    })
  }

  /** Shown as any other failure. */
  #rejectSend(input: string | FormData, message: string): Outcome {
    const { messages, setMessages, setStreamingErrorMessage, setIsStreaming } = this.#state
    const created_at = Math.floor(Date.now() / 1000)
    setMessages([
      ...withoutFailed(messages),
      { role: 'user', content: typeof input === 'string' ? input : `${input.get('message') ?? ''}`, created_at },
      { role: 'agent', content: message, created_at, streamingError: true, ...(this.#options.answerTeamName && { teamName: this.#options.answerTeamName }) },
    ])
    setStreamingErrorMessage?.(message)
    setIsStreaming?.(false)
    return 'failed'
  }
}

/** As agent-ui completes what its user typed: http for localhost and IP addresses, else https. */
const withScheme = (endpoint: string) => isAddress(endpoint) ? endpoint : `${/^(localhost|[\d.]+(:|$))/.test(endpoint) ? 'http' : 'https'}://${endpoint}`

const componentId = ({ agent, team, workflow }: AgentUIPage) => team ?? agent ?? workflow
