/** The wording of the composer and the toolbar, depending on what the page shows. */

const LIVE = { hint: 'Enter to send. A message sent during an answer is queued.', queues: true }
const REPLAY = { placeholder: 'Type a message', hint: 'No backend is connected; a recording answers.', queues: false }

/** `live`: the connected backend (app.js), or null in a replay. */
export function composerCopy(live) {
  return live ? { placeholder: `Message ${live.target.name}`, ...LIVE } : REPLAY
}

export function toolbarCopy(scenario, live, backend) {
  if (live?.scenario) return { heading: live.scenario.title, text: live.scenario.description, origin: backend.text, replayText: 'Send', paced: false }
  if (live) return { heading: live.target.name, text: `Live from ${live.target.endpoint}`, paced: false }
  if (!scenario) return { heading: 'Replays', text: 'Recorded AgentOS streams, byte for byte', paced: true }
  const waits = scenario.waits ? ' · waits as announced' : ''
  const origin = scenario.scripted ? 'Scripted for this page, not a recording' : `Recording ${scenario.name}${waits}`
  return { heading: scenario.title, text: scenario.description, origin, replayText: 'Replay', paced: true }
}
