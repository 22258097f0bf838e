// What the hook returns.

import type { StreamHandler } from '../types/handler'
import type { Snapshot } from '../types/snapshot'

/** The handler, and what its snapshot says. Who holds it hears only of changes of what they have read here. */
export type StreamHook = StreamHandler & Readonly<Snapshot> & {
  /**
   * For the dependencies of effects, and for memo: the same as long as endpoint, agent, team, workflow and url are. Another of
   * them is another conversation, with a handler of its own.
   */
  readonly handler: StreamHandler
}
