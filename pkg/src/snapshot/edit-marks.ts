// Which stored runs are edits, and which were only begun to hide another one. AgentOS 3.1.10 does not record it, so the metadata of
// the run of an edited message does. A run whose message was replaced in place is recognized by its messages.

import { askedIn, inputText, isRun, type EditMark, type Fields, type StoredRun } from './stored-run'

const KEY = 'ai_stream_handler_edit'

/** The form field `metadata` of a run, `given` by the page, with the mark. */
export function withMark(given: unknown, mark: EditMark): string {
  let fields: unknown
  try {
    fields = typeof given === 'string' ? JSON.parse(given) : null
  } catch {
    // AgentOS ignores it, too.
  }
  return JSON.stringify({ ...(typeof fields === 'object' && !Array.isArray(fields) ? fields : null), [KEY]: mark })
}

function markOf({ metadata, regenerated_from }: StoredRun): EditMark | undefined {
  const mark = metadata?.[KEY] as Partial<EditMark> | undefined
  // A regenerated run inherits the metadata.
  if (regenerated_from || typeof mark?.of !== 'string') return undefined
  return { of: mark.of, hid: textsOf(mark.hid), left: textsOf(mark.left), again: mark.again === true }
}

const textsOf = (list: unknown): string[] => (Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [])

/** The stored runs that may carry a mark: behind one that the model does not see, or with the words of one. */
export function mayBeEdits(stored: unknown[]): StoredRun[] {
  const runs = stored.filter(isRun).filter(({ parent_run_id }) => !parent_run_id)
  const isUnseen = (run: StoredRun | undefined) => /^(CANCELLED|ERROR|PAUSED|REGENERATED)$/.test(run?.status ?? '')
  const repeats = (run: StoredRun, at: number) => runs.slice(0, at).some((before) => isUnseen(before) && inputText(run.run_input)?.startsWith(inputText(before.run_input) ?? '\0'))
  return runs.filter((run, at) => !run.forked_from_run_id && (isUnseen(runs[at - 1]) || repeats(run, at)))
}

/** The metadata of a run in a copied session, where ids have changed. */
export function renamedMark(metadata: Fields | null | undefined, ids: Map<unknown, string>): Fields | null | undefined {
  const mark = metadata?.[KEY] as Partial<EditMark> | undefined
  if (typeof mark?.of !== 'string') return metadata
  const own = (id: string) => ids.get(id) ?? id
  return { ...metadata, [KEY]: { ...mark, of: own(mark.of), hid: textsOf(mark.hid).map(own), left: textsOf(mark.left).map(own) } }
}

/** The top-level runs without those that only hid others; edits are marked, and a run that was edited in place is two. */
export function splitEdits(runs: StoredRun[]): StoredRun[] {
  const marks = new Map(runs.map((run) => [run.run_id, markOf(run)]))
  const hidden = new Set([...marks.values()].flatMap((mark) => mark?.hid ?? []))
  const dropped = new Set([...marks.values()].flatMap((mark) => mark?.left ?? []))
  for (const { run_id, regenerated_from: source } of runs) if (source && (hidden.has(source) || dropped.has(source))) dropped.add(run_id)
  return runs.filter(({ run_id }) => !dropped.has(run_id)).flatMap((run) => {
    const edit = marks.get(run.run_id)
    return splitInPlace(edit ? { ...run, edit } : run)
  })
}

/** Whether the user's message is another one than the run began with. */
export function wasReplaced(run: StoredRun): boolean {
  const [input, said] = [inputText(run.run_input), askedIn(run)]
  // AgentOS may have added lines to the message.
  return !run.forked_from_run_id && input !== null && typeof said === 'string' && said !== input && !said.startsWith(`${input}\n`)
}

function splitInPlace(run: StoredRun): StoredRun[] {
  const at = wasReplaced(run) ? lastRestart(run.events ?? []) : -1
  if (at < 0) return [run]
  const said = askedIn(run)
  const [before, after] = [run.events!.slice(0, at), run.events!.slice(at)]
  const isPaused = /Paused$/.test(String(before.at(-1)!.event))
  return [
    { ...run, events: before, messages: [], status: isPaused ? 'PAUSED' : 'ERROR', isReplaced: true },
    { ...run, run_input: said!, events: after, edit: { of: run.run_id, hid: [], left: [] } },
  ]
}

/** Index of the event with which the run went on after it had failed or paused, the last time. */
function lastRestart(events: Fields[]): number {
  const is = (at: number, names: RegExp) => !events[at]!.parent_run_id && names.test(String(events[at]!.event))
  for (let at = events.length - 1; at > 0; at--) {
    if (is(at, /^(Team)?RunContinued$/) && is(at - 1, /^(Team)?Run(Error|Paused)$/)) return at
  }
  return -1
}
