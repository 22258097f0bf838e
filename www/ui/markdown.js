/**
 * A small, safe subset of Markdown: paragraphs, headings, lists, quotes, code, links.
 *
 * Builds nodes, never HTML, and links only http and https. `createMarkdown` draws the blocks of a message: while an answer streams, only
 * the last one changes and is drawn again.
 */
import { el } from './dom.js'

export function createMarkdown(className) {
  const node = el('div', { class: className, dir: 'auto' })
  /** `{ text, nodes }` of each block: its elements stand side by side. */
  let drawn = []
  const draw = (text, at) => {
    const before = drawn[at]
    if (before?.text === text) return
    const nodes = renderMarkdown(text)
    if (before) before.nodes[0].before(...nodes)
    else node.append(...nodes)
    before?.nodes.forEach((old) => old.remove())
    drawn[at] = { text, nodes }
  }
  return {
    node,
    /** `blocks`: a message's, or what has a `text`. */
    update(blocks) {
      // Blank lines draw nothing.
      const texts = blocks.map(({ text }) => text.trimEnd()).filter((text) => text.trim())
      texts.forEach(draw)
      for (const { nodes } of drawn.splice(texts.length)) nodes.forEach((old) => old.remove())
    },
  }
}

/** All of a text as nodes. */
export const renderMarkdown = (text) => splitBlocks(text).map((block) => BUILD[block.kind](block))

const FENCE = /^\s*(```+|~~~+)\s*(\S*)/
const HEADING = /^(#{1,6})\s+(.*)/
const ITEM = /^\s*(?:[-*+]|(\d+)[.)])\s+/
const QUOTE = /^>\s?/

function splitBlocks(text) {
  const blocks = []
  let open = null
  let fence = null
  for (const line of text.split('\n')) {
    if (fence) {
      open.source += '\n' + line
      if (line.trim() === fence) open = fence = null
      continue
    }
    const kind = kindOf(line)
    if (kind === 'blank') open = null
    else if (kind === 'code') {
      fence = FENCE.exec(line)[1]
      blocks.push((open = { kind, source: line }))
    } else if (open && kind !== 'heading' && open.kind !== 'heading' && (kind === open.kind || (kind === 'paragraph' && open.kind === 'list'))) {
      open.source += '\n' + line
    } else blocks.push((open = { kind, source: line }))
  }
  return blocks
}

function kindOf(line) {
  if (line.trim() === '') return 'blank'
  if (FENCE.test(line)) return 'code'
  if (HEADING.test(line)) return 'heading'
  if (ITEM.test(line)) return 'list'
  if (QUOTE.test(line)) return 'quote'
  return 'paragraph'
}

const BUILD = {
  paragraph: ({ source }) => el('p', {}, ...inline(source)),
  quote: ({ source }) => el('blockquote', {}, ...inline(source.split('\n').map((line) => line.replace(QUOTE, '')).join('\n'))),
  heading({ source }) {
    const [, marks, title] = HEADING.exec(source)
    // The page's own headings end at h2; a model's "# Title" must not outrank them.
    return el(`h${Math.min(6, marks.length + 2)}`, {}, ...inline(title))
  },
  list({ source }) {
    const number = ITEM.exec(source)[1]
    const list = el(number ? 'ol' : 'ul', { start: number > 1 && number })
    let item = ''
    const close = () => item && list.append(el('li', {}, ...inline(item)))
    for (const line of source.split('\n')) {
      if (ITEM.test(line)) {
        close()
        item = line.replace(ITEM, '')
      } else item += '\n' + line.trim()
    }
    close()
    return list
  },
  code({ source }) {
    const [first, ...rest] = source.split('\n')
    const [, mark, language] = FENCE.exec(first)
    if (rest.at(-1)?.trim() === mark) rest.pop()
    return el('pre', { tabindex: '0', 'data-language': language }, el('code', {}, rest.join('\n')))
  },
}

const SPAN = /`([^`]+)`|\*\*([^*]+)\*\*|(?<![\w*])\*([^*\s][^*]*)\*(?!\w)|\[([^\]]+)\]\((https?:\/\/[^\s)]+)\)/g

function inline(text) {
  const nodes = []
  let end = 0
  for (const match of text.matchAll(SPAN)) {
    const [all, code, strong, emphasis, label, href] = match
    nodes.push(text.slice(end, match.index))
    if (code) nodes.push(el('code', {}, code))
    else if (strong) nodes.push(el('strong', {}, strong))
    else if (emphasis) nodes.push(el('em', {}, emphasis))
    else nodes.push(el('a', { href, rel: 'noopener noreferrer', target: '_blank' }, label))
    end = match.index + all.length
  }
  nodes.push(text.slice(end))
  return nodes
}
