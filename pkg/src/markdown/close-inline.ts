// Closes what is half written in one run of inline Markdown: code, emphasis, links, tags, math.

/** `text` with its open marks closed; a mark that stands at the very end is left out. */
export function closeInline(text: string): string {
  const open = new OpenMarks()
  let out = text
  for (let at = 0; at < out.length;) {
    const char = out[at]!
    if (char === '\\') at += 2
    else if (char === '`' || (char === '$' && out[at + 1] === '$')) {
      const mark = run(out, at)
      const end = findRun(out, at + mark.length, mark)
      // Nothing inside of code and math is a mark.
      if (end < 0) return closeAll(closeLast(out, at, mark), open)
      at = end
    } else if (char === '[') {
      open.push('[', at++)
    } else if (char === ']') {
      at++
      const from = open.close('[')
      if (from === undefined) continue
      if (out[at] !== '(') continue
      const end = closingParenthesis(out, at)
      // Half an address: the link's text alone. Half an image: nothing.
      if (end < 0) return closeAll(isImage(out, from) ? out.slice(0, from - 1) : out.slice(0, from) + closeInline(out.slice(from + 1, at - 1)), open)
      at = end
    } else if (char === '<' && /^<[a-z/!][^<>]*$/i.test(out.slice(at))) {
      out = out.slice(0, at)
    } else if (char === '*' || char === '_' || char === '~') {
      const mark = run(out, at)
      const [before, after] = [out[at - 1] ?? ' ', out[at + mark.length] ?? '']
      at += mark.length
      if (char === '_' && isWord(before) && isWord(after)) continue
      if (char === '~' && mark.length !== 2 && !(after === '' && open.has('~~'))) continue
      if (!isSpace(before) && open.close(mark) !== undefined) continue
      // Half of what closes, or what opens with nothing behind it.
      if (after === '') out = out.slice(0, at - mark.length)
      else if (!isSpace(after)) open.push(mark, at - mark.length)
    } else at++
  }
  const at = open.close('[')
  if (at !== undefined) {
    const rest = closeInline(out.slice(at + 1))
    out = isImage(out, at) ? out.slice(0, at - 1) : out.slice(0, at) + rest
  }
  return closeAll(out, open)
}

/** Closes code or math that begins at `at`. */
function closeLast(text: string, at: number, mark: string): string {
  const inside = text.slice(at + mark.length)
  if (!inside.trim()) return text.slice(0, at)
  // Part of the closing mark.
  const trimmed = mark.length > 1 && inside.endsWith(mark[0]!) ? inside.replace(mark[0] === '$' ? /\$+$/ : /`+$/, '') : inside
  return text.slice(0, at + mark.length) + trimmed.trimEnd() + mark
}

/** Appends what closes `open`, innermost first, before trailing spaces. */
function closeAll(text: string, open: OpenMarks): string {
  const whole = text.trimEnd()
  const marks = open.all.filter(({ mark, at }) => mark !== '[' && at + mark.length < whole.length).map(({ mark }) => mark).reverse().join('')
  const isDangling = open.all.length > 0 && !marks
  return isDangling ? text : whole + marks + text.slice(whole.length)
}

/** Marks that are not closed, innermost last. It counts them, so that a mark that is not among them is not looked for. */
class OpenMarks {
  readonly all: { mark: string; at: number }[] = []
  readonly #counts = new Map<string, number>()

  has(mark: string): boolean {
    return Boolean(this.#counts.get(mark))
  }

  push(mark: string, at: number): void {
    this.all.push({ mark, at })
    this.#counts.set(mark, (this.#counts.get(mark) ?? 0) + 1)
  }

  /** Closes the last one, and with it what has opened in it. Returns where it is. */
  close(mark: string): number | undefined {
    if (!this.has(mark)) return undefined
    for (;;) {
      const last = this.all.pop()!
      this.#counts.set(last.mark, this.#counts.get(last.mark)! - 1)
      if (last.mark === mark) return last.at
    }
  }
}

function run(text: string, at: number): string {
  let end = at + 1
  while (text[end] === text[at]) end++
  return text.slice(at, end)
}

/** Behind the next run of exactly this mark; negative if there is none. */
function findRun(text: string, from: number, mark: string): number {
  for (let at = text.indexOf(mark[0]!, from); at >= 0; at = text.indexOf(mark[0]!, at)) {
    const found = run(text, at)
    at += found.length
    if (found === mark) return at
  }
  return -1
}

function closingParenthesis(text: string, at: number): number {
  let depth = 0
  for (; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '(') depth++
    else if (text[at] === ')' && --depth === 0) return at + 1
  }
  return -1
}

const isImage = (text: string, at: number) => text[at - 1] === '!'
const isSpace = (char: string) => /\s/.test(char)
const isWord = (char: string) => /[\p{L}\p{N}]/u.test(char)
