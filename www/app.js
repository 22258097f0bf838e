/**
 * The demo: one handler, the views that draw its snapshots, and what the buttons do.
 *
 * There are two modes. In a replay the page feeds recorded bytes to the handler (`begin`, `feed`, `end`);
 * live, against an AgentOS or the demo's own backend, the handler sends and streams by itself (`send`, `cancel`). The
 * views cannot tell.
 */
import { createStreamHandler, confirm, fill, giveResult, reject } from './vendor/ai-stream-handler.js'
import { createActivity } from './activity.js'
import { readAddress, writeAddress } from './address.js'
import { createBanner } from './banner.js'
import { createChaos } from './chaos.js'
import { createChat } from './chat.js'
import { createComposer } from './composer.js'
import { createConnect } from './connect.js'
import { el } from './dom.js'
import { createFlight } from './flight.js'
import { createFrame } from './frame.js'
import { icon } from './icons.js'
import { createLimits } from './limits.js'
import { findBackend, formOf, liveGroup } from './live.js'
import { createPlayer } from './replay.js'
import { createRetry } from './retry.js'
import { createScenarios, loadCatalog, loadStream } from './scenarios.js'
import { createSessions } from './sessions.js'
import { createStage } from './stage.js'
import { createStats } from './stats.js'
import { createTheme } from './theme.js'
import { createTransport } from './transport.js'
import { createWaiting } from './waiting.js'
import { createWelcome } from './welcome.js'
import { createWire } from './wire.js'
import { composerWords, stageWords } from './words.js'

const [recorded, backend] = await Promise.all([loadCatalog(), findBackend()])
const groups = [recorded[0], liveGroup(backend), ...recorded.slice(1)]
const catalog = groups.flatMap((group) => group.scenarios)

let handler
let player
/** The scenario on show, or null. */
let scenario = null
/** The live backend: `{ options, target, scenario }`, or null in a replay. `scenario`: of the demo's own backend. */
let live = null
/** What was sent last, for "Try again". */
let lastSent = ''
/** The outcome that the list of stored sessions was last asked for. */
let seenStatus
let settings = readAddress()

const retry = createRetry({
  left: (wait) => (transport.isOpen() ? wait.resumesAt - transport.now() : live ? wait.resumesAt - Date.now() / 1000 : player.left()),
  skip(wait) {
    if (transport.isOpen()) return { label: 'Skip the wait', run: () => transport.skip() }
    if (!live) return player.isPlaying() ? { label: 'Skip the wait', run: () => player.skip() } : null
    return wait.by === 'server' ? null : { label: wait.by ? 'Retry now' : 'Send now', run: () => handler.retryNow() }
  },
  cancel: stop,
})
const chat = createChat({ ask: say, resolve: resolvePause, canReject: () => live !== null, canResolve: () => live?.target.kind !== 'url' && !transport.isOpen() }, createWelcome(groups[0].scenarios, play), retry.node)
const activity = createActivity()
const banner = createBanner({ dismiss: () => handler.dismissError(), tryAgain, resume: () => handler.resume() })
const composer = createComposer({ send: say, stop })
const waiting = createWaiting({ drop: (id) => handler.cancelQueued(id) })
const limits = createLimits()
const wire = createWire()
const stats = createStats()
const sessions = createSessions({ open: openStored, fresh: () => handler.clear(), canOpen: keepsSessions })
const scenarios = createScenarios(groups, play)
const connection = createConnect({ connect, disconnect })
const transport = createTransport({ close: disconnect })
const flight = createFlight({ open: openRecording, opened: () => transport.recording(), name: () => scenario?.name ?? live?.scenario?.name ?? 'run' })
const chaos = createChaos({ changed: () => (scenario || live?.scenario) && play(scenario ?? live.scenario) })
const stage = createStage({ wire: wire.node, chaos: chaos.control, setPace: (speed) => set({ speed }), setChunks: (chunks) => set({ chunks }), again: () => play(scenario ?? live.scenario) })
const frame = createFrame({
  side: [el('a', { class: 'side-link', href: './compare.html', testid: 'to-compare' }, icon('compare'), 'Side by side comparison'), scenarios.node, connection.node, sessions.node],
  main: [stage.node, transport.node, chaos.node, limits.node, banner.node, chat.node, el('div', { class: 'foot' }, activity.node, waiting.node, composer.node, stats.node, flight.node)],
  theme: createTheme().node,
})
document.body.append(transport.frames)
const views = [frame, flight, banner, retry, chat, activity, waiting, composer, limits, stats, sessions]

use({})
set(settings)
document.getElementById('loading').remove()
open()
addEventListener('hashchange', () => {
  set(readAddress())
  open()
})

/** A new handler, and everything that was drawn of the old one gone. */
function use(options) {
  transport.close()
  handler?.dispose()
  const fetch = live ? wire.over(chaos.over(options.fetch ?? globalThis.fetch.bind(globalThis))) : undefined
  handler = createStreamHandler({ ...options, fetch, log: (level, line) => limits.log(level, line) })
  flight.watch(handler)
  player = createPlayer(handler)
  chat.reset()
  stats.reset()
  limits.reset(live !== null)
  wire.reset(live !== null)
  const draw = () => {
    const snapshot = handler.getSnapshot()
    for (const view of views) view.update(snapshot)
    chaos.sees(snapshot)
    if (snapshot.status !== seenStatus) listStored((seenStatus = snapshot.status))
  }
  handler.subscribe(draw)
  draw()
  describe()
}

/** Speed and chunks; the speed takes effect at once, even in the middle of a stream. */
function set(change) {
  settings = { ...settings, ...change }
  player.setPace(settings.speed)
  player.setChunks(settings.chunks)
  stage.set(settings)
  writeAddress({ ...settings, scenario: scenario?.name ?? settings.scenario, live: live?.scenario?.name ?? settings.live })
}

/** Plays the scenario that the address names; a live one waits for the user to send. */
function open() {
  const named = (isLive, wanted) => catalog.find(({ name, live: runs = false }) => runs === isLive && name === wanted)
  const recording = named(false, settings.scenario)
  const running = named(true, settings.live)
  if (recording) play(recording)
  else if (running) goLive(running)
  else if (settings.target && !live) connection.restore(settings.target)
}

async function play(chosen) {
  if (chosen.live) return playLive(chosen)
  if (live || transport.isOpen()) disconnect()
  scenario = chosen
  player.stop()
  handler.clear()
  flight.watch(handler)
  set({ scenario: scenario.name })
  describe()
  frame.closeDrawer()
  await replay(scenario.name, scenario.says)
}

/** Plays one leg of the scenario; without `text` the stream goes on where a pause had left it. */
async function replay(part, text, of = scenario) {
  const shown = scenario
  const stream = await loadStream(of, part)
  // Someone may have chosen another scenario while this one was loading.
  if (shown !== scenario || live) return
  stats.restart()
  chat.follow()
  if (!chaos.kind() || text === undefined) return player.play(stream, text)
  chaos.begin(handler.getSnapshot())
  const spoiled = chaos.spoil(stream)
  await player.play(spoiled, text)
  if (shown === scenario && !live && !player.isPlaying()) chaos.judge(handler.getSnapshot(), chaos.reference(stream, spoiled, text))
}

/** Sends what the scenario says to the demo's own backend, in the conversation that it already has, if any. */
function playLive(chosen) {
  if (live?.scenario !== chosen || chaos.kind()) goLive(chosen)
  frame.closeDrawer()
  const sends = (key) => chosen.sends.map(({ priority, ...sent }) => ({ message: formOf(sent, key), options: { priority } }))
  if (!chaos.kind()) return sends().forEach(({ message, options }) => send(message, options))
  const of = handler
  chaos.begin(of.getSnapshot())
  // Each has limits of its own to run into.
  const reference = chaos.liveReference(live.options, sends(crypto.randomUUID()))
  Promise.all(sends(crypto.randomUUID()).map(({ message, options }) => send(message, options))).then(() => of === handler && chaos.judge(of.getSnapshot(), reference))
}

function goLive(chosen) {
  connect({ ...backend.options, ...chosen.options }, { kind: 'team', id: 'cirkelline', name: 'Cirkelline', endpoint: backend.options.endpoint }, chosen)
  listStored()
}

/** Whether there is a backend that keeps sessions: a route of one's own tells of none. */
function keepsSessions() {
  return live !== null && live.target.kind !== 'url'
}

/** Reads the list of sessions that the backend keeps, whenever an answer has ended. */
function listStored(status) {
  if (!keepsSessions() || ['connecting', 'streaming', 'retrying'].includes(status)) return
  // Where it cannot be had, the list stays as it is.
  handler.loadSessions({ limit: live.scenario ? 8 : 30 }).then(() => sessions.say(''), (error) => sessions.say(live?.scenario ? '' : error.message))
}

async function openStored(id) {
  await handler.openSession(id)
  frame.closeDrawer()
  chat.follow()
}

function send(message, options) {
  lastSent = message
  chat.follow()
  return handler.send(message, options)
}

function say(text) {
  if (live) return send(text)
  if (transport.isOpen()) disconnect()
  chat.follow()
  replay(recorded[0].scenarios[0].name, text, recorded[0].scenarios[0])
}

function stop() {
  player.stop()
  handler.cancel()
}

function tryAgain() {
  if (live) handler.send(lastSent)
  else if (scenario) play(scenario)
}

function resolvePause(pause, approved, values) {
  if (!live) return replay(scenario.continues)
  return handler.continueRun(pause.requirements.map((asked, index) => {
    if (asked.kind === 'external') return giveResult(asked, values[`result-${index}`])
    if (asked.kind === 'input') return fill(asked, Object.fromEntries(asked.fields.map(({ name, type }) => [name, values[`${index}.${name}`] ?? (type === 'bool' ? 'false' : undefined)])))
    return approved ? confirm(asked) : reject(asked, values.note || undefined)
  }))
}

function connect(options, target, chosen = null) {
  player.stop()
  scenario = null
  live = { options, target, scenario: chosen }
  set({ scenario: null, live: chosen?.name ?? null, target: chosen ? null : target })
  use(options)
  if (!chosen) listStored()
  frame.closeDrawer()
}

/** Shows a recording in a handler of its own. */
function openRecording(recording, name) {
  player.stop()
  scenario = live = null
  set({ scenario: null, live: null, target: null })
  use({})
  transport.open(recording, handler, name)
  frame.closeDrawer()
  describe()
}

function disconnect() {
  live = null
  use({})
  set({ live: null, target: null })
}

/** Says what is shown, and where a message would go. */
function describe() {
  frame.arrange(scenarios.node, live !== null && !live.scenario)
  scenarios.markCurrent(scenario?.name ?? live?.scenario?.name)
  connection.update(live && !live.scenario ? live.target : null)
  composer.setMode(composerWords(live))
  chaos.offer({ scenario, live })
  stage.update(transport.isOpen() ? transport.words() : stageWords(scenario, live, backend))
}
