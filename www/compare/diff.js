/** What of a text is missing, and what is in it that should not be: by letters as a reader sees them. */

const letters = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const MOST = 4_000_000

/** `[{ kind: 'same' | 'lost' | 'extra', text }]`. */
export function diff(shown, wanted) {
  if (shown === wanted) return shown ? [{ kind: 'same', text: shown }] : []
  const a = [...letters.segment(shown)].map(({ segment }) => segment)
  const b = [...letters.segment(wanted)].map(({ segment }) => segment)
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
  middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail), add)
  add('same', a.slice(a.length - tail).join(''))
  return parts
}

/** How many letters of a kind. */
export function count(parts, kind) {
  return parts.reduce((sum, part) => sum + (part.kind === kind ? [...letters.segment(part.text)].length : 0), 0)
}

/** The longest text that both have: a table of lengths, read from its start. */
function middle(a, b, add) {
  const width = b.length + 1
  if ((a.length + 1) * width > MOST) {
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
