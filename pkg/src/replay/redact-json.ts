// Replaces the strings of JSON with placeholder letters, byte for byte. Accepts JSON that is cut off, and text that is not JSON.

/** Keys whose values are identifiers and not texts. Keys that end in `_id`, except `user_id`, are treated the same. */
const KEPT_KEYS = new Set([
  'event', 'id', 'status', 'type', 'role', 'model', 'provider', 'model_provider', 'content_type', 'created_at', 'tool_name', 'agent_name',
  'team_name', 'workflow_name', 'step_name', 'executor_name', 'executor_type', 'step_type', 'field_type', 'error_type', 'mime_type',
])
/** The words by which src/refusal.rs recognizes a rate limit and its delay. */
const RATE_LIMIT_WORDS = /resource_exhausted|rate_limit_\w*|retrydelay|status_?code|too many requests|rate limit(ed)?|exceeded|reached|quota|(re)?try(ing)?( again)? (in|after)|(milli)?seconds?|minutes?|hours?|response|http|error|code|status|retry|attempt|\d+(\.\d+)?(ms|s|m|h)?/gi

/** A text within bytes: its characters and the offset of each. For JSON inside a JSON string, the characters are unescaped. */
export interface Units { codes: number[]; starts: number[] }

export function toUnits(bytes: Uint8Array): Units {
  return { codes: [...bytes], starts: Array.from({ length: bytes.length + 1 }, (_, at) => at) }
}

/** Overwrites the strings in `bytes`, from left to right. `isError` preserves the words of a rate limit. `isSaid`: part of a message or of a tool's data. */
export function redactUnits({ codes, starts }: Units, bytes: Uint8Array, isError: boolean, isSaid = false): void {
  const keys: (string | null)[] = []
  let key: string | null = null
  for (let at = 0; at < codes.length; at++) {
    const code = codes[at]!
    if (code === OPEN || code === BRACKET) keys.push(key)
    else if (code === CLOSE || code === CLOSE_BRACKET) key = keys.pop() ?? null
    else if (code === QUOTE) {
      const end = closingQuote(codes, at + 1)
      let behind = end + 1
      while (codes[behind] === 32 || codes[behind] === 9) behind++
      if (codes[behind] === COLON) key = String.fromCharCode(...codes.slice(at + 1, end))
      else {
        if (!isKept(key, keys, isSaid)) redactString({ codes: codes.slice(at + 1, end), starts: starts.slice(at + 1, end + 1) }, bytes, isError, key !== 'data')
      }
      at = end
    } else if (!keys.length && key === null && !isLiteral(codes, at)) {
      // Not JSON: plain text.
      const from = at
      while (at + 1 < codes.length && codes[at + 1] !== OPEN && codes[at + 1] !== BRACKET) at++
      overwriteUnits({ codes: codes.slice(from, at + 1), starts: starts.slice(from, at + 2) }, bytes, isError)
    }
  }
}

/** Whether a string is preserved. Inside a message or a tool's data only ids are: they say which member a task is for. */
function isKept(key: string | null, within: (string | null)[], isSaid: boolean): boolean {
  if (key === null || key === 'user_id') return false
  if (/_id$/.test(key) || (key === 'name' && within.includes('user_input_schema'))) return true
  return KEPT_KEYS.has(key) && !isSaid && !within.some((part) => part !== null && SPOKEN_KEYS.has(part))
}

const SPOKEN_KEYS = new Set(['tool_args', 'content', 'result', 'user_input', 'input'])
const [QUOTE, COLON, OPEN, CLOSE, BRACKET, CLOSE_BRACKET, BACKSLASH] = [34, 58, 123, 125, 91, 93, 92]

const isLiteral = (codes: number[], at: number) => /[\s\d,:.+-]/.test(String.fromCharCode(codes[at]!))

function closingQuote(codes: number[], from: number): number {
  let at = from
  while (at < codes.length && codes[at] !== QUOTE) at += codes[at] === BACKSLASH ? 2 : 1
  return Math.min(at, codes.length)
}

/** Redacts the inside of a string: as JSON if it is JSON, else as text. */
function redactString(units: Units, bytes: Uint8Array, isError: boolean, isSaid: boolean): void {
  const inner = unescape(units)
  const first = inner.codes.find((code) => code > 32)
  if (first === OPEN || first === BRACKET) {
    const text = String.fromCharCode(...inner.codes)
    try {
      JSON.parse(text)
      return redactUnits(inner, bytes, isError, isSaid)
    } catch {
      // Text that starts like JSON.
    }
  }
  overwriteUnits(inner, bytes, isError)
}

function unescape({ codes, starts }: Units): Units {
  const inner: Units = { codes: [], starts: [] }
  for (let at = 0; at < codes.length; at++) {
    inner.starts.push(starts[at]!)
    if (codes[at] !== BACKSLASH) {
      inner.codes.push(codes[at]!)
      continue
    }
    const letter = String.fromCharCode(codes[at + 1] ?? 0)
    if (letter === 'u') {
      inner.codes.push(parseInt(String.fromCharCode(...codes.slice(at + 2, at + 6)), 16) || 0)
      at += 5
    } else {
      inner.codes.push(ESCAPES[letter] ?? letter.charCodeAt(0))
      at++
    }
  }
  inner.starts.push(starts.at(-1)!)
  return inner
}

const ESCAPES: Record<string, number> = { n: 10, r: 13, t: 9, b: 8, f: 12 }

/** Overwrites letters and digits; in an error, except for the words that tell how long to wait. */
function overwriteUnits({ codes, starts }: Units, bytes: Uint8Array, isError: boolean): void {
  const kept = new Set<number>()
  if (isError) {
    const text = codes.map((code) => String.fromCharCode(code)).join('')
    for (const { 0: words, index } of text.matchAll(RATE_LIMIT_WORDS)) for (let at = 0; at < words.length; at++) kept.add(index + at)
  }
  codes.forEach((code, at) => {
    const isPlain = code < 128 && !/[A-Za-z0-9]/.test(String.fromCharCode(code))
    if (!kept.has(at) && !isPlain) overwrite(bytes, starts[at]!, starts[at + 1]!, code >= 48 && code <= 57 ? 48 : 120)
  })
}

export function overwrite(bytes: Uint8Array, from: number, to: number, letter?: number): void {
  for (let at = from; at < to; at++) {
    const code = bytes[at]!
    if (letter !== undefined) bytes[at] = letter
    else if (code > 127 || /[A-Za-z]/.test(String.fromCharCode(code))) bytes[at] = 120
  }
}
