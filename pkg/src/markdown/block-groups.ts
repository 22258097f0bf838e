// Groups of about a hundred blocks. A framework compares the children of one group for each token, and only the number of the
// others, so a token costs the same behind a hundred blocks and behind ten thousand.

import type { Block } from '../types/markdown'

export interface BlockGroup {
  /** Stable while its first block is there. */
  key: string
  /** The same list as before if no block of it has changed. */
  blocks: readonly Block[]
}

/**
 * Groups begin at ids that end with "00", not at positions: a block that is added or gone in the middle moves no other block to
 * another group, where it would be mounted anew.
 */
export function groupsOf(blocks: readonly Block[]): BlockGroup[] {
  const groups: BlockGroup[] = []
  let start = 0
  for (let at = 1; at <= blocks.length; at++) {
    if (at < blocks.length && !blocks[at]!.id.endsWith('00')) continue
    groups.push({ key: start === 0 ? '' : blocks[start]!.id, blocks: sameList(blocks.slice(start, at)) })
    start = at
  }
  return groups
}

/** Lists by their first block. */
const known = new WeakMap<Block, readonly Block[]>()

function sameList(list: readonly Block[]): readonly Block[] {
  const before = known.get(list[0]!)
  if (before?.length === list.length && list.every((block, at) => block === before[at])) return before
  known.set(list[0]!, list)
  return list
}
