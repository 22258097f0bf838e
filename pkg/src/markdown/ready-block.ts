// A block as a renderer gets it: with the definitions that it refers to, and on request with its half-written marks closed.

import { closedText } from './closed-text'
import { mayRefer, withDefinitions } from './with-definitions'
import type { Block } from '../types/markdown'

/** What was made of a block: only new blocks cost something. */
interface Made { mayRefer: boolean; linkDefinitions: string; ready: Block }

const asWritten = new WeakMap<Block, Made>()
const withMarksClosed = new WeakMap<Block, Made>()

/** The same object as before unless something that a renderer sees has changed. */
export function readyBlock(block: Block, linkDefinitions: string, closed: boolean): Block {
  const made = closed ? withMarksClosed : asWritten
  const known = made.get(block)
  if (known && (!known.mayRefer || known.linkDefinitions === linkDefinitions)) return known.ready
  // Blank lines behind it come with the next block, and change nothing.
  const own = withoutLineEnds(closed ? closedText(block) : block.text)
  const text = withDefinitions({ text: own, kind: block.kind }, linkDefinitions)
  const ready = known?.ready.text === text ? known.ready : Object.freeze({ ...block, text })
  made.set(block, { mayRefer: mayRefer(block), linkDefinitions, ready })
  return ready
}

/** A regular expression would look for the end at each line end: of a thousand empty lines, a million times. */
function withoutLineEnds(text: string): string {
  let end = text.length
  while (end > 0 && (text[end - 1] === '\n' || text[end - 1] === '\r')) end--
  return text.slice(0, end)
}
