/** The words around the conversation: what is being shown, and where a message would go. */

const QUEUES = { hint: 'Enter sends. A message sent during an answer waits its turn.', queues: true }
const REPLAYS = { placeholder: 'Say something', hint: 'No backend is connected, so a recording answers.', queues: false }

/** For the composer. `live`: the backend that answers, or null in a replay. */
export function composerWords(live) {
  return live ? { placeholder: `Message ${live.target.name}`, ...QUEUES } : REPLAYS
}

/** For the bar over the conversation. */
export function stageWords(scenario, live, backend) {
  if (live?.scenario) return { heading: live.scenario.title, text: live.scenario.description, origin: backend.text, again: 'Send', paced: false }
  if (live) return { heading: live.target.name, text: `Live, from ${live.target.endpoint}`, paced: false }
  if (!scenario) return { heading: 'Replays', text: 'Recorded AgentOS streams, byte for byte', paced: true }
  const waits = scenario.waits ? ' · waits as announced' : ''
  const origin = scenario.scripted ? 'Scripted for this page, not a recording' : `Recording ${scenario.name}${waits}`
  return { heading: scenario.title, text: scenario.description, origin, again: 'Replay', paced: true }
}
