// A resume point as it crosses the border of the core, as lists, and as it is stored and recorded.

import type { ResumePoint } from '../types/recording'
import type { StoredFields } from '../wasm/core-host'

/** Of what `core.keep()` passes to the host. */
export function resumePointOf([runId, sessionId, lastIndex, name, streamId, user, askedAt, text, pause]: StoredFields): ResumePoint {
  return {
    runId, sessionId, lastIndex, name, ...(streamId === null ? {} : { streamId }), user, askedAt, text,
    pause: pause && { message: pause[0], requirements: pause[1] },
  }
}

/** The arguments of `core.restore()`. */
export function restoreArguments({ runId, sessionId, lastIndex, name, streamId, user, askedAt, text, pause }: ResumePoint): [string[], Float64Array] {
  const optional = [sessionId, user, streamId, pause?.message]
  const texts = [runId, name, text, ...optional.map((given) => given ?? ''), ...(pause?.requirements ?? [])]
  return [texts, Float64Array.of(lastIndex, askedAt, ...optional.map((given) => Number(given != null)))]
}
