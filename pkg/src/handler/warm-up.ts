// The module is started while the page has nothing else to do, so that nobody waits for it when the first answer comes.
//
// Browsers compile a function when it is first called, which is half of what a start costs: so a short answer is read too, by a
// handler that nobody sees.

import { makeHandler } from './stream-handler'
import { compileAhead, type Source } from '../wasm/loader'

let begun = false

/** Does so for the first handler of a page. Elsewhere (Node, workers) the module starts at first use. */
export function startAhead(source: Source): void {
  if (begun || typeof document === 'undefined') return
  begun = true
  // What is wrong is said when the module is needed.
  prepare(source).catch(() => {})
}

async function prepare(source: Source): Promise<void> {
  await idle()
  await compileAhead(source)
  await idle()
  const handler = makeHandler(source, { shareLimits: false, persist: false })
  handler.begin('')
  for (const frames of REHEARSAL) {
    await idle()
    handler.feed(new TextEncoder().encode(frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join('')))
    handler.getSnapshot()
  }
  handler.end()
  handler.dispose()
}

const idle = () => new Promise<unknown>((resolve) => {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(resolve)
  else setTimeout(resolve, SOON)
})

/** Safari has no idle callbacks. Milliseconds. */
const SOON = 100

const said = (event: string, more: object = {}) => ({ event, run_id: 'r', session_id: 's', created_at: 1, ...more })
const text = said('RunContent', { content: 'text', content_type: 'str' })
const tool = { tool_call_id: 'c', tool_name: 't', tool_args: { a: 1 } }

const REHEARSAL = [
  [said('RunStarted', { model: 'm' })],
  [text],
  [text],
  [said('ToolCallStarted', { tool }), said('ToolCallCompleted', { tool: { ...tool, result: 'text' } })],
  [said('RunCompleted', { content: 'texttext' })],
]
