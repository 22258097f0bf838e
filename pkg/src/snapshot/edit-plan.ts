// What an edit takes: which stored runs the model must not see any more, and whether the message can be replaced in place.

import { wasReplaced } from './edit-marks'
import { isRun, isUnderWay, type EditMark, type StoredRun } from './stored-run'
import { groupVersions, ownIds } from './stored-versions'

export interface EditPlan {
  /** Ids of the runs to hide, in this order: the model sees a beginning of the conversation at any time. */
  hide: string[]
  /** The run whose message is replaced in place, and the index of that message. */
  run?: string
  at?: number
  /** Otherwise: what the new run's metadata say. Nothing if nothing of the turn is stored. */
  mark?: EditMark
  /** A run that matters has not ended. */
  isRunning: boolean
}

/**
 * What the page knows: the ids of the edited turn's runs, and of those of the turns behind it, each behind a `+` if it has seen
 * the run complete, else a `-`.
 */
export interface KnownRuns { turn: string[]; later: string[] }

/** `isText`: the message is a text, without files or fields of its own. */
export function planEdit(stored: unknown, known: KnownRuns, isText: boolean): EditPlan {
  const runs = ownIds(Array.isArray(stored) ? stored.filter(isRun) : []).filter(({ parent_run_id }) => !parent_run_id)
  if (!runs.length) return planUnlisted(known)
  const [turn, later] = [idsOf(known.turn), idsOf(known.later)]
  const turnOf = new Map(groupVersions(runs).flatMap(({ turn, versions }) => versions.flat().map((run) => [run.run_id, turn])))
  /** Of a run that only hid another one: its turn is that of its source. */
  const numberOf = ({ run_id, regenerated_from }: StoredRun) => turnOf.get(run_id) ?? turnOf.get(regenerated_from ?? '')
  const places = (ids: string[]) => ids.map((id) => turnOf.get(id)).filter((at) => at !== undefined)
  const own = new Set(places(turn))
  const first = Math.min(...(own.size ? own : places(later)), Infinity)
  const from = runs.filter((run) => (numberOf(run) ?? -1) >= first)
  const ofTurn = from.filter((run) => own.has(numberOf(run)!))
  const isRunning = from.some(({ status }) => isUnderWay(status))
  const visible = (list: StoredRun[]) => list.filter(({ status }) => status === 'COMPLETED').map(({ run_id }) => run_id).reverse()
  const hide = [...visible(from.filter((run) => !ofTurn.includes(run))), ...visible(ofTurn)]
  /** Begun by an edit that was not finished. */
  const left = from.filter(({ run_id, regenerated_from, status }) => status === 'CANCELLED' && regenerated_from && ![...turn, ...later].includes(run_id))
  const latest = ofTurn.filter((run) => !left.includes(run)).at(-1)
  if (!latest) return { hide, isRunning }
  if (isText && from.length === ofTurn.length && !hide.length && mayBeReplaced(latest)) return { hide, run: latest.run_id, at: questionAt(latest), isRunning }
  return { hide, mark: { of: latest.run_id, hid: hide, left: left.map(({ run_id }) => run_id) }, isRunning }
}

const idsOf = (known: string[]) => known.map((run) => run.slice(1))

/** Without a list of what is stored, the page's own view decides. */
function planUnlisted({ turn, later }: KnownRuns): EditPlan {
  const completed = (known: string[]) => idsOf(known.filter((run) => run.startsWith('+')).slice(-1))
  const hide = [...idsOf(later.filter((run) => run.startsWith('+'))).reverse(), ...completed(turn)]
  const of = idsOf(turn).at(-1)
  return { hide, isRunning: false, ...(of !== undefined && { mark: { of, hid: hide, left: [] } }) }
}

/** A run that failed or is paused, and was not made from another one. Only once: AgentOS keeps no message but the first and the last. */
const mayBeReplaced = (run: StoredRun) => /^(ERROR|PAUSED)$/.test(run.status ?? '') && !run.forked_from_run_id && questionAt(run) >= 0 && !wasReplaced(run)

/** Index of the user's message. */
const questionAt = ({ messages }: StoredRun) => (messages ?? []).findIndex(({ role, from_history }) => role === 'user' && !from_history)
