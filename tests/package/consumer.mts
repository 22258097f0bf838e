// Compiled, not run, by install.test.mjs: a page's use of every public name.
import { confirm, createStreamHandler, fill, giveResult, reject } from 'ai-stream-handler'
import type {
  ChatMessage, Diagnostics, ErrorType, HandlerOptions, Limits, Outcome, Pause, PauseRequirement, Resolution, RetryState, SessionEntry, Snapshot,
  Status, StreamError, StreamHandler, TimelineEntry, ToolCall, Turn, Usage,
} from 'ai-stream-handler'

const limits: Partial<Limits> = { maxEventBytes: 1_000_000 }
const options: HandlerOptions = {
  endpoint: 'http://localhost:7777',
  team: 'cirkelline',
  headers: () => ({ Authorization: 'Bearer token' }),
  credentials: 'include',
  fields: { user_id: 'ann' },
  sessionId: 'session',
  background: true,
  resume: { maxAttempts: 3 },
  stall: { background: 30 },
  persist: 'session',
  notify: 'frame',
  activityTexts: { tavily_search: 'Searching for {query}' },
  limits,
  onListenerError: (error: unknown) => { throw error },
}

const handler: StreamHandler = createStreamHandler(options)
const plain: StreamHandler = createStreamHandler()
const every: StreamHandler = createStreamHandler({ url: '/api/teams/cirkelline/runs', notify: 50, headers: async () => ({}) })

// @ts-expect-error the length of a frame is not its name
createStreamHandler({ notify: 'often' })
// @ts-expect-error bytes, not text
handler.feed('data: {}')

export async function page(): Promise<Outcome> {
  const unsubscribe: () => void = handler.subscribe(() => draw(handler.getSnapshot()))
  const sent: Outcome = await handler.send('hello')
  const form = new FormData()
  form.set('message', 'hello')
  void handler.send(form)
  handler.cancel()
  const { pause, resumable } = handler.getSnapshot()
  if (resumable) await handler.resume()
  const answers: Resolution[] = (pause?.requirements ?? []).map((r: PauseRequirement) => r.kind === 'input' ? fill(r, { guests: 4 }) : r.kind === 'external' ? giveResult(r, '21') : confirm(r))
  const continued: Outcome = await handler.continueRun(answers)
  void handler.continueRun(reject(answers[0]!.requirement, 'no'))
  const listed: SessionEntry[] = await handler.loadSessions({ limit: 5 })
  const opened: boolean = await handler.openSession(listed[0]?.session_id ?? continued)
  void opened
  handler.dismissError()
  handler.load({ sessionId: null, messages: [{ role: 'user', content: 'earlier' }] })
  handler.clear()
  unsubscribe()
  plain.begin()
  plain.feed(new Uint8Array(8))
  plain.end()
  every.dispose()
  const empty: Snapshot = plain.getServerSnapshot()
  return empty.status === 'idle' ? sent : 'failed'
}

function draw(snapshot: Snapshot): void {
  const status: Status = snapshot.status
  const error: StreamError | null = snapshot.error
  const type: ErrorType | undefined = error?.type
  const retry: RetryState | null = snapshot.retry
  const pause: Pause | null = snapshot.pause
  const turn: Turn | undefined = snapshot.turns.at(-1)
  const answer: ChatMessage | undefined = turn?.answer
  const tool: ToolCall | undefined = answer?.tool_calls?.[0]
  const entries: TimelineEntry[] = snapshot.timeline
  const sessions: SessionEntry[] = snapshot.sessions
  const usage: Usage = snapshot.usage
  const diagnostics: Diagnostics = snapshot.diagnostics
  console.log(status, type, retry?.delay, pause?.message, tool?.tool_name, entries.length, sessions.length, usage.totalTokens, diagnostics.framesRead)
}
