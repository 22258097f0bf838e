/**
 * The usual way to read a stream, written for this comparison after what many chat hooks do: look for a brace, count braces until
 * they match, JSON.parse what lies between. Nothing is known of frames, and nothing of strings, in which braces are letters.
 */

/** Hands every whole object in `buffer` to `found`; returns what is left for the next chunk. */
export function objectsIn(buffer, found) {
  let from = 0
  for (;;) {
    const start = buffer.indexOf('{', from)
    if (start < 0) return ''
    const end = closing(buffer, start)
    // Incomplete: with the next chunk it is counted from its start again.
    if (end < 0) return buffer.slice(start).trim()
    try {
      found(JSON.parse(buffer.slice(start, end + 1)))
      from = end + 1
    } catch {
      // Not an object after all: on to the next brace.
      from = start + 1
    }
  }
}

function closing(buffer, start) {
  let depth = 0
  for (let at = start; at < buffer.length; at++) {
    if (buffer[at] === '{') depth++
    else if (buffer[at] === '}' && --depth === 0) return at
  }
  return -1
}
