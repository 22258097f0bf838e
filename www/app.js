/**
 * The demo page: one stream handler, the views that draw its snapshots, and what the buttons do.
 *
 * Two modes. In a replay the page feeds recorded bytes to the handler (`begin`, `feed`, `end`; replay/recorded-scenarios.js).
 * Live, the handler sends and streams by itself (`send`, `cancel`; live/live-session.js), against an AgentOS or the demo's own
 * backend. Views only ever see snapshots and need not know the mode.
 *
 * Imports point downwards: this file → shell → chat, chart, chaos, replay, live → ui.
 */
import { createStreamHandler } from './vendor/ai-stream-handler.js'
import { recordingOf } from './vendor/ai-stream-handler-replay.js'
import { composerCopy, toolbarCopy } from './shell/copy.js'
import { createFeatureCards } from './shell/feature-cards.js'
import { createLayout } from './shell/layout.js'
import { createProblemNotice } from './shell/problem-notice.js'
import { createStatusFooter } from './shell/status-footer.js'
import { createToolbar } from './shell/toolbar.js'
import { readUrlState, writeUrlState } from './shell/url-state.js'
import { createWelcome } from './shell/welcome.js'
import { createActivityStatus } from './chat/activity-status.js'
import { createComposer } from './chat/composer.js'
import { createErrorBanner } from './chat/error-banner.js'
import { createMessageList } from './chat/message-list.js'
import { createRetryCard } from './chat/retry-card.js'
import { createSendQueue } from './chat/send-queue.js'
import { createSessionList } from './chat/session-list.js'
import { createWaitClock } from './chat/wait-clock.js'
import { closeTimelines } from './chat/timeline.js'
import { openCharts } from './chart/time-chart.js'
import { createChaosPanel } from './chaos/chaos-panel.js'
import { createNetworkSwitches } from './chaos/network-switches.js'
import { createRecordedScenarios } from './replay/recorded-scenarios.js'
import { createRecorderControls } from './replay/recorder-controls.js'
import { createScenarioList, loadCatalog, loadStream } from './replay/scenario-list.js'
import { createScrubber } from './replay/scrubber.js'
import { createStreamPlayer } from './replay/stream-player.js'
import { createConnectForm } from './live/connect-form.js'
import { findBackend, liveGroup } from './live/live-scenarios.js'
import { createLiveSession } from './live/live-session.js'
import { createRateLimitPanel } from './live/rate-limit-panel.js'
import { el } from './ui/dom.js'
import { createThemeSwitch } from './ui/theme-switch.js'

const [recordings, backend] = await Promise.all([loadCatalog(), findBackend()])
const groups = [recordings[0], liveGroup(backend), ...recordings.slice(1)]
const catalog = groups.flatMap((group) => group.scenarios)
const recordedScenario = (wanted) => catalog.find(({ name, live }) => !live && name === wanted)
const liveScenario = (wanted) => catalog.find(({ name, live }) => live && name === wanted)

/**
 * What the page shows. `scenario`: the recorded scenario being replayed, or null. `live`: `{ options, target, scenario }`, or null in
 * a replay; its `scenario` is one of the demo's own backend, or null when connected to an AgentOS. `pinsTop`: whether the next replay is
 * shown from its beginning, where the chart is.
 */
const page = { handler: null, player: null, scenario: null, live: null, settings: readUrlState(), replaceHandler, applySettings, describe, leave }
const shownScenario = () => page.scenario ?? page.live?.scenario
/** The status for which the stored sessions were last listed. */
let listedStatus

const scrubber = createScrubber({ close: disconnect })
const retryCard = createRetryCard({ ...createWaitClock(page, scrubber), cancel: stop })
const turnActions = {
  send, canReject: () => page.live !== null, canResolve: () => page.live?.target.kind !== 'url' && !scrubber.isOpen(),
  canRegenerate: () => liveSession.canRegenerate() && !scrubber.isOpen(), regenerate: (turn) => liveSession.regenerate(turn),
  canEdit: () => liveSession.canRegenerate() && !scrubber.isOpen(), edit: (turn, text) => liveSession.edit(turn, text),
  showVersion: (turn, index) => page.handler.showVersion(turn, index),
  resolve: (pause, approved, values) => (page.live ? liveSession.resolve(pause, approved, values) : recorded.continueRun()),
  now: () => (scrubber.isOpen() ? scrubber.now() : Date.now() / 1000),
}
const featureCards = createFeatureCards({
  retry: () => play(liveScenario('page-retries')),
  chaos: () => { chaosPanel.choose('drop'); play(liveScenario('survives')) },
  time: () => { openCharts(); closeTimelines(); page.pinsTop = true; play(recordedScenario('scripted_parallel_members')) },
  replay: () => openAsRecording(recordedScenario('seedroute_later_text_and_tool_then_429_then_ok')),
  connect: () => layout.reveal(connectForm.node, () => connectForm.focus()),
}, backend.docs)
const welcome = createWelcome({ featureCards: featureCards.cards, scenarios: groups[0].scenarios, play })
const messageList = createMessageList(turnActions, welcome.node, retryCard.node)
const problemNotice = createProblemNotice()
const activityStatus = createActivityStatus()
const errorBanner = createErrorBanner({ dismiss: () => page.handler.dismissError(), tryAgain, resume: () => page.handler.resume() })
const composer = createComposer({ send, stop })
const sendQueue = createSendQueue({
  cancel: (id) => page.handler.cancelQueued(id), edit: (id, text) => page.handler.editQueued(id, text), move: (id, index) => page.handler.moveQueued(id, index),
  sendNow: (id) => page.handler.sendQueuedNow(id), resume: () => page.handler.resumeQueue(),
})
const rateLimitPanel = createRateLimitPanel()
const networkSwitches = createNetworkSwitches()
const statusFooter = createStatusFooter()
const sessionList = createSessionList({
  open: (id) => liveSession.openStored(id), startNew: () => page.handler.clear(), canOpen: () => liveSession.storesSessions(),
  canCopy: () => liveSession.canRegenerate(), copy: () => liveSession.copy(), rename: (id, name) => liveSession.rename(id, name), remove: (id) => liveSession.delete(id),
})
const scenarioList = createScenarioList(groups, play)
const connectForm = createConnectForm({ connect: (options, target) => liveSession.connect(options, target), disconnect, backend })
const recorderControls = createRecorderControls({ open: openRecording, opened: () => scrubber.recording(), name: () => shownScenario()?.name ?? 'run' })
const chaosPanel = createChaosPanel({ run: (wanted) => play(wanted ? liveScenario(wanted) : shownScenario()) })
const toolbar = createToolbar({ networkSwitches: networkSwitches.node, chaosSelect: chaosPanel.control, setPace: (speed) => applySettings({ speed }), setChunks: (chunks) => applySettings({ chunks }), replay: () => play(shownScenario()) })
const layout = createLayout({
  side: [featureCards.links, connectForm.node, scenarioList.node, sessionList.node],
  main: [toolbar.node, scrubber.node, chaosPanel.node, rateLimitPanel.node, problemNotice.node, errorBanner.node, messageList.node],
  foot: [activityStatus.node, sendQueue.node, composer.node, el('div', { class: 'foot-line' }, statusFooter.node, recorderControls.node)],
  theme: createThemeSwitch().node,
  skip: () => messageList.focus(),
})
document.body.append(scrubber.inspector)
const liveSession = createLiveSession(page, backend, { chaosPanel, composer, layout, messageList, sessionList })
const recorded = createRecordedScenarios(page, { chaosPanel, layout, messageList, recorderControls, statusFooter })
const views = [layout, recorderControls, errorBanner, retryCard, messageList, activityStatus, sendQueue, composer, rateLimitPanel, statusFooter, sessionList]

replaceHandler({})
applySettings(page.settings)
document.getElementById('loading').remove()
open()
addEventListener('hashchange', () => {
  applySettings(readUrlState())
  open()
})

/** Disposes the handler, creates a new one with `options`, and clears everything drawn for the old one. */
function replaceHandler(options) {
  scrubber.close()
  page.handler?.dispose()
  const fetch = page.live ? networkSwitches.wrap(chaosPanel.wrap(options.fetch ?? globalThis.fetch.bind(globalThis))) : undefined
  const handler = (page.handler = createStreamHandler({ ...options, fetch, log: (level, line) => rateLimitPanel.log(level, line) }))
  recorderControls.watch(handler)
  page.player = createStreamPlayer(handler)
  messageList.reset()
  statusFooter.reset()
  rateLimitPanel.reset(page.live !== null)
  networkSwitches.reset(page.live !== null)
  const draw = () => {
    const snapshot = handler.getSnapshot()
    for (const view of views) view.update(snapshot)
    chaosPanel.observe(snapshot)
    if (snapshot.status !== listedStatus) liveSession.listStored((listedStatus = snapshot.status))
  }
  handler.subscribe(draw)
  draw()
  describe()
}

/** Speed and chunk size. A new speed takes effect at once, even mid-stream. */
function applySettings(change) {
  const settings = (page.settings = { ...page.settings, ...change })
  page.player.setPace(settings.speed)
  page.player.setChunks(settings.chunks)
  toolbar.set(settings)
  writeUrlState({ ...settings, scenario: page.scenario?.name ?? settings.scenario, live: page.live?.scenario?.name ?? settings.live })
}

/** Opens what the URL names: a recorded scenario plays, a live one waits for the user to send, an AgentOS is connected to. */
function open() {
  const { scenario, live, target } = page.settings
  if (recordedScenario(scenario)) play(recordedScenario(scenario))
  else if (liveScenario(live)) liveSession.open(liveScenario(live))
  else if (target && !page.live) connectForm.restore(target)
}

function play(scenario) {
  problemNotice.clear()
  return scenario.live ? liveSession.play(scenario) : recorded.play(scenario)
}

/** Without a connection a message begins a live chat with the demo's own backend. */
function send(text) {
  if (!page.live) liveSession.open(liveScenario('chat'))
  return liveSession.send(text)
}

function stop() {
  page.player.stop()
  page.handler.cancel()
}

function tryAgain() {
  if (page.live) liveSession.tryAgain()
  else if (page.scenario) play(page.scenario)
}

/** Opens a recording in the scrubber, with a handler of its own. */
function openRecording(recording, name) {
  page.player.stop()
  page.scenario = page.live = null
  applySettings({ scenario: null, live: null, target: null })
  replaceHandler({})
  scrubber.open(recording, page.handler, name)
  layout.closeDrawer()
  describe()
}

/** Opens a recorded scenario in the scrubber, as if its file had been dropped on the page. */
async function openAsRecording(scenario) {
  const { bytes, chunks, startedAt } = await loadStream(scenario)
  openRecording(recordingOf({ bytes, chunks, message: scenario.says }, { startedAt }), scenario.title)
}

function leave() {
  if (page.live || scrubber.isOpen()) disconnect()
}

function disconnect() {
  page.live = null
  replaceHandler({})
  applySettings({ live: null, target: null })
}

/** Updates everything that says what is shown and where a message goes. */
function describe() {
  const { scenario, live } = page
  layout.arrange(sessionList.node, scenarioList.node, live)
  scenarioList.markCurrent(shownScenario()?.name)
  connectForm.update(live && !live.scenario ? live.target : null)
  composer.setMode(composerCopy(live, backend))
  welcome.describe(live, backend)
  chaosPanel.offer({ scenario, live })
  toolbar.update(scrubber.isOpen() ? scrubber.copy() : toolbarCopy(scenario, live, backend))
}
