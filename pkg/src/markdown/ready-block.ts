// A block as a renderer gets it: with the definitions that it refers to, and on request with its half-written marks closed.

import { closedText } from './closed-text'
import { withDefinitions } from './with-definitions'
import type { Block } from '../types/markdown'

/** What was made of a block: only new blocks cost something. */
interface Made { linkDefinitions: string; ready: Block }

const asWritten = new WeakMap<Block, Made>()
const withMarksClosed = new WeakMap<Block, Made>()

/** The same object as before unless something that a renderer sees has changed. */
export function readyBlock(block: Block, linkDefinitions: string, closed: boolean): Block {
  const made = closed ? withMarksClosed : asWritten
  const known = made.get(block)
  if (known?.linkDefinitions === linkDefinitions) return known.ready
  // Blank lines behind it come with the next block, and change nothing.
  const own = (closed ? closedText(block) : block.text).replace(/[\r\n]+$/, '')
  const text = withDefinitions({ text: own, kind: block.kind }, linkDefinitions)
  const ready = known?.ready.text === text ? known.ready : Object.freeze({ ...block, text })
  made.set(block, { linkDefinitions, ready })
  return ready
}
