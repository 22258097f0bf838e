// A turn as an argument: the object or its id.

import { assertArgument } from './validate-options'
import type { Turn } from '../types/snapshot'

/** The core's number of a turn; of one that the core does not have, such as an imported one, a number that no turn has. */
export function turnNumber(call: string, turn: Turn | string): number {
  const id: unknown = typeof turn === 'string' ? turn : turn?.id
  assertArgument(call, 'a turn or its id', turn, typeof id === 'string')
  const [, digits] = /^t(\d{1,9})$/.exec(id as string) ?? []
  return digits === undefined ? NO_TURN : Number(digits)
}

/** The last turn. */
export const LAST_TURN = -1

const NO_TURN = 2 ** 32 - 1
