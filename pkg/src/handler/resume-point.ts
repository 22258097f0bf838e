// A resume point as it crosses the border of the core, as texts and numbers, and as it is stored and recorded.

import type { ResumePoint } from '../types/recording'
import type { Turn } from '../types/snapshot'

/** Of what `core.keep()` passes to the host. */
export function resumePointOf(texts: (string | null)[], lastIndex: number, askedAt: number): ResumePoint | null {
  if (!texts.length) return null
  const [runId, name, text, sessionId, user, streamId, message, ...requirements] = texts as [string, string, string, ...(string | null)[]]
  return {
    runId, sessionId: sessionId!, lastIndex, name, ...(streamId === null ? {} : { streamId: streamId! }), user: user!, askedAt, text,
    pause: typeof message === 'string' ? { message, requirements: requirements as string[] } : null,
  }
}

/** Of a turn that is about to be edited: `edited` is its new text. */
export function editPoint(turn: Turn | undefined, sessionId: string | null, edited: string): ResumePoint {
  const { runId, user, answer } = turn ?? {}
  return {
    runId: runId ?? '', sessionId, lastIndex: 0, name: answer?.name ?? '', user: user?.content ?? null, askedAt: user?.created_at ?? 0, text: answer?.content ?? '',
    pause: null, edited,
  }
}

/** The arguments of `core.restore()`. */
export function restoreArguments({ runId, sessionId, lastIndex, name, streamId, user, askedAt, text, pause }: ResumePoint): [string[], Float64Array] {
  const optional = [sessionId, user, streamId, pause?.message]
  const texts = [runId, name, text, ...optional.map((given) => given ?? ''), ...(pause?.requirements ?? [])]
  return [texts, Float64Array.of(lastIndex, askedAt, ...optional.map((given) => Number(given != null)))]
}
