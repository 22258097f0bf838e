// Follows the answers of other tabs and devices in the session on this page: looks for what is running, was added or was continued
// elsewhere, and shows it. On request; with the option `follow` also when a session is opened, when the page wakes up, and when
// another tab of this origin has news (session-news.ts).

import { RequestError } from '../agentos/http-client'
import { fetchMarkedRuns, runsListed, type ListedRun } from '../agentos/sessions'
import { isUnderWay } from '../snapshot/stored-run'
import { findRun } from './found-run'
import { findLiveRun, type LiveRun } from './live-run'
import { isUnable, listRuns } from './run-list'
import { componentRunsPath } from './run-path'
import { addStored, noteForgotten, showStored, updateStored } from './stored-turns'
import { assertArgument } from './validate-options'
import type { CoreDriver } from './core-driver'
import type { Followed } from '../types/handler'

/** What a look finds: in an object, so that its promise does not wait for the end of an answer. */
interface Found { outcome: Followed | Promise<Followed> }

export class Follower {
  #driver: CoreDriver
  /** The look that is under way, without the answer that it finds. */
  #looking: Promise<Found> | undefined
  /** The page was told that the server has no list of runs. */
  #isTold = false

  constructor(driver: CoreDriver) {
    this.#driver = driver
  }

  /** See StreamHandler.follow. */
  async follow(sessionId?: string): Promise<Followed> {
    const { options: { agent, team, workflow }, isDisposed, snapshot } = this.#driver
    assertArgument('follow', 'the id of a session', sessionId, sessionId === undefined || (typeof sessionId === 'string' && sessionId !== ''))
    if (isDisposed) return 'nothing'
    if (!agent && !team) throw new Error(`ai-stream-handler: follow(): ${workflow ? 'AgentOS has no such route for workflows' : 'it needs one of the options agent and team'}`)
    const isOther = sessionId !== undefined && (sessionId !== snapshot.sessionId || !snapshot.turns.length)
    if (snapshot.isStreaming && isOther) throw new Error('ai-stream-handler: follow(): an answer is running; wait for its end, or cancel() it first')
    if (!isOther) return this.#once(undefined, true)
    try {
      return await (await this.open(sessionId, true)).followed
    } catch (error) {
      // Of a foreground run, AgentOS stores nothing before its end: not even a new session.
      if (error instanceof RequestError && error.httpStatus === 404) return 'nothing'
      throw error
    }
  }

  /** Shows a stored session and, if `follows`, what runs in it. `isOpen`: `false` if the page did something else meanwhile. */
  async open(id: string, follows = this.canLook): Promise<{ isOpen: boolean; followed: Promise<Followed> }> {
    const driver = this.#driver
    const isCurrent = this.#isUnchanged()
    const nothing = Promise.resolve<Followed>('nothing')
    if (follows) driver.page.open()
    const runs = await fetchMarkedRuns(driver.options, componentRunsPath(driver.options), id)
    if (!Array.isArray(runs)) throw new RequestError('The server answered with something that is no list of runs. Is the address right?')
    if (!isCurrent()) return { isOpen: false, followed: nothing }
    const live = follows ? await findLiveRun(driver, id, ...runsListed(runs)) : undefined
    if (!isCurrent()) return { isOpen: false, followed: nothing }
    let followed = nothing
    driver.silently(() => {
      showStored(driver, id, runs)
      if (live) followed = this.#goOn(live)
    })
    return { isOpen: true, followed }
  }

  /** Whether the handler looks by itself. */
  get canLook(): boolean {
    const { options: { follow, agent, team }, isDisposed } = this.#driver
    return Boolean(follow && (agent || team) && !isDisposed && !this.#isTold)
  }

  /**
   * Looks by itself. `named`: the run that another tab named. `isLast`: if another answer was to take the place of one shown here, it
   * is there by now, or does not come. Never rejects.
   */
  async look(named?: string, isLast = false): Promise<Followed> {
    try {
      if (!this.canLook) return 'nothing'
      this.#driver.page.open()
      return await this.#once(named, isLast)
    } catch (error) {
      // A server that cannot be reached shows in what the user does.
      if (isUnable(error)) this.#driver.reportError(error)
      return 'nothing'
    }
  }

  /** One look at a time. */
  #once(named?: string, isLast?: boolean): Promise<Followed> {
    this.#looking ??= this.#look(named, isLast).finally(() => (this.#looking = undefined))
    return this.#looking.then(({ outcome }) => outcome)
  }

  async #look(named?: string, isLast = false): Promise<Found> {
    const driver = this.#driver
    const { sessionId, isStreaming } = driver.snapshot
    const nothing: Found = { outcome: 'nothing' }
    if (sessionId === null || isStreaming || this.#isTold) return nothing
    const isUnchanged = this.#isUnchanged()
    // An answer that is resumed or continued meanwhile must not be replaced.
    const isCurrent = () => isUnchanged() && !driver.snapshot.isStreaming
    const rows = await this.#listed(sessionId)
    if (!isCurrent()) return nothing
    const isNew = ({ id, createdAt, status }: ListedRun) => !findRun(driver, id) && (driver.isWhole || id === named || createdAt >= driver.shownAt || isUnderWay(status))
    const isForgotten = ({ id, status }: ListedRun) => isLast && status === 'REGENERATED' && findRun(driver, id)?.isLast === true
    const runs = rows.some((row) => isNew(row) || this.#hasChanged(row) || isForgotten(row)) ? await fetchMarkedRuns(driver.options, componentRunsPath(driver.options), sessionId) : undefined
    const [listed, successors] = runs ? runsListed(runs) : [rows, new Set<string>()]
    const live = isCurrent() ? await findLiveRun(driver, sessionId, listed, successors, named) : undefined
    if (!isCurrent()) return nothing
    const before = driver.snapshot.turns
    let followed: Promise<Followed> | undefined
    driver.silently(() => {
      const isChanged = rows.some((row) => row.id !== live?.run && this.#hasChanged(row))
      if (runs && driver.isWhole) updateStored(driver, sessionId, runs, isChanged)
      else if (runs) addStored(driver, runs, (run) => run === live?.run || listed.some((row) => row.id === run && isNew(row) && !isUnderWay(row.status)))
      if (live) followed = this.#goOn(live)
    })
    const { turns } = driver.snapshot
    if (runs && isLast && !live) noteForgotten(driver, runs)
    return { outcome: followed ?? (turns === before ? 'nothing' : turns.at(-1)?.outcome ?? 'nothing') }
  }

  async #listed(sessionId: string): Promise<ListedRun[]> {
    try {
      return await listRuns(this.#driver, sessionId)
    } catch (error) {
      this.#isTold = isUnable(error)
      throw error
    }
  }

  /** Whether a run that had not ended here has ended elsewhere. */
  #hasChanged({ id, status }: ListedRun): boolean {
    const { outcome } = findRun(this.#driver, id) ?? {}
    if (isUnderWay(status)) return false
    return outcome === 'paused' ? status !== 'PAUSED' : (outcome === 'failed' && status === 'COMPLETED') || (outcome === 'interrupted' && status !== 'ERROR')
  }

  /** Returns whether the conversation is still the one of now, and nothing was sent in it. */
  #isUnchanged(): () => boolean {
    const driver = this.#driver
    const { generation } = driver
    return () => !driver.isDisposed && driver.generation === generation
  }

  #goOn({ run, stream }: LiveRun): Promise<Followed> {
    const driver = this.#driver
    const found = findRun(driver, run)
    // Of a turn, its last version goes on.
    return found?.isLast ? driver.follow(found.turn, stream) : Promise.resolve('nothing')
  }
}
