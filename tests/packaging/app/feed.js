// What every project does with the package: a recorded stream through a handler, in pieces.
export async function feed(handler, url = '/recording.sse') {
  const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer())
  handler.begin('hello')
  for (let at = 0; at < bytes.length; at += 1000) handler.feed(bytes.subarray(at, at + 1000))
  handler.end()
}

/** A `fetch` that answers with the recorded stream. */
export async function recorded() {
  const { body } = await fetch('/recording.sse')
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

/** A stream of two frames, for where there is no file to fetch. */
export function small(handler, text) {
  const frame = (event, content) => `event: ${event}\ndata: ${JSON.stringify({ event, run_id: 'r', content })}\n\n`
  handler.begin('hello')
  handler.feed(new TextEncoder().encode(frame('RunContent', text) + frame('RunCompleted', text)))
  handler.end()
  return handler.getSnapshot().messages.at(-1).content
}
