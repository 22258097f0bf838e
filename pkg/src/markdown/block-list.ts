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
  #isOpen = true
  /** Where the last block begins. */
  #lastStart = 0
  /** Gone once the text has ended. */
  #splitter: Splitter | undefined
  #nextId = 0

  /** `prefix`: for the ids of the blocks. */
  constructor(private readonly prefix: string) {}

  /** More may be appended. */
  get isOpen(): boolean {
    return this.#isOpen
  }

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
    if (!this.#isOpen || (isOpen && !text)) return
    this.#isOpen = isOpen
    if (text || this.#splitter) this.#push(text)
    if (!isOpen) this.#free()
  }

  #push(text: string): void {
    const splitter = (this.#splitter ??= new (splitterClass())())
    const count = splitter.push(text, !this.#isOpen)
    const blocks = this.blocks.slice()
    const first = Math.max(blocks.length - 1, 0)
    const last = blocks.pop()
    const rest = (last?.text ?? '') + text
    const from = this.#lastStart
    for (let at = first; at < count; at++) {
      const [start, kind] = unpack(splitter.at(at))
      const end = at + 1 < count ? unpack(splitter.at(at + 1))[0] : undefined
      const piece = start === from && end === undefined ? rest : rest.slice(start - from, end && end - from)
      const id = at === first && last ? last.id : this.#newId()
      blocks.push(makeBlock(id, piece, KINDS[kind]!, this.#isOpen && end === undefined))
      this.#lastStart = start
    }
    this.blocks = Object.freeze(blocks)
    const fresh = splitter.definitions()
    if (fresh) this.linkDefinitions = (this.linkDefinitions || '\n\n') + fresh
  }

  #newId(): string {
    return `${this.prefix}b${this.#nextId++}`
  }

  #free(): void {
    this.#splitter?.free()
    this.#splitter = undefined
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
    this.#free()
    this.blocks = EMPTY
    this.linkDefinitions = ''
    this.#lastStart = 0
    this.#isOpen = true
    const nextId = this.#nextId
    this.#nextId = 0
    this.append(text, isOpen)
    if (!old.length || !this.blocks.length) return
    const fresh = this.blocks.slice()
    const most = Math.min(old.length, fresh.length)
    let start = 0
    while (start < most && isSame(old[start]!, fresh[start]!)) fresh[start] = reused(old[start]!, fresh[start++]!)
    // The last one was open, so that it may differ; those before it may be the same nevertheless.
    let end = 0
    while (end < most - start && (end === 0 || isSame(old.at(-1 - end)!, fresh.at(-1 - end)!))) fresh[fresh.length - 1 - end] = reused(old.at(-1 - end)!, fresh.at(-1 - end++)!)
    this.#nextId = nextId
    for (let at = start; at < fresh.length - end; at++) {
      // In the place of one that is gone.
      const id = at < old.length - end ? old[at]!.id : this.#newId()
      fresh[at] = Object.freeze({ ...fresh[at]!, id })
    }
    this.blocks = Object.freeze(fresh)
  }
}

/** Where a block begins, and its kind. */
const unpack = (packed: number): [start: number, kind: number] => [Math.floor(packed / 16), packed % 16]

function makeBlock(id: string, text: string, kind: BlockKind, open: boolean): Block {
  const lang = kind === 'code' ? LANGUAGE.exec(text.length > LANGUAGE_WITHIN ? text.slice(0, LANGUAGE_WITHIN) : text)?.[1] : undefined
  return Object.freeze(lang ? { id, text, kind, open, lang } : { id, text, kind, open })
}

/** The first word after the fence. */
const LANGUAGE = /^\s*?(?:`{3,}|~{3,})[ \t]*([^\s`]+)/
/** The language is looked for in so many characters. */
const LANGUAGE_WITHIN = 200

const isSame = (a: Block, b: Block) => a.text === b.text && a.kind === b.kind

/** `old` if nothing differs, else `fresh` under its id. */
const reused = (old: Block, fresh: Block): Block => isSame(old, fresh) && old.open === fresh.open ? old : Object.freeze({ ...fresh, id: old.id })

const EMPTY: readonly Block[] = Object.freeze([])
