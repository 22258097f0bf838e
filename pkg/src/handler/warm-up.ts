// Starts the module in idle time, so that the first answer does not wait for it.
//
// Browsers compile a function when it is first called, which is half of the cost of starting. So the warm-up also feeds a short
// answer to a throwaway handler.

import { compileInBackground, type ModuleSource } from '../wasm/loader'
import { makeStreamHandler } from './stream-handler'

let isStarted = false

/** Warms up once per page. Without a document (Node, workers) the module starts on first use. Never throws. */
export function warmUp(source: ModuleSource): void {
  if (isStarted || typeof document === 'undefined') return
  isStarted = true
  // Errors are reported when the module is needed.
  rehearse(source).catch(() => {})
}

async function rehearse(source: ModuleSource): Promise<void> {
  await idle()
  await compileInBackground(source)
  await idle()
  const handler = makeStreamHandler(source, { shareLimits: false, persist: false })
  handler.begin('')
  for (const frames of SHORT_ANSWER) {
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

/** Safari has no requestIdleCallback. */
const IDLE_FALLBACK_MS = 100

const event = (event: string, more: object = {}) => ({ event, run_id: 'r', session_id: 's', created_at: 1, ...more })
const text = event('RunContent', { content: 'text', content_type: 'str' })
const tool = { tool_call_id: 'c', tool_name: 't', tool_args: { a: 1 } }

/** The events of an answer, by chunk: what nearly every answer uses. */
const SHORT_ANSWER = [
  [event('RunStarted', { model: 'm' })],
  [text],
  [text],
  [event('ToolCallStarted', { tool }), event('ToolCallCompleted', { tool: { ...tool, result: 'text' } })],
  [event('RunCompleted', { content: 'texttext' })],
]
