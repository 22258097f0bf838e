/**
 * The text that should be on screen after a number of bytes: read from the whole recording with JSON.parse, independently of both
 * readers compared. The end of the run is what the backend stored.
 */

/** `at(count)`: the text after `count` bytes. */
export function createExpected(bytes, stored) {
  const steps = []
  let text = ''
  let offset = 0
  let top = null
  // latin1: one character per byte, so text offsets are byte offsets.
  const latin = new TextDecoder('latin1').decode(bytes)
  for (let end; (end = latin.indexOf('\n\n', offset)) >= 0; offset = end + 2) {
    const block = new TextDecoder().decode(bytes.subarray(offset, end))
    // Not `^` and `$`: they also match at U+2028, which a text may contain.
    const data = /(?:^|\n)data: ([^\n]*)/.exec(block)
    if (!data) continue
    const frame = JSON.parse(data[1])
    const event = frame.event ?? /(?:^|\n)event: ([^\n]*)/.exec(block)?.[1]
    if (event === 'retry') text = ''
    else if (!frame.parent_run_id && /^(Team)?RunStarted$/.test(event)) top = frame.run_id
    else if (frame.run_id === top && /^(Team)?RunContent$/.test(event) && typeof frame.content === 'string') text += frame.content
    else if (frame.run_id === top && /^(Team)?RunCompleted$/.test(event)) text = stored
    else continue
    steps.push({ end: end + 2, text })
  }
  return {
    at(count) {
      let found = ''
      for (const step of steps) {
        if (step.end > count) break
        found = step.text
      }
      return found
    },
  }
}
