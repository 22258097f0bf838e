/** What is missing from a text and what should not be in it, by grapheme cluster. */

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
/** Largest table of common lengths; beyond it the whole middle counts as replaced. */
const MAX_CELLS = 4_000_000

/** Returns `[{ kind: 'same' | 'lost' | 'extra', text }]`. */
export function diff(shown, expected) {
  if (shown === expected) return shown ? [{ kind: 'same', text: shown }] : []
  const a = [...graphemes.segment(shown)].map(({ segment }) => segment)
  const b = [...graphemes.segment(expected)].map(({ segment }) => segment)
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  const parts = []
  const add = (kind, text) => {
    if (text === '') return
    if (parts.at(-1)?.kind === kind) parts.at(-1).text += text
    else parts.push({ kind, text })
  }
  add('same', a.slice(0, head).join(''))
  diffMiddle(a.slice(head, a.length - tail), b.slice(head, b.length - tail), add)
  add('same', a.slice(a.length - tail).join(''))
  return parts
}

/** The number of graphemes of one kind. */
export function count(parts, kind) {
  return parts.reduce((sum, part) => sum + (part.kind === kind ? [...graphemes.segment(part.text)].length : 0), 0)
}

/** Longest common subsequence by dynamic programming. */
function diffMiddle(a, b, add) {
  const width = b.length + 1
  if ((a.length + 1) * width > MAX_CELLS) {
    add('extra', a.join(''))
    add('lost', b.join(''))
    return
  }
  const table = new Uint16Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i * width + j] = a[i] === b[j] ? table[(i + 1) * width + j + 1] + 1 : Math.max(table[(i + 1) * width + j], table[i * width + j + 1])
    }
  }
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      add('same', a[i++])
      j++
    } else if (j < b.length && (i === a.length || table[i * width + j + 1] >= table[(i + 1) * width + j])) add('lost', b[j++])
    else add('extra', a[i++])
  }
}
