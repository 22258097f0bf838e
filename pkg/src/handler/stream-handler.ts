// The object that `createStreamHandler` returns. It validates arguments and what may be called after `dispose()`; core-driver.ts
// does the rest. The methods are documented in types/handler.ts.

import { resolutionFields } from '../agentos/pause-resolution'
import { fetchSessions } from '../agentos/sessions'
import { emptySnapshot } from '../snapshot/empty-snapshot'
import { answerPause } from './answer-pause'
import { resolveFields } from './core-config'
import { CoreDriver } from './core-driver'
import { FailedMarks } from './failed-marks'
import { Follower } from './follower'
import { filesIn } from './form-data'
import { assertText, dropsQueue, isNumber, queueIndex } from './queue-arguments'
import { edit } from './edit'
import { regenerate } from './regenerate'
import { assertConversation } from './load-arguments'
import { sendArguments } from './send-arguments'
import { deleteSession, forkSession, renameSession } from './session-actions'
import { listFilter } from './session-changes'
import { SessionNews } from './session-news'
import type { SessionStore } from './page-session-list'
import { noteLeft } from './stored-run-end'
import { takeUpEdit } from './stored-turns'
import { turnNumber } from './turn-argument'
import { assertArgument, validateOptions } from './validate-options'
import type { SendOptions, StreamHandler } from '../types/handler'
import type { HandlerOptions } from '../types/options'
import type { Resolution } from '../types/pause'
import type { InspectableHandler, RecorderHooks } from '../types/recorder-hooks'
import type { Outcome, SessionEntry, Snapshot } from '../types/snapshot'
import type { ModuleSource } from '../wasm/loader'

/** Throws if an option is invalid, or the module cannot be started. */
export function makeStreamHandler(source: ModuleSource, given: HandlerOptions): InspectableHandler {
  const driver = new CoreDriver(source, validateOptions(given))
  const follower = new Follower(driver)
  const marks = new FailedMarks(driver)
  driver.news = new SessionNews(driver, follower)
  takeUpEdit(driver)
  const load: StreamHandler['load'] = (conversation) => {
    assertConversation(conversation)
    if (driver.isDisposed) return
    noteLeft(driver)
    driver.show(conversation.sessionId, conversation.messages)
    if (conversation.sessionId !== null) void follower.look()
  }
  // Without `this`, so that `const { send } = handler` and useSyncExternalStore(h.subscribe, h.getSnapshot) work.
  return {
    async send(message: string | FormData, options?: SendOptions): Promise<Outcome> {
      if (driver.isDisposed) throw new Error('ai-stream-handler: send() after dispose()')
      const { text, form, files, isNow, isBackground, isEmpty } = sendArguments(driver.options, message, options)
      if (isEmpty) return 'cancelled'
      driver.generation++
      return driver.startCall((ticket) => {
        if (isNow) driver.core.sendNow(ticket, text, files)
        else driver.core.send(ticket, text, files, isBackground)
      }, form)
    },

    async resume(): Promise<Outcome> {
      if (!driver.isDisposed && !driver.hasRun) throw new Error('ai-stream-handler: resume() without an answer to resume')
      return driver.resume()
    },

    async continueRun(resolutions: Resolution | readonly Resolution[]): Promise<Outcome> {
      if (driver.isDisposed) return 'cancelled'
      const list = (Array.isArray(resolutions) ? resolutions : [resolutions]) as readonly Resolution[]
      for (const given of list) assertArgument('continueRun', 'what confirm(), reject(), fill() or giveResult() made, or a list of it', given, given?.requirement)
      assertArgument('continueRun', 'at least one answer', list, list.length)
      if (driver.snapshot.status !== 'paused') throw new Error('ai-stream-handler: continueRun() without a paused run')
      return answerPause(driver, resolutionFields(list))
    },

    regenerate(options) {
      return regenerate(driver, options)
    },

    edit: (turn, message) => edit(driver, turn, message),
    follow: (sessionId) => follower.follow(sessionId),

    showVersion(turn, index) {
      const id = turnNumber('showVersion', turn)
      assertArgument('showVersion', 'the index of a version', index, typeof index === 'number')
      return !driver.isDisposed && isNumber(index) && driver.core.showVersion(id, index)
    },

    retryNow(): boolean {
      return !driver.isDisposed && driver.core.retryNow()
    },

    cancelQueued(id: number): boolean {
      return !driver.isDisposed && isNumber(id) && driver.core.cancelQueued(id)
    },

    editQueued(id: number, text: string): boolean {
      assertText(text)
      if (driver.isDisposed || !isNumber(id)) return false
      const form = driver.calls.formOf(id)
      // As `send`, it does not send an empty message.
      if ((!text.trim() && !(form && filesIn(form).length)) || !driver.core.editQueued(id, text)) return false
      form?.set('message', text)
      return true
    },

    moveQueued(id: number, index: number): boolean {
      const position = queueIndex(index)
      return !driver.isDisposed && isNumber(id) && driver.core.moveQueued(id, position)
    },

    sendQueuedNow(id: number): boolean {
      return !driver.isDisposed && isNumber(id) && driver.core.sendQueuedNow(id)
    },

    resumeQueue(): boolean {
      return !driver.isDisposed && driver.core.resumeQueue()
    },

    cancel(options?: { queue?: 'keep' | 'drop' }): void {
      const isAll = dropsQueue(options)
      if (driver.isDisposed) return
      if (isAll) driver.core.cancelAll()
      else driver.core.cancel()
    },

    begin(text?: string, { name }: { name?: string } = {}): void {
      for (const given of [text, name]) assertArgument('begin', 'a message and a name that are texts', given, given == null || typeof given === 'string')
      if (!driver.isDisposed) driver.core.begin(text ?? null, name ?? null)
    },

    feed(bytes: Uint8Array): void {
      assertArgument('feed', 'a Uint8Array', bytes, ArrayBuffer.isView(bytes))
      if (!driver.isDisposed) driver.feed(bytes)
    },

    end(): void {
      if (!driver.isDisposed) driver.core.end()
    },

    subscribe(listener: () => void): () => void {
      assertArgument('subscribe', 'a function', listener, typeof listener === 'function')
      return driver.isDisposed ? () => {} : driver.subscribe(listener)
    },

    getSnapshot(): Snapshot {
      return driver.snapshot
    },

    getServerSnapshot(): Snapshot {
      return emptySnapshot
    },

    dismissError(): void {
      if (!driver.isDisposed) driver.core.dismissError()
    },

    async loadSessions(options?: { limit?: number; page?: number }): Promise<SessionEntry[]> {
      if (driver.isDisposed) return []
      const { limit = 50, page = 1 } = options ?? {}
      const asShown = listFilter(driver)
      const listed = asShown(await fetchSessions(driver.options, resolveFields(driver.options).user_id, limit, page))
      const ids = new Set<string>()
      for (const session of listed) {
        if (driver.isDisposed) break
        ids.add(session[0])
        driver.core.listSession(...session)
      }
      await marks.update(listed)
      return driver.snapshot.sessions.filter(({ session_id }) => ids.has(session_id))
    },

    // agent-ui passes the page's store as a third argument.
    forkSession: (...[, , store]: [unknown?, unknown?, SessionStore?]) => forkSession(driver, store),
    renameSession: (id, name, store?: SessionStore) => renameSession(driver, id, name, store),
    deleteSession: (...[id, , store]: [string, unknown?, SessionStore?]) => deleteSession(driver, id, store),

    async openSession(id: string): Promise<boolean> {
      assertArgument('openSession', 'the id of a session', id, typeof id === 'string' && id)
      if (driver.isDisposed) return false
      return (await follower.open(id)).isOpen
    },

    load,

    clear() {
      load({ sessionId: null, messages: [] })
    },

    inside(): RecorderHooks {
      return driver.hooks()
    },

    dispose(): void {
      driver.dispose()
    },
  }
}
