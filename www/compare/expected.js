/**
 * What should be on screen when so many bytes have come: read from the whole recording, frame by frame with JSON.parse, by neither of
 * the two that are compared. The last word has what the backend stored of the run.
 */

/** `at(bytes)`: the text by then. */
export function createExpected(bytes, stored) {
  const steps = []
  let text = ''
  let offset = 0
  let top = null
  // One letter a byte: places in the text are places in the bytes.
  const latin = new TextDecoder('latin1').decode(bytes)
  for (let end; (end = latin.indexOf('\n\n', offset)) >= 0; offset = end + 2) {
    const block = new TextDecoder().decode(bytes.subarray(offset, end))
    // Not `^` and `$`: U+2028 within a text is a line's end to them.
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
