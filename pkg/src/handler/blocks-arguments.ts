// What `createBlocks` is given: its options, not the text.

import { assertArgument } from './validate-options'

/** The prefix of the blocks' ids. Throws a TypeError for anything but an object. */
export function blocksPrefix(options: { prefix?: string | null }): string {
  assertArgument('createBlocks', '{ prefix }', options, typeof options === 'object' && options)
  return options.prefix ?? ''
}
