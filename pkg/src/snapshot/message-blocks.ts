// `blocks` and `linkDefinitions` of a message: computed when they are first read, and carried on from one object of a message to
// the next. A message whose blocks nobody reads costs two properties.
//
// They are not enumerable: spread, JSON.stringify and deep comparison do not compute them.

import { BlockList } from '../markdown/block-list'
import type { Block } from '../types/markdown'
import type { ChatMessage as PublicMessage } from '../types/message'
import type { ChatMessage } from './writable'

/** A message without them. */
export type PlainMessage = Omit<ChatMessage, 'blocks' | 'linkDefinitions'>

/** What all objects of one message share. */
interface Lineage {
  /** How many objects there were. */
  count: number
  list?: BlockList
  /** The object whose content is the text of `list` and then `tail`. */
  of?: object
  tail: string
  /** The number of the last object that `list` has the text of. */
  listed: number
}

/** One object of a message. */
interface Link { lineage: Lineage; number: number }

interface Read {
  blocks: readonly Block[]
  linkDefinitions: string
}

/** Gives `message` its blocks. `old`: the object of the same message before; `appended`: by which its content grew. */
export function withBlocks(message: Omit<PublicMessage, 'blocks' | 'linkDefinitions'>, old?: ChatMessage, appended?: string): ChatMessage {
  const lineage = (old && linkOf(old)?.lineage) ?? { count: 0, tail: '', listed: 0 }
  if (lineage.of && lineage.of === old) {
    lineage.of = appended === undefined ? undefined : message
    if (appended) lineage.tail += appended
  }
  Object.defineProperty(message, LINK, { configurable: true, value: { lineage, number: lineage.count++ } })
  // One by one: twice as fast in V8 as `defineProperties`.
  Object.defineProperty(message, 'blocks', BLOCKS)
  return Object.defineProperty(message, 'linkDefinitions', LINK_DEFINITIONS) as ChatMessage
}

const LINK = Symbol()

const linkOf = (message: object) => (message as { [LINK]?: Link })[LINK]

/** What was read of an object: it never changes, even if a later object of the message was read since. */
const known = new WeakMap<object, Read>()

function read(message: ChatMessage): Read {
  let result = known.get(message)
  if (!result) {
    const list = listOf(message, linkOf(message)!)
    known.set(message, (result = { blocks: list.blocks, linkDefinitions: list.linkDefinitions }))
  }
  return result
}

/** The message's list, with the text of this object. */
function listOf(message: ChatMessage, { lineage, number }: Link): BlockList {
  const list = (lineage.list ??= new BlockList(`${message.id}-`))
  if (number < lineage.listed) return list.past(message.content, isOpen(message))
  lineage.listed = number
  // After its end a text may go on, when a run is resumed.
  if (lineage.of === message && list.isOpen) list.append(lineage.tail, isOpen(message))
  else list.set(message.content, isOpen(message))
  lineage.of = message
  lineage.tail = ''
  return list
}

/** More text may come. A paused run may go on. */
const isOpen = ({ role, status }: ChatMessage) => role === 'agent' && (status === 'started' || status === 'paused')

const BLOCKS: PropertyDescriptor = { configurable: true, get(this: ChatMessage) { return read(this).blocks } }
const LINK_DEFINITIONS: PropertyDescriptor = { configurable: true, get(this: ChatMessage) { return read(this).linkDefinitions } }
