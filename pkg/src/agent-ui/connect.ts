// The connection of a page's store with the handlers behind its conversations.

import { createStreamHandler } from '../index'
import { SessionListSync } from './session-list-sync'
import { ConversationBinding, withoutFailed } from './conversation-binding'
import type { AgentUIPage, AgentUIState, AgentUIStore } from './page-store'
import type { Outcome } from '../types/snapshot'
import type { Resolution } from '../types/pause'
import type { HandlerOptions, StreamHandler } from '../types/handler'

/** The rest are the handler's own (`background`, `retry`, `activityTexts`, …). */
export interface AgentUIOptions extends Omit<HandlerOptions, 'endpoint' | 'agent' | 'team' | 'workflow' | 'sessionId'> {
  store: AgentUIStore
  /** Where AgentOS listens, asked at each send. Default: the store's `selectedEndpoint`. */
  endpoint?: () => string
  /**
   * Also put delegations and members' messages into the store, in front of the answer. For a page that draws them, as the
   * Cirkelline UI does; agent-ui would draw them as answers. Default false.
   */
  members?: boolean
  /** The team whose messages the page draws as answers. A failed answer that no team has claimed is given to it. */
  answerTeamName?: string
}

/** A page's store, connected. */
export interface AgentUI {
  /** Sends what the user said, and resolves with how it ended. A FormData goes out as it is, with the fields that it lacks. */
  send(input: string | FormData): Promise<Outcome>
  /** For an effect of the hook: what the address says now. */
  update(page: AgentUIPage): void
  /** Stops the answer, as aborting the store's `abortController` does. */
  cancel(): void
  /** Answers what a paused run asks: see `StreamHandler.continueRun`. */
  continueRun(resolutions: Resolution | Resolution[]): Promise<Outcome>
  /** The handler behind the conversation that is shown; null before the first send, and in a new chat. */
  readonly handler: StreamHandler | null
  /** Lets go of the store. Connecting another time to the same store does it too. */
  disconnect(): void
}

/** Call it once for each store, outside of components. */
export function connectAgentUI(options: AgentUIOptions): AgentUI {
  const { store } = options ?? {}
  if (typeof store?.getState !== 'function' || typeof store.subscribe !== 'function') {
    throw new TypeError('connectAgentUI: the option store must be a zustand store: an object with getState and subscribe')
  }
  if (typeof store.getState().setMessages !== 'function') throw new TypeError('connectAgentUI: the store has no setMessages')
  connected.get(store)?.disconnect()
  const connection = new Connection(options)
  connected.set(store, connection)
  return connection
}

/** A module that is loaded anew in development connects anew. */
const connected = new WeakMap<AgentUIStore, AgentUI>()

class Connection implements AgentUI {
  #options: AgentUIOptions
  #page: AgentUIPage = {}
  #sessionList: SessionListSync
  #shown: ConversationBinding | null = null
  /** Conversations that the page has left while they were streaming. */
  #detached = new Set<ConversationBinding>()
  #unsubscribe: () => void
  #triedRestore = false
  /** The session in the address when the page emptied its messages: the address follows later. */
  #clearedAddress: string | null = null

  constructor(options: AgentUIOptions) {
    this.#options = options
    this.#sessionList = new SessionListSync(options.store)
    this.#unsubscribe = options.store.subscribe((state, before) => {
      if (state.sessionsData !== before.sessionsData) this.#sessionList.storeChanged(state, before)
      if (state.messages === before.messages) return
      if (state.messages.length) this.#clearedAddress = null
      else if (before.messages.length) this.#clearedAddress = this.#page.sessionId ?? ''
      this.#shown?.storeChanged(state.messages)
    })
    this.send = this.send.bind(this)
    this.update = this.update.bind(this)
    this.cancel = this.cancel.bind(this)
    this.continueRun = this.continueRun.bind(this)
  }

  get handler(): StreamHandler | null {
    return this.#shown?.handler ?? null
  }

  async send(input: string | FormData): Promise<Outcome> {
    const state = this.#options.store.getState()
    const form = toFormData(input)
    const target = this.#target(state)
    if (!target) return this.#rejectSend(form, 'Please select an agent or team first.')
    const address = this.#page.sessionId ?? ''
    const session = this.#clearedAddress === address ? '' : (this.#shown?.sessionFor(address) ?? address)
    if (!this.#shown?.matches(JSON.stringify(target), session)) this.#bind(target, session)
    return this.#shown!.send(form, state.messages)
  }

  update(page: AgentUIPage): void {
    if (componentId(page) !== componentId(this.#page) && componentId(page) && componentId(this.#page)) this.#sessionList.clear()
    if (page.sessionId !== this.#page.sessionId) this.#clearedAddress = null
    this.#page = page
    this.#shown?.addressChanged(page.sessionId ?? '')
    if (!this.#shown && page.sessionId) this.#reattach(page.sessionId)
    if (!this.#shown) this.#restore()
  }

  cancel(): void {
    this.#shown?.handler.cancel()
  }

  continueRun(resolutions: Resolution | Resolution[]): Promise<Outcome> {
    return this.#shown?.handler.continueRun(resolutions) ?? Promise.resolve('cancelled')
  }

  disconnect(): void {
    this.#unsubscribe()
    this.#shown?.handler.dispose()
    for (const binding of this.#detached) binding.handler.dispose()
    this.#detached.clear()
    this.#shown = null
  }

  /** Which of the ids counts: as the page's mode says, if it has one. */
  #target({ mode, selectedEndpoint }: AgentUIState): HandlerOptions | null {
    const { agent, team, workflow } = this.#page
    const endpoint = this.#options.endpoint?.() ?? selectedEndpoint ?? null
    if (team && mode !== 'agent') return { endpoint, team }
    if (agent && mode !== 'team') return { endpoint, agent }
    if (workflow) return { endpoint, workflow }
    return this.#options.url ? { endpoint } : null
  }

  #bind(target: HandlerOptions, session: string): void {
    this.#shown?.detach()
    const { store, endpoint: _, members, answerTeamName, ...rest } = this.#options
    const bearer = () => (store.getState().authToken ? { Authorization: `Bearer ${store.getState().authToken}` } : {}) as Record<string, string>
    const handler = createStreamHandler({ headers: bearer, ...rest, ...target, sessionId: session || null })
    const binding: ConversationBinding = new ConversationBinding({
      store, handler, session, targetKey: JSON.stringify(target), members: members ?? false, answerTeamName,
      page: () => this.#page,
      onSession: (entry) => this.#sessionList.report(entry),
      onDetached: (isOver) => {
        if (this.#shown === binding) this.#shown = null
        if (!isOver) this.#detached.add(binding)
        else this.#detached.delete(binding)
      },
    })
    this.#shown = binding
  }

  /** The page shows a session again whose answer is still on its way. */
  #reattach(session: string): void {
    for (const binding of this.#detached) {
      if (binding.handler.getSnapshot().sessionId !== session) continue
      this.#detached.delete(binding)
      this.#shown = binding
      binding.reattach(this.#options.store.getState().messages)
    }
  }

  /** After a refresh: an answer that an earlier page has kept goes on. */
  #restore(): void {
    const { background, persist } = this.#options
    const target = this.#target(this.#options.store.getState())
    if (this.#triedRestore || !target || !(background || persist)) return
    this.#triedRestore = true
    this.#bind(target, this.#page.sessionId ?? '')
    const binding = this.#shown!
    if (binding.handler.getSnapshot().turns.length) binding.showRestored()
    else binding.detach()
  }

  /** The page is told as of any other failure. */
  #rejectSend(form: FormData, message: string): Outcome {
    const { messages, setMessages, setStreamingErrorMessage, setIsStreaming } = this.#options.store.getState()
    const created_at = Math.floor(Date.now() / 1000)
    const [user, answer] = [{ role: 'user', content: String(form.get('message') ?? '') }, { role: 'agent', content: message, streamingError: true }]
    setMessages([...withoutFailed(messages), { ...user, created_at }, { ...answer, created_at, ...(this.#options.answerTeamName && { teamName: this.#options.answerTeamName }) }])
    setStreamingErrorMessage?.(message)
    setIsStreaming?.(false)
    return 'failed'
  }
}

const componentId = ({ agent, team, workflow }: AgentUIPage) => team ?? agent ?? workflow

function toFormData(input: string | FormData): FormData {
  const form = new FormData()
  if (typeof input === 'string') form.set('message', input)
  else for (const [name, value] of input.entries()) form.append(name, value)
  return form
}
