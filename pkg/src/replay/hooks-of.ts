// The internals of a handler. Its published type does not have them.

import type { StreamHandler } from '../types/handler'
import type { InspectableHandler, RecorderHooks } from '../types/recorder-hooks'

/** Throws a TypeError if `handler` is not a handler of this package. */
export function hooksOf(handler: StreamHandler): RecorderHooks {
  const { inside } = (handler ?? {}) as Partial<InspectableHandler>
  if (typeof inside !== 'function') throw new TypeError('ai-stream-handler/replay takes what createStreamHandler returned, or `handler` of a hook')
  return inside()
}
