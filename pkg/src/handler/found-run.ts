// Where a run is shown in the conversation.

import type { Core } from '../../generated/core'
import type { Outcome } from '../types/snapshot'

export interface FoundRun {
  /** Number of its turn. */
  turn: number
  /** It is the turn's last version. */
  isLast: boolean
  outcome: Outcome | 'running'
}

export function findRun(driver: { readonly core: Core }, id: string): FoundRun | undefined {
  const [turn, version, outcome] = driver.core.findRun(id)?.split(' ') ?? []
  return turn === undefined ? undefined : { turn: Number(turn), isLast: version === 'last', outcome: outcome as FoundRun['outcome'] }
}
