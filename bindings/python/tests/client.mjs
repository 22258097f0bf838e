// The package's handler as the client of a server: sends a message, prints what its page would have shown.
//
//   node client.mjs URL SESSION MESSAGE [cancel]     cancel: as soon as it waits
import { createStreamHandler } from '../../../pkg/dist/index.js'

const [url, session, message, then] = process.argv.slice(2)
const handler = createStreamHandler({ endpoint: url, url: '/api/teams/cirkelline/runs', fields: { session_id: session }, notify: 'sync', shareLimits: false })
const shown = []
handler.subscribe(() => {
  const { status, activityStatus, retry } = handler.getSnapshot()
  const last = JSON.stringify([status, activityStatus, retry?.by ?? null])
  if (shown.at(-1) !== last) shown.push(last)
  if (then === 'cancel' && status === 'retrying') handler.cancel()
})
const outcome = await handler.send(message)
const { turns, error, timeline, sessionId, monitor, diagnostics } = handler.getSnapshot()
const { answer, attempts } = turns[0]
console.log(JSON.stringify({
  outcome, attempts, error, sessionId, shown: shown.map((line) => JSON.parse(line)),
  answer: answer.content, tools: (answer.tool_calls ?? []).map(({ tool_name }) => tool_name), diagnostics,
  retries: monitor.retries, members: turns[0].work.map(({ agentName, status, content }) => ({ agentName, status, content })),
  timeline: timeline.map(({ eventType, description, status, details }) => ({ eventType, description, status, voided: details.voided ?? false })),
}))
handler.dispose()
