// Asks AgentOS what became of a run: the first frame of its stream says whether it goes on (docs/agentos-protocol.md §15). The rest is
// not read; ending the request does not end the run.

import { fetchAuthorized } from './authorized-fetch'
import { requestTo } from './http-client'
import type { CheckedOptions } from '../types/checked-options'

/** What a run's stream begins with. */
export interface RunState {
  /** Frames are still coming. */
  isLive: boolean
  /** In upper case, as in the session: `PAUSED`. */
  status: string
}

/** A response that does not come is not waited for any longer. */
const TIMEOUT_MS = 5_000
/** A first frame is short. */
const MAX_CHARACTERS = 20_000

/** `undefined`: the server does not know the run, has no such route, or does not answer. `runs` is the path of the component's runs. */
export async function probeRun(options: CheckedOptions, runs: string, runId: string, sessionId: string | null, user: string | undefined): Promise<RunState | undefined> {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), TIMEOUT_MS)
  // A custom fetch may ignore the signal, and headers may never come.
  const late = new Promise<undefined>((resolve) => controller.signal.addEventListener('abort', () => resolve(undefined)))
  try {
    return await Promise.race([ask(options, runs, runId, sessionId, user, controller.signal), late])
  } catch {
    return undefined
  } finally {
    clearTimeout(timer)
    controller.abort()
  }
}

async function ask(options: CheckedOptions, runs: string, runId: string, sessionId: string | null, user: string | undefined, signal: AbortSignal): Promise<RunState | undefined> {
  const form = new FormData()
  if (sessionId !== null) form.set('session_id', sessionId)
  if (user) form.set('user_id', user)
  const request = await requestTo(options, `${runs}/${encodeURIComponent(runId)}/resume`, {}, { method: 'POST', body: form, signal })
  const answer = await fetchAuthorized(options, request, form)
  return answer?.ok && answer.body ? stateIn(await firstFrame(answer.body, signal), runId) : undefined
}

async function firstFrame(body: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<string> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  // Nobody waits any longer: a body that ignores the signal is ended.
  signal.addEventListener('abort', () => void reader.cancel().catch(() => {}))
  while (!signal.aborted && !/\r?\n\r?\n/.test(text.trimStart()) && text.length < MAX_CHARACTERS) {
    const { done, value } = await reader.read()
    if (done) break
    text += decoder.decode(value, { stream: true })
  }
  void reader.cancel().catch(() => {})
  return text.trimStart().split(/\r?\n\r?\n/)[0]!
}

/** Only a frame of the stream itself tells: `catch_up` or `subscribed`, or else `replay`. */
function stateIn(frame: string, runId: string): RunState | undefined {
  const data = /^data: ?(.*)$/m.exec(frame)?.[1]
  const { event = /^event: ?(.*)$/m.exec(frame)?.[1], run_id, status } = JSON.parse(data ?? '{}') as Record<string, unknown>
  if (run_id !== undefined && run_id !== runId) return undefined
  if (event === 'catch_up' || event === 'subscribed') return { isLive: true, status: 'RUNNING' }
  return event === 'replay' ? { isLive: false, status: String(status ?? '').toUpperCase() } : undefined
}
