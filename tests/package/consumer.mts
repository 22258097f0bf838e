// Compiled, not run, by install.test.mjs: a page's use of every public name.
import { announce, countdown } from 'ai-stream-handler/a11y'
import { connectAgentUI, type AgentUI } from 'ai-stream-handler/agent-ui'
import {
  createPlayer, openRecording, packRecording, readRecording, record, recordingOf, redact, replay, writeRecording, type Player, type StreamGiven,
} from 'ai-stream-handler/replay'
import { StreamProvider, useAIStreamHandler, useCountdown, useMember, useMessage, useMessageIds, useStream, useStreamSlice, type FinishedAnswer, type StreamHook, type StreamHookOptions } from 'ai-stream-handler/react'
import { RequestError, confirm, createStreamHandler, emptySnapshot, fill, giveResult, reject } from 'ai-stream-handler'
import type {
  ChatMessage, Diagnostics, ErrorType, HandlerOptions, Limits, Outcome, Pause, PauseRequirement, RecordedFrame, Recorder, Recording, Resolution,
  RetryState, SessionEntry, Snapshot,
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
  const entries: readonly TimelineEntry[] = snapshot.timeline
  const sessions: readonly SessionEntry[] = snapshot.sessions
  const usage: Usage = snapshot.usage
  const diagnostics: Diagnostics = snapshot.diagnostics
  console.log(status, type, retry?.delay, pause?.message, tool?.tool_name, entries.length, sessions.length, usage.totalTokens, diagnostics.framesRead)
}

// ── unions tell ────────────────────────────────────────────────────────────────────────────────────────────────

export function told(snapshot: Snapshot, requirement: PauseRequirement): number {
  if (snapshot.status === 'retrying') return snapshot.retry.resumesAt
  const none: null = snapshot.retry
  if (snapshot.status === 'streaming') {
    const streams: true = snapshot.isStreaming
    void streams
  }
  if (requirement.kind === 'input') return requirement.fields.length
  // @ts-expect-error only an input has fields for certain
  void requirement.fields.length
  // @ts-expect-error a status that does not exist
  if (snapshot.status === 'done') void none
  // @ts-expect-error a snapshot is not to be written
  emptySnapshot.messages = 3
  // @ts-expect-error nor any list in it
  snapshot.messages.push(emptySnapshot.messages[0]!)
  // @ts-expect-error nor a message
  snapshot.messages[0]!.content = ''
  // @ts-expect-error nor what a tool was called with
  snapshot.messages[0]!.tool_calls![0]!.status = 'error'
  // @ts-expect-error the internals are not published
  handler.inside()
  return 0
}

export const why = (error: unknown): number | undefined => (error instanceof RequestError ? error.httpStatus : undefined)

// @ts-expect-error an option that does not exist
createStreamHandler({ agentId: 'a' })
// @ts-expect-error seconds, not text
createStreamHandler({ retry: { baseDelay: '5' } })
createStreamHandler({ agent: null, sessionId: null, fields: () => ({ user_id: 'ann' }) })

// ── the other entries ──────────────────────────────────────────────────────────────────────────────────────────

export function Component(): string {
  const h: StreamHook = useAIStreamHandler({ team: 'cirkelline' })
  const status: string | null = useStreamSlice(h, (s) => s.activityStatus)
  const { part } = useStreamSlice(h, (s) => ({ part: s.messages.length }), (a, b) => a.part === b.part)
  // @ts-expect-error what is selected is what comes out
  const wrong: number = useStreamSlice(h, (s) => s.status)
  const { handler }: { handler: StreamHandler } = h
  const stop: () => void = announce(handler, { say: (text: string, urgency: 'polite' | 'assertive') => console.log(text, urgency), interval: 2 })
  stop()
  void h.send('hello')
  // @ts-expect-error the hook disposes of its handler itself
  h.dispose()
  const shared: StreamHook = useAIStreamHandler({ id: 'chat', agent: 'a', team: null, onFinish: ({ outcome, turn, message }: FinishedAnswer) => console.log(outcome, turn.id, message.content) })
  shared.setMessages((messages) => messages.slice(1))
  const seconds: number | null = useCountdown(h.retry ?? h.pacing)
  const ids: readonly string[] = useMessageIds(h)
  const message: ChatMessage | undefined = useMessage(h, ids[0] ?? '')
  const members: readonly ChatMessage[] = useMember(h.handler, 'Weather')
  const given: StreamHookOptions = { team: 'cirkelline' }
  void StreamProvider({ ...given, children: [seconds, message, members, useStream().status] })
  // @ts-expect-error one of them
  useAIStreamHandler({ agent: 'a', team: 'b' })
  // @ts-expect-error one of them, there too
  createStreamHandler({ workflow: 'a', team: 'b' })
  createStreamHandler({ team: 'cirkelline', url: '/api/teams/cirkelline/runs' })
  return [status, part, wrong, h.messages.length, h.retry ? countdown(h.retry, { style: 'clock', locale: 'da' }) : ''].join()
}

interface PageMessage { role: 'user' | 'agent'; content: string; created_at: number }
interface PageState { messages: PageMessage[]; setMessages(messages: PageMessage[] | ((before: PageMessage[]) => PageMessage[])): void; setIsStreaming(isStreaming: boolean): void }
declare const store: { getState(): PageState; subscribe(listener: (state: PageState, before: PageState) => void): () => void }
const ui: AgentUI = connectAgentUI({ store, endpoint: () => '', members: true, background: true, fields: { user_id: 'ann' } })
ui.update({ agent: null, team: 'cirkelline', sessionId: null, setSessionId: async (_id: string | null) => new URLSearchParams() })
// @ts-expect-error where messages go is the page's to say
connectAgentUI({ store, team: 'cirkelline' })
export const outcome: Promise<Outcome> = ui.send('hello')

export async function recorded(given: StreamGiven): Promise<Snapshot> {
  const recorder: Recorder = record(handler, { maxBytes: 1_000_000, fields: ['timezone'] })
  const recording: Recording = redact(recorder.stop())
  const again: Recording = await openRecording(await packRecording(readRecording(writeRecording(recording))))
  const player: Player = createPlayer(plain, again)
  player.speed = 2
  player.play()
  const frame: RecordedFrame | undefined = player.frames[player.frame - 1]
  const stop: () => void = player.subscribe(() => console.log(`${player.position} of ${player.duration}: ${frame?.bytes.length ?? 0}`))
  stop()
  // @ts-expect-error a recording, not its file
  createPlayer(plain, 'text')
  return replay(plain, recordingOf([given], { startedAt: 0 }))
}
