// Replaces the strings of JSON with placeholder letters, byte for byte. Accepts JSON that is cut off, and text that is not JSON.

/** Keys whose values are identifiers and not texts. Keys that end in `_id`, except `user_id`, are treated the same. */
const KEPT_KEYS = new Set([
  'event', 'id', 'status', 'type', 'role', 'model', 'provider', 'model_provider', 'content_type', 'created_at', 'tool_name', 'agent_name',
  'team_name', 'workflow_name', 'step_name', 'executor_name', 'executor_type', 'step_type', 'field_type', 'error_type', 'mime_type',
  // Of messages that `load` showed.
  'agentName', 'teamName', 'agentId', 'teamId', 'runId', 'parentRunId', 'childRunId', 'delegatedBy', 'delegatedTo', 'delegatedToId', 'parentEventId', 'eventType',
])
/** The words by which src/refusal.rs recognizes a rate limit and its delay. */
const RATE_LIMIT_WORDS = /resource_exhausted|rate_limit_\w*|retrydelay|status_?code|too many requests|rate limit(ed)?|exceeded|reached|quota|(re)?try(ing)?( again)? (in|after)|(milli)?seconds?|minutes?|hours?|response|http|error|code|status|retry|attempt|\d+(\.\d+)?(ms|s|m|h)?/gi

/**
 * A text within bytes: its characters and the offset of each, with the end as the last offset. For JSON inside a JSON string, the
 * characters are unescaped. Typed arrays, because a tool's result may have millions of characters.
 */
export interface Units { codes: Uint16Array; starts: Uint32Array }

export function toUnits(bytes: Uint8Array): Units {
  return { codes: Uint16Array.from(bytes), starts: Uint32Array.from({ length: bytes.length + 1 }, (_, at) => at) }
}

const cut = ({ codes, starts }: Units, from: number, to: number): Units => ({ codes: codes.subarray(from, to), starts: starts.subarray(from, to + 1) })

/** The characters as a string, in pieces: a call takes about a hundred thousand arguments at most. */
function textOf(codes: Uint16Array): string {
  let text = ''
  for (let at = 0; at < codes.length; at += PIECE) text += String.fromCharCode(...codes.subarray(at, at + PIECE))
  return text
}

const PIECE = 0x2000

/**
 * Overwrites the strings in `bytes`, from left to right. `isError` preserves the words of a rate limit. `isSaid`: part of a
 * message or of a tool's data.
 */
export function redactUnits(units: Units, bytes: Uint8Array, isError: boolean, isSaid = false): void {
  const { codes } = units
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
      if (codes[behind] === COLON) key = textOf(codes.subarray(at + 1, end))
      else {
        if (!isKept(key, keys, isSaid)) redactString(cut(units, at + 1, end), bytes, isError, key !== 'data')
      }
      at = end
    } else if (!keys.length && key === null && !isLiteral(codes, at)) {
      // Not JSON: plain text.
      const from = at
      while (at + 1 < codes.length && codes[at + 1] !== OPEN && codes[at + 1] !== BRACKET) at++
      overwriteUnits(cut(units, from, at + 1), bytes, isError)
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

const isLiteral = (codes: Uint16Array, at: number) => /[\s\d,:.+-]/.test(String.fromCharCode(codes[at]!))

function closingQuote(codes: Uint16Array, from: number): number {
  let at = from
  while (at < codes.length && codes[at] !== QUOTE) at += codes[at] === BACKSLASH ? 2 : 1
  return Math.min(at, codes.length)
}

/** Redacts the inside of a string: as JSON if it is JSON, else as text. */
function redactString(units: Units, bytes: Uint8Array, isError: boolean, isSaid: boolean): void {
  const inner = unescape(units)
  const first = inner.codes.find((code) => code > 32)
  if (first === OPEN || first === BRACKET) {
    try {
      JSON.parse(textOf(inner.codes))
      return redactUnits(inner, bytes, isError, isSaid)
    } catch {
      // Text that starts like JSON.
    }
  }
  overwriteUnits(inner, bytes, isError)
}

function unescape({ codes, starts }: Units): Units {
  const inner: Units = { codes: new Uint16Array(codes.length), starts: new Uint32Array(codes.length + 1) }
  let length = 0
  for (let at = 0; at < codes.length; at++) {
    inner.starts[length] = starts[at]!
    let code = codes[at]!
    if (code === BACKSLASH) {
      const letter = String.fromCharCode(codes[at + 1] ?? 0)
      code = letter === 'u' ? parseInt(textOf(codes.subarray(at + 2, at + 6)), 16) || 0 : (ESCAPES[letter] ?? letter.charCodeAt(0))
      at += letter === 'u' ? 5 : 1
    }
    inner.codes[length++] = code
  }
  inner.starts[length] = starts.at(-1)!
  return cut(inner, 0, length)
}

const ESCAPES: Record<string, number> = { n: 10, r: 13, t: 9, b: 8, f: 12 }

/** Overwrites letters and digits; in an error, except for the words that tell how long to wait. */
function overwriteUnits({ codes, starts }: Units, bytes: Uint8Array, isError: boolean): void {
  const kept = new Uint8Array(isError ? codes.length : 0)
  if (isError) for (const { 0: words, index } of textOf(codes).matchAll(RATE_LIMIT_WORDS)) kept.fill(1, index, index + words.length)
  codes.forEach((code, at) => {
    if (!kept[at] && (code > 127 || isLetter(code) || isDigit(code))) overwrite(bytes, starts[at]!, starts[at + 1]!, isDigit(code) ? 48 : 120)
  })
}

export function overwrite(bytes: Uint8Array, from: number, to: number, letter?: number): void {
  for (let at = from; at < to; at++) {
    const code = bytes[at]!
    if (letter !== undefined) bytes[at] = letter
    else if (code > 127 || isLetter(code)) bytes[at] = 120
  }
}

const isLetter = (code: number) => (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
const isDigit = (code: number) => code >= 48 && code <= 57
