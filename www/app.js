/**
 * The demo: one handler, the views that draw its snapshots, and what the buttons do.
 *
 * There are two modes. In a replay the page feeds recorded bytes to the handler (`begin`, `feed`, `end`; recorded.js);
 * live, against an AgentOS or the demo's own backend, the handler sends and streams by itself (`send`, `cancel`;
 * conversation.js). The views cannot tell.
 */
import { createStreamHandler } from './vendor/ai-stream-handler.js'
import { recordingOf } from './vendor/ai-stream-handler-replay.js'
import { createActivity } from './chat/activity-status.js'
import { readAddress, writeAddress } from './shell/url-state.js'
import { createBanner } from './chat/error-banner.js'
import { createChaos } from './chaos/chaos-panel.js'
import { openCharts } from './chart/time-chart.js'
import { createChat } from './chat/message-list.js'
import { createComposer } from './chat/composer.js'
import { createConnect } from './live/connect-form.js'
import { createConversation } from './live/live-session.js'
import { el } from './ui/dom.js'
import { createTheme } from './ui/theme-switch.js'
import { createFlight } from './replay/recorder-controls.js'
import { createFrame } from './shell/layout.js'
import { createLimits } from './live/rate-limit-panel.js'
import { findBackend, liveGroup } from './live/live-scenarios.js'
import { createRecorded } from './replay/recorded-scenario.js'
import { createPlayer } from './replay/stream-player.js'
import { createRetry } from './chat/retry-card.js'
import { createScenarios, loadCatalog, loadStream } from './replay/scenario-list.js'
import { createSessions } from './chat/session-list.js'
import { createStage } from './shell/toolbar.js'
import { createStats } from './shell/status-footer.js'
import { createTour } from './shell/feature-cards.js'
import { createTransport } from './replay/scrubber.js'
import { createWaiting } from './chat/send-queue.js'
import { createWaits } from './chat/wait-clock.js'
import { createWelcome } from './shell/welcome.js'
import { createWire } from './chaos/network-switches.js'
import { composerWords, stageWords } from './shell/copy.js'

const [recordings, backend] = await Promise.all([loadCatalog(), findBackend()])
const groups = [recordings[0], liveGroup(backend), ...recordings.slice(1)]
const catalog = groups.flatMap((group) => group.scenarios)
const named = (isLive, wanted) => catalog.find(({ name, live = false }) => live === isLive && name === wanted)

/** What is on show. `scenario`: the one that is replayed, or null. `live`: `{ options, target, scenario }`, or null in a replay; its `scenario` is of the demo's own backend. */
const page = { handler: null, player: null, scenario: null, live: null, settings: readAddress(), use, set, describe, leave, leaveRecording }
/** The outcome that the list of stored sessions was last asked for. */
let seenStatus

const transport = createTransport({ close: disconnect })
const retry = createRetry({ ...createWaits(page, transport), cancel: stop })
const actions = {
  ask: say, canReject: () => page.live !== null, canResolve: () => page.live?.target.kind !== 'url' && !transport.isOpen(),
  resolve: (pause, approved, values) => (page.live ? conversation.resolve(pause, approved, values) : recorded.goOn()),
  now: () => (transport.isOpen() ? transport.now() : Date.now() / 1000),
}
const tour = createTour({
  retry: () => play(named(true, 'page-retries')),
  chaos: () => { chaos.choose('drop'); play(named(true, 'survives')) },
  time: () => { openCharts(); play(named(false, 'scripted_parallel_members')) },
  replay: () => openScenario(named(false, 'seedroute_later_text_and_tool_then_429_then_ok')),
  connect: () => frame.show(connection.node, () => connection.focus()),
})
const chat = createChat(actions, createWelcome({ tour, scenarios: groups[0].scenarios, play }), retry.node)
const activity = createActivity()
const banner = createBanner({ dismiss: () => page.handler.dismissError(), tryAgain, resume: () => page.handler.resume() })
const composer = createComposer({ send: say, stop })
const waiting = createWaiting({ drop: (id) => page.handler.cancelQueued(id) })
const limits = createLimits()
const wire = createWire()
const stats = createStats()
const sessions = createSessions({ open: (id) => conversation.openStored(id), fresh: () => page.handler.clear(), canOpen: () => conversation.keepsSessions() })
const scenarios = createScenarios(groups, play)
const connection = createConnect({ connect: (options, target) => conversation.connect(options, target), disconnect })
const flight = createFlight({ open: openRecording, opened: () => transport.recording(), name: () => page.scenario?.name ?? page.live?.scenario?.name ?? 'run' })
const chaos = createChaos({ run: (wanted) => play(wanted ? named(true, wanted) : (page.scenario ?? page.live.scenario)) })
const stage = createStage({ wire: wire.node, chaos: chaos.control, setPace: (speed) => set({ speed }), setChunks: (chunks) => set({ chunks }), again: () => play(page.scenario ?? page.live.scenario) })
const frame = createFrame({
  side: [tour.links, scenarios.node, connection.node, sessions.node],
  main: [stage.node, transport.node, chaos.node, limits.node, banner.node, chat.node],
  foot: [activity.node, waiting.node, composer.node, el('div', { class: 'foot-line' }, stats.node, flight.node)],
  theme: createTheme().node,
  skip: () => chat.focus(),
})
document.body.append(transport.frames)
const conversation = createConversation(page, backend, { chaos, chat, frame, sessions })
const recorded = createRecorded(page, { chaos, chat, flight, frame, stats }, recordings[0].scenarios[0])
const views = [frame, flight, banner, retry, chat, activity, waiting, composer, limits, stats, sessions]

use({})
set(page.settings)
document.getElementById('loading').remove()
open()
addEventListener('hashchange', () => {
  set(readAddress())
  open()
})

/** A new handler, and everything that was drawn of the old one gone. */
function use(options) {
  transport.close()
  page.handler?.dispose()
  const fetch = page.live ? wire.over(chaos.over(options.fetch ?? globalThis.fetch.bind(globalThis))) : undefined
  const handler = (page.handler = createStreamHandler({ ...options, fetch, log: (level, line) => limits.log(level, line) }))
  flight.watch(handler)
  page.player = createPlayer(handler)
  chat.reset()
  stats.reset()
  limits.reset(page.live !== null)
  wire.reset(page.live !== null)
  const draw = () => {
    const snapshot = handler.getSnapshot()
    for (const view of views) view.update(snapshot)
    chaos.sees(snapshot)
    if (snapshot.status !== seenStatus) conversation.listStored((seenStatus = snapshot.status))
  }
  handler.subscribe(draw)
  draw()
  describe()
}

/** Speed and chunks; the speed takes effect at once, even in the middle of a stream. */
function set(change) {
  const settings = (page.settings = { ...page.settings, ...change })
  page.player.setPace(settings.speed)
  page.player.setChunks(settings.chunks)
  stage.set(settings)
  writeAddress({ ...settings, scenario: page.scenario?.name ?? settings.scenario, live: page.live?.scenario?.name ?? settings.live })
}

/** Plays the scenario that the address names; a live one waits for the user to send. */
function open() {
  const { scenario, live, target } = page.settings
  if (named(false, scenario)) play(named(false, scenario))
  else if (named(true, live)) conversation.open(named(true, live))
  else if (target && !page.live) connection.restore(target)
}

function play(chosen) {
  return chosen.live ? conversation.play(chosen) : recorded.play(chosen)
}

function say(text) {
  return page.live ? conversation.send(text) : recorded.say(text)
}

function stop() {
  page.player.stop()
  page.handler.cancel()
}

function tryAgain() {
  if (page.live) conversation.tryAgain()
  else if (page.scenario) play(page.scenario)
}

/** Shows a recording in a handler of its own. */
function openRecording(recording, name) {
  page.player.stop()
  page.scenario = page.live = null
  set({ scenario: null, live: null, target: null })
  use({})
  transport.open(recording, page.handler, name)
  frame.closeDrawer()
  describe()
}

/** The recording behind a scenario, as an opened file. */
async function openScenario(scenario) {
  const { bytes, chunks } = await loadStream(scenario)
  openRecording(recordingOf({ bytes, chunks, message: scenario.says }), scenario.title)
}

function leaveRecording() {
  if (transport.isOpen()) disconnect()
}

function leave() {
  if (page.live || transport.isOpen()) disconnect()
}

function disconnect() {
  page.live = null
  use({})
  set({ live: null, target: null })
}

/** Says what is shown, and where a message would go. */
function describe() {
  const { scenario, live } = page
  frame.arrange(scenarios.node, live !== null && !live.scenario)
  scenarios.markCurrent(scenario?.name ?? live?.scenario?.name)
  connection.update(live && !live.scenario ? live.target : null)
  composer.setMode(composerWords(live))
  chaos.offer({ scenario, live })
  stage.update(transport.isOpen() ? transport.words() : stageWords(scenario, live, backend))
}
