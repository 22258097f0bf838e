// The module is started while the page has nothing else to do, so that nobody waits for it when the first answer comes.
//
// Browsers compile a function when it is first called, which is half of what a start costs: so a short answer is read too, by a
// handler that nobody sees.

import { makeStreamHandler } from './stream-handler'
import { compileInBackground, type ModuleSource } from '../wasm/loader'

let isStarted = false

/** Does so for the first handler of a page. Elsewhere (Node, workers) the module starts at first use. */
export function warmUp(source: ModuleSource): void {
  if (isStarted || typeof document === 'undefined') return
  isStarted = true
  // What is wrong is said when the module is needed.
  rehearse(source).catch(() => {})
}

async function rehearse(source: ModuleSource): Promise<void> {
  await idle()
  await compileInBackground(source)
  await idle()
  const handler = makeStreamHandler(source, { shareLimits: false, persist: false })
  handler.begin('')
  for (const frames of WARM_UP_FRAMES) {
    await idle()
    handler.feed(new TextEncoder().encode(frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join('')))
    handler.getSnapshot()
  }
  handler.end()
  handler.dispose()
}

const idle = () => new Promise<unknown>((resolve) => {
  if (typeof requestIdleCallback === 'function') requestIdleCallback(resolve)
  else setTimeout(resolve, IDLE_FALLBACK_MS)
})

/** Safari has no idle callbacks. Milliseconds. */
const IDLE_FALLBACK_MS = 100

const event = (event: string, more: object = {}) => ({ event, run_id: 'r', session_id: 's', created_at: 1, ...more })
const text = event('RunContent', { content: 'text', content_type: 'str' })
const tool = { tool_call_id: 'c', tool_name: 't', tool_args: { a: 1 } }

const WARM_UP_FRAMES = [
  [event('RunStarted', { model: 'm' })],
  [text],
  [text],
  [event('ToolCallStarted', { tool }), event('ToolCallCompleted', { tool: { ...tool, result: 'text' } })],
  [event('RunCompleted', { content: 'texttext' })],
]
