// The blocks of one text that grows: src/markdown.rs finds where they begin, this makes the objects. In: the text, whole or what
// was appended. Out: a list in which whatever did not change keeps its identity.

import { splitterClass } from '../wasm/loader'
import type { Blocks as Splitter } from '../../generated/core'
import type { Block, BlockKind } from '../types/markdown'

/** In the order of `Kind` in src/markdown.rs. */
const KINDS: BlockKind[] = ['paragraph', 'heading', 'code', 'list', 'quote', 'table', 'html', 'rule', 'math', 'definition']

export class BlockList {
  blocks: readonly Block[] = EMPTY
  /** Every definition so far, ready to be appended to a block. */
  linkDefinitions = ''
  #length = 0
  #isOpen = true
  /** Where the last block begins. */
  #lastStart = 0
  /** Gone once the text has ended. */
  #splitter: Splitter | undefined
  #nextId = 0

  /** `prefix`: for the ids of the blocks. */
  constructor(private readonly prefix: string) {}

  /** The text so far: the blocks, joined. */
  get #text(): string {
    return this.blocks.map(({ text }) => text).join('')
  }

  /** The whole text as it is now. */
  set(text: string, isOpen: boolean): void {
    const known = this.#text
    if (text.startsWith(known) && (this.#isOpen || (text.length === known.length && !isOpen))) this.append(text.slice(known.length), isOpen)
    else this.#replace(text, isOpen)
  }

  /** More of the text. Only while it is open. */
  append(text: string, isOpen: boolean): void {
    if (text && this.#isOpen) this.#push((splitter) => splitter.push(text), text)
    if (isOpen || !this.#isOpen) return
    this.#isOpen = false
    if (this.#length) this.#push((splitter) => splitter.close(), '')
    this.#splitter?.free()
    this.#splitter = undefined
  }

  #push(change: (splitter: Splitter) => number, text: string): void {
    const splitter = (this.#splitter ??= new (splitterClass())())
    const count = change(splitter)
    const blocks = this.blocks.slice()
    const first = Math.max(blocks.length - 1, 0)
    const last = blocks.pop()
    const rest = (last?.text ?? '') + text
    const from = this.#lastStart
    for (let at = first; at < count; at++) {
      const start = at === first ? from : splitter.start(at)
      const piece = at + 1 < count ? rest.slice(start - from, splitter.start(at + 1) - from) : start === from ? rest : rest.slice(start - from)
      const id = at === first && last ? last.id : `${this.prefix}b${this.#nextId++}`
      blocks.push(makeBlock(id, piece, KINDS[splitter.kind(at)]!, this.#isOpen && at + 1 === count))
      this.#lastStart = start
    }
    this.#length += text.length
    this.blocks = Object.freeze(blocks)
    const fresh = splitter.definitions()
    if (fresh) this.linkDefinitions = (this.linkDefinitions || '\n\n') + fresh
  }

  /** The blocks of an earlier text of the same message; this list stays as it is. */
  past(text: string, isOpen: boolean): BlockList {
    const list = new BlockList(this.prefix)
    list.blocks = this.blocks
    list.#replace(text, isOpen)
    return list
  }

  /** Another text. Blocks at its beginning and end that are the same stay the same objects. */
  #replace(text: string, isOpen: boolean): void {
    const old = this.blocks
    this.#splitter?.free()
    this.#splitter = undefined
    this.blocks = EMPTY
    this.linkDefinitions = ''
    this.#length = this.#lastStart = 0
    this.#isOpen = true
    const nextId = this.#nextId
    this.#nextId = 0
    this.append(text, isOpen)
    if (!old.length) return
    const fresh = this.blocks.slice()
    let start = 0
    while (start < Math.min(old.length, fresh.length) && isSame(old[start]!, fresh[start]!)) fresh[start] = old[start++]!
    let end = 0
    while (end < Math.min(old.length, fresh.length) - start && isSame(old.at(-1 - end)!, fresh.at(-1 - end)!)) fresh[fresh.length - 1 - end] = old.at(-1 - end++)!
    // As many blocks as before: each is the one that stood there, with another text.
    const keepsIds = old.length === fresh.length
    this.#nextId = nextId
    for (let at = start; at < fresh.length - end; at++) {
      const id = keepsIds || at === start && at < old.length - end ? old[at]!.id : `${this.prefix}b${this.#nextId++}`
      fresh[at] = Object.freeze({ ...fresh[at]!, id })
    }
    this.blocks = Object.freeze(fresh)
  }
}

function makeBlock(id: string, text: string, kind: BlockKind, open: boolean): Block {
  const lang = kind === 'code' ? LANGUAGE.exec(text.length > LANGUAGE_WITHIN ? text.slice(0, LANGUAGE_WITHIN) : text)?.[1] : undefined
  return Object.freeze(lang ? { id, text, kind, open, lang } : { id, text, kind, open })
}

/** The first word after the fence. */
const LANGUAGE = /^\s*?(?:`{3,}|~{3,})[ \t]*([^\s`]+)/
/** The language is looked for in so many characters. */
const LANGUAGE_WITHIN = 200

const isSame = (a: Block, b: Block) => a.text === b.text && a.kind === b.kind && a.open === b.open

const EMPTY: readonly Block[] = Object.freeze([])
