// The arguments of the calls that change the queue: validates them.

import { assertArgument } from './validate-options'

/** Whether `cancel(options)` drops what waits. Its argument may also be the event that an onClick passes. */
export function dropsQueue(options: { queue?: 'keep' | 'drop' } | undefined): boolean {
  const queue: unknown = options?.queue
  assertArgument('cancel', "queue: 'keep' or 'drop'", queue, queue === undefined || queue === 'keep' || queue === 'drop')
  return queue === 'drop'
}

/** The argument of `moveQueued` as an index, from 0. */
export function queueIndex(index: number): number {
  assertArgument('moveQueued', 'a position', index, typeof index === 'number' && !Number.isNaN(index))
  return Math.min(Math.max(Math.trunc(index), 0), MAX_INDEX)
}

/** The text that `editQueued` takes. */
export function assertText(text: string): void {
  assertArgument('editQueued', 'a text', text, typeof text === 'string')
}

/** More than any queue is long. */
const MAX_INDEX = 2 ** 31

/** Whether it can be the id of a message or the index of a version: the core would round it. */
export const isNumber = (given: number): boolean => Number.isInteger(given) && given >= 0 && given < MAX_INDEX
