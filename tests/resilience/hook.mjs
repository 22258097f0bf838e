// The way it is done in a page: text is collected until its braces are balanced, whatever lines it came in, and a delta loses what
// the one before it said. As in the hook that agno-agi/agent-ui and its forks are built on; written anew, and kinder than that:
// members' texts are kept out of the answer.

/** Hands out each whole object of `text`, and returns what is left of it. */
function takeObjects(text, onObject) {
  let start = text.indexOf('{')
  while (start >= 0) {
    const end = closingBrace(text, start)
    if (end < 0) break
    let object = null
    try {
      object = JSON.parse(text.slice(start, end + 1))
    } catch {
      // Not one: perhaps there is another inside of it.
      start = text.indexOf('{', start + 1)
      continue
    }
    onObject(object)
    text = text.slice(end + 1).trim()
    start = text.indexOf('{')
  }
  return start < 0 ? text : text.slice(start).trim()
}

function closingBrace(text, start) {
  let depth = 0, inString = false
  for (let at = start; at < text.length; at++) {
    const character = text[at]
    if (inString) {
      if (character === '\\') at++
      else if (character === '"') inString = false
    } else if (character === '"') inString = true
    else if (character === '{') depth++
    else if (character === '}' && --depth === 0) return at
  }
  return -1
}

/** Reads the body of an answer as such a hook does; what the page shows in the end. */
export async function readAsHook(body) {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let buffer = '', last = '', text = '', failed = false, events = 0
  const onObject = (object) => {
    events++
    const chunk = object.data && typeof object.data === 'object' ? { event: object.event, ...object.data } : object
    if (chunk.parent_run_id) return
    if (chunk.event === 'RunContent' || chunk.event === 'TeamRunContent') {
      if (typeof chunk.content !== 'string') return
      text += chunk.content.replace(last, '')
      last = chunk.content
    } else if (chunk.event === 'RunCompleted' || chunk.event === 'TeamRunCompleted') {
      if (typeof chunk.content === 'string') text = chunk.content
    } else if (chunk.event === 'RunError' || chunk.event === 'TeamRunError') failed = true
  }
  for (;;) {
    const { done, value } = await reader.read()
    // The end of the body is the end of the answer.
    if (done) return { text, events, succeeded: !failed }
    buffer = takeObjects(buffer + decoder.decode(value, { stream: true }), onObject)
  }
}
