// An edit whose message has not reached the server yet: while the answers are being hidden, and until the new run has begun. Where the
// handler stores unfinished answers (option `persist`), the edit is stored, so that a reload does not lose the new text: the turn is shown
// as it was, says that its edit was not finished, and has the text as `unsent`. The files of an edit cannot be stored.

import { RequestError } from '../agentos/http-client'
import { findRun } from './found-run'
import { editPoint } from './resume-point'
import type { PageEnvironment } from './page-environment'
import type { Core } from '../../generated/core'
import type { ResumePoint } from '../types/recording'
import type { Snapshot } from '../types/snapshot'

/** What this needs of its handler's driver, which in turn stores what this has kept. */
interface EditedDriver { readonly core: Core; readonly page: PageEnvironment; readonly snapshot: Snapshot }

interface Unfinished {
  /** The turn as it was; `edited` is the new text. */
  point: ResumePoint
  /** The core does not know of it yet. */
  isPlanned: boolean
  /** The session could not be read, perhaps because the page is being left. */
  isFailed?: boolean
  /** When it began here, in seconds since the Unix epoch. */
  since: number
}

const edits = new WeakMap<EditedDriver, Unfinished>()

/** Turn `id` is about to be edited. To be told that the core has begun, or why not. */
export function keepEdit(driver: EditedDriver, id: number, text: string): { begun(): void; failed(why: unknown): void } {
  const earlier = edits.get(driver)
  const { snapshot: { sessionId, turns }, page } = driver
  const point = editPoint(turns.find((turn) => turn.id === `t${id}`), sessionId, text)
  const edit: Unfinished = { point, isPlanned: true, since: Date.now() / 1000 }
  if (point.runId) edits.set(driver, edit)
  page.open()
  page.changed()
  return {
    begun: () => void (edit.isPlanned = false),
    failed(why) {
      if (!edit.isPlanned || edits.get(driver) !== edit) return
      edit.isPlanned = false
      edit.isFailed = why instanceof RequestError
      // Refused at once: nothing has changed.
      if (!edit.isFailed && earlier) edits.set(driver, earlier)
    },
  }
}

/** An earlier page has left this. */
export function takeEdit(driver: EditedDriver, point: ResumePoint): void {
  edits.set(driver, { point, isPlanned: false, since: Date.now() / 1000 })
}

/** What is to be stored: until the user goes on in the session, also while another one is shown. */
export function unfinishedEdit(driver: EditedDriver): ResumePoint | null {
  const { point, isPlanned, isFailed, since } = edits.get(driver) ?? {}
  if (!point) return null
  const { sessionId, turns } = driver.snapshot
  const isOpen = isPlanned || sessionId !== point.sessionId ||
    turns.some(({ user, runId, outcome }) => user?.content === point.edited && runId === null && outcome === null) ||
    ((isFailed || turns.some(({ unsent }) => unsent === point.edited)) && turns.every(({ times }) => times.beganAt <= since!))
  if (!isOpen) edits.delete(driver)
  return isOpen ? point : null
}

/** The stored session is shown: its turn gets the text, unless the server has got it. */
export function returnEdit(driver: EditedDriver): void {
  const { point } = edits.get(driver) ?? {}
  if (!point || point.sessionId !== driver.snapshot.sessionId) return
  const turn = `t${findRun(driver, point.runId)?.turn}`
  const isMade = driver.snapshot.turns.some(({ id, user }) => id === turn && user?.content === point.edited)
  if (!isMade) driver.core.returnEdit(point.runId, point.edited!)
}
