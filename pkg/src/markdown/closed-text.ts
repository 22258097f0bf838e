// The text of an open block with what is half written closed, so that a renderer shows no raw marks. A guess, for the moment in
// which it is drawn: nothing depends on it.

import { closeInline } from './close-inline'
import type { Block } from '../types/markdown'

/** `block.text`, or of an open block that text with what is half written closed: `**bold`, a fence, a link, a table row. */
export function closedText(block: Pick<Block, 'text' | 'kind' | 'open'>): string {
  const { text, kind, open } = block
  if (!open) return text
  switch (kind) {
    case 'code': return closeFence(text)
    case 'math': return closeMath(text)
    case 'table': return closeRow(text)
    case 'html': return text.replace(HALF_TAG, '')
    case 'rule': case 'definition': return text
    default: return closeParagraph(text)
  }
}

const HALF_TAG = /<[a-z/!][^<>]*$/i

function closeFence(text: string): string {
  const fence = /^\s*?(`{3,}|~{3,})/.exec(text)?.[1]
  if (!fence) return text
  const lines = text.split('\n')
  const last = lines.at(-1)!.trim()
  if (lines.length > 1 && last === fence) return text
  // Part of the closing fence.
  if (lines.length > 1 && last && fence.startsWith(last)) lines.pop()
  return `${lines.join('\n').replace(/\n$/, '')}\n${fence}`
}

function closeMath(text: string): string {
  const whole = text.trimEnd().replace(/([^$]|^)\$$/, '$1')
  if (whole.length > 2 && whole.endsWith('$$')) return text
  return whole.includes('\n') ? `${whole.trimEnd()}\n$$` : `${whole}$$`
}

function closeRow(text: string): string {
  const at = text.lastIndexOf('\n') + 1
  const row = text.slice(at)
  if (!row.trim()) return text
  const cells = row.split('|')
  const closed = [...cells.slice(0, -1), closeInline(cells.at(-1)!)].join('|')
  return text.slice(0, at) + (/\|\s*$/.test(closed) || !row.trimStart().startsWith('|') ? closed : `${closed.trimEnd()} |`)
}

function closeParagraph(text: string): string {
  const head = headOfTable(text)
  if (head) return `${head}\n|${' --- |'.repeat(head.replace(/\\\|/g, '').split('|').length - 2)}`
  const whole = withoutUnderline(text)
  const at = lastPart(whole)
  return whole.slice(0, at) + closeInline(whole.slice(at))
}

/** The head of a table whose second line has not come, or has begun. */
function headOfTable(text: string): string | undefined {
  const [first, delimiters = '', ...more] = text.trimStart().split('\n', 3)
  const head = first!.trimEnd()
  const isHead = head.length > 1 && head.startsWith('|') && head.endsWith('|') && /[^\s|]/.test(head)
  return isHead && more.length === 0 && /^[-:| \t]*$/.test(delimiters) ? head : undefined
}

/** Without `--` or `==` below a text, which may become a list, a rule or an underline. */
function withoutUnderline(text: string): string {
  const at = text.lastIndexOf('\n') + 1
  if (at === 0 || !/^ {0,3}(?:-{1,2}|=+)$/.test(text.slice(at))) return text
  const above = text.slice(text.lastIndexOf('\n', at - 2) + 1, at)
  return above.trim() ? text.slice(0, at) : text
}

/** Where the last paragraph, item, quote or heading begins: marks before it have been closed, or are text. */
function lastPart(text: string): number {
  let at = 0
  for (const { index, 0: found } of text.matchAll(/\n[ \t]*\n|^[ \t>]*(?:[-+*]|\d{1,9}[.)])[ \t]+|^[ \t]*(?:>[ \t]?)+|^ {0,3}#{1,6}[ \t]+/gm)) at = index + found.length
  return at
}
