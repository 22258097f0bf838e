/**
 * The baseline's parser, written for this comparison after what many chat hooks do: find a brace, count braces until they match,
 * JSON.parse what is between. Ignores frames, and does not know that braces inside strings are text.
 */

/** Calls `onObject` with each complete object in `buffer`; returns the rest, for the next chunk. */
export function extractObjects(buffer, onObject) {
  let from = 0
  for (;;) {
    const start = buffer.indexOf('{', from)
    if (start < 0) return ''
    const end = closingBrace(buffer, start)
    // Incomplete: counted from its start again with the next chunk.
    if (end < 0) return buffer.slice(start).trim()
    try {
      onObject(JSON.parse(buffer.slice(start, end + 1)))
      from = end + 1
    } catch {
      // Not an object: try the next brace.
      from = start + 1
    }
  }
}

function closingBrace(buffer, start) {
  let depth = 0
  for (let at = start; at < buffer.length; at++) {
    if (buffer[at] === '{') depth++
    else if (buffer[at] === '}' && --depth === 0) return at
  }
  return -1
}
