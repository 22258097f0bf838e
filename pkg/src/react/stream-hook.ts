// What useAIStreamHandler returns.

import type { StreamHandler } from '../types/handler'
import type { Snapshot } from '../types/snapshot'

/** The handler's methods and the snapshot's fields. A component re-renders only when a field that it read here changes. */
export type StreamHook = StreamHandler & Readonly<Snapshot> & {
  /**
   * The handler alone, for effect dependencies and memoized components: the same object until endpoint, agent, team,
   * workflow or url changes. A change of one of them is another conversation with a handler of its own.
   */
  readonly handler: StreamHandler
}
