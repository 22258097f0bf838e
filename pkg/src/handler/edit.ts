// Edits a message of the user. What the core needs to know before: which runs the server has stored, and how they ended.

import { fetchMarkedRuns } from '../agentos/sessions'
import { withMark } from '../snapshot/edit-marks'
import { planEdit, type EditPlan } from '../snapshot/edit-plan'
import { flattenPairs, resolveFields } from './core-config'
import type { CoreDriver } from './core-driver'
import { delay } from './delay'
import { aloneInSession } from './exclusive'
import { isEnding, moment } from './response-end'
import { componentRunsPath } from './run-path'
import { sendArguments } from './send-arguments'
import { turnNumber } from './turn-argument'
import { keepEdit } from './unfinished-edit'
import type { Outcome, Turn } from '../types/snapshot'

/** See {@link StreamHandler.edit}. */
export async function edit(driver: CoreDriver, turn: Turn | string, message: string | FormData): Promise<Outcome> {
  if (driver.isDisposed) return 'cancelled'
  const id = turnNumber('edit', turn)
  const { text, form, files, isEmpty } = sendArguments(driver.options, message, undefined, 'edit')
  const refuse = () => {
    // AgentOS refuses files without a text: the answers would have been hidden by then.
    const why = isEmpty || (!text.trim() && !driver.options.url) ? 'the message is empty' : driver.core.whyNotAgain(id)
    if (why !== undefined) throw refusal(why)
  }
  while (isEnding(driver)) await moment()
  if (driver.isDisposed) return 'cancelled'
  refuse()
  const kept = keepEdit(driver, id, text)
  return aloneInSession(driver, 'edit', async () => {
    const plan = await planOf(driver, id, form === null || [...form.keys()].every((name) => name === 'message'))
    if (driver.isDisposed) return 'cancelled'
    refuse()
    driver.generation++
    const fields = fieldsOf(driver, plan, text, form)
    const outcome = driver.startCall((ticket) => driver.core.edit(ticket, id, text, files, plan.hide, plan.run, fields), form)
    kept.begun()
    return outcome
  }).catch((error: unknown) => {
    kept.failed(error)
    throw error
  })
}

const refusal = (why: string) => new Error(`ai-stream-handler: edit(): ${why}`)

/** A run that has just been stopped is waited for. */
async function planOf(driver: CoreDriver, id: number, isText: boolean): Promise<EditPlan> {
  const { sessionId } = driver.snapshot
  const [turn, ...later] = driver.core.runsFrom(id).split('\n').map((runs) => runs.split('\t').filter(Boolean))
  const known = { turn: turn ?? [], later: later.flat() }
  for (let attempt = 1; ; attempt++) {
    const runs = sessionId === null ? [] : await storedRuns(driver, sessionId)
    const plan = planEdit(runs, known, isText)
    if (!plan.isRunning || driver.isDisposed) return plan
    if (attempt === ATTEMPTS) throw refusal('an answer of this session is still running on the server; try again when it has ended')
    await delay(INTERVAL_MS)
  }
}

/** None if the server has stored nothing of the session. */
async function storedRuns(driver: CoreDriver, sessionId: string): Promise<unknown> {
  try {
    return await fetchMarkedRuns(driver.options, componentRunsPath(driver.options), sessionId)
  } catch (error) {
    if ((error as { httpStatus?: number }).httpStatus === 404) return []
    throw error
  }
}

/** Fields of the request. In place: the message and where it stands. In a new run: what the message is an edit of. */
function fieldsOf(driver: CoreDriver, { run, at, mark }: EditPlan, text: string, form: FormData | null): string[] {
  if (run !== undefined) return flattenPairs({ continue_from: String(at), input: text })
  if (!mark) return []
  const metadata = withMark(form?.get('metadata') ?? resolveFields(driver.options).metadata, mark)
  form?.set('metadata', metadata)
  return flattenPairs({ metadata })
}

const ATTEMPTS = 10
const INTERVAL_MS = 300
