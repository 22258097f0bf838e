/** The wording of the composer and the toolbar, depending on what the page shows. */

const LIVE = { hint: 'Enter to send. A message sent during an answer is queued.', queues: true }

/** `live`: the connected backend (app.js), or null in a replay. `backend`: the demo's own. */
export function composerCopy(live, backend) {
  if (live) return { placeholder: `Message ${live.target.name}`, ...LIVE }
  return { placeholder: 'Message Cirkelline', hint: `Starts a live chat with ${backend.name}.`, queues: true }
}

export function toolbarCopy(scenario, live, backend) {
  if (live?.scenario) return { heading: live.scenario.title, text: live.scenario.description, origin: backend.text, replayText: live.scenario.sends.length > 0 ? 'Send' : undefined, paced: false }
  if (live) return { heading: live.target.name, text: `Live from ${live.target.endpoint}`, paced: false }
  if (!scenario) return { heading: 'Replays', text: 'Recorded AgentOS streams, with the timing they had', paced: true, isEmpty: true }
  const waits = scenario.waits ? ', with the waits that were announced' : ''
  const origin = scenario.scripted ? 'Scripted for this page, not a recording' : `A recording of AgentOS${waits}`
  return { heading: scenario.title, text: scenario.description, origin, replayText: 'Replay', paced: true }
}
