// A block's text with the link definitions and footnotes that it refers to, so that it can be rendered apart.

import type { Block } from '../types/markdown'

/**
 * The text of a block, followed by those of `linkDefinitions` (of the same message) that it refers to. A definition that comes
 * late changes only the blocks that need it.
 */
export function withDefinitions({ text, kind }: Pick<Block, 'text' | 'kind'>, linkDefinitions: string): string {
  if (!linkDefinitions || !mayRefer({ text, kind })) return text
  const known = definitionsOf(linkDefinitions)
  const used = new Set<string>()
  for (const [, label] of text.matchAll(LABEL)) {
    const definition = known.get(normal(label!))
    if (definition) used.add(definition)
  }
  return used.size ? `${text}\n\n${[...used].join('\n')}` : text
}

/** Other blocks stay as they are, whatever is defined. */
export const mayRefer = ({ text, kind }: Pick<Block, 'text' | 'kind'>) => kind !== 'code' && kind !== 'definition' && text.includes('[')

/** Without brackets inside, as CommonMark has it. */
const LABEL = /\[((?:[^[\]\\]|\\.)+)\]/gs

/** CommonMark §6.3: labels match without regard to case and to the length of spaces. */
const normal = (label: string) => label.trim().replace(/\s+/g, ' ').toLowerCase().toUpperCase()

let parsed = { from: '', map: new Map<string, string>() }

/** Each definition by its label; the first one counts. Definitions of a message that grows are added to those that are known. */
function definitionsOf(from: string): Map<string, string> {
  if (parsed.from === from) return parsed.map
  if (!parsed.from || !from.startsWith(parsed.from)) parsed = { from: '', map: new Map() }
  for (const definition of from.slice(parsed.from.length).split(/^(?=\[)/m)) {
    const label = new RegExp(LABEL.source, 's').exec(definition)?.[1]
    if (label !== undefined && !parsed.map.has(normal(label))) parsed.map.set(normal(label), definition.trimEnd())
  }
  parsed.from = from
  return parsed.map
}
