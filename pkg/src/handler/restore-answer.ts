// A stored answer, as arguments of the core's `restore` (src/wasm/history.rs).

import type { Core } from '../../generated/core'
import type { ResumePoint } from '../types/recording'

export function restoreAnswer(core: Core, { runId, lastIndex, name, streamId, user, askedAt, text, pause, sessionId }: ResumePoint): void {
  const optional = [sessionId, user, streamId, pause?.message]
  const texts = [runId, name, text, ...optional.map((given) => given ?? ''), ...(pause?.requirements ?? [])]
  core.restore(texts, Float64Array.of(lastIndex, askedAt, ...optional.map((given) => Number(given != null))))
}
