/**
 * The demo: one handler, the views that draw its snapshots, and what the buttons do.
 *
 * There are two modes. In a replay the page feeds recorded bytes to the handler (`begin`, `feed`, `end`);
 * connected to an AgentOS the handler sends and streams by itself (`send`, `cancel`). The views cannot tell.
 */
import { createStreamHandler } from './vendor/ai-stream-handler.js'
import { createActivity } from './activity.js'
import { readAddress, writeAddress } from './address.js'
import { createBanner } from './banner.js'
import { createChat } from './chat.js'
import { createComposer } from './composer.js'
import { createConnect } from './connect.js'
import { continueRun } from './continue.js'
import { el } from './dom.js'
import { createFrame } from './frame.js'
import { createPlayer } from './replay.js'
import { createScenarios, loadCatalog, loadStream } from './scenarios.js'
import { createSessions } from './sessions.js'
import { createStage } from './stage.js'
import { createStats } from './stats.js'
import { createTheme } from './theme.js'
import { createWelcome } from './welcome.js'

const groups = await loadCatalog()
const catalog = groups.flatMap((group) => group.scenarios)

let handler
let player
/** The scenario on show, or null. */
let scenario = null
/** The live AgentOS: `{ options, target }`, or null in a replay. */
let live = null
/** What was said last, for "Try again". */
let lastSaid = ''
let settings = readAddress()

const chat = createChat({ ask: say, resolve: resolvePause, canReject: () => live !== null, canResolve: () => !live || ['agent', 'team'].includes(live.target.kind) }, createWelcome(groups[0].scenarios, play))
const activity = createActivity({
  left: (retry) => (live ? retry.resumesAt - Date.now() / 1000 : player.left()),
  skip: { possible: () => player.isPlaying(), run: () => player.skip() },
})
const banner = createBanner({ dismiss: () => handler.dismissError(), tryAgain })
const composer = createComposer({ send: say, stop })
const stats = createStats()
const sessions = createSessions()
const scenarios = createScenarios(groups, play)
const connection = createConnect({ connect, disconnect })
const stage = createStage({ setPace: (speed) => set({ speed }), setChunks: (chunks) => set({ chunks }), again: () => play(scenario) })
const frame = createFrame({
  side: [scenarios.node, sessions.node, connection.node],
  main: [stage.node, banner.node, chat.node, el('div', { class: 'foot' }, activity.node, composer.node, stats.node)],
  theme: createTheme().node,
})
const views = [frame, banner, chat, activity, composer, stats, sessions]

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
  handler?.dispose()
  handler = createStreamHandler(options)
  player = createPlayer(handler)
  chat.reset()
  stats.reset()
  const draw = () => {
    const snapshot = handler.getSnapshot()
    for (const view of views) view.update(snapshot)
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
  writeAddress({ ...settings, scenario: scenario?.name ?? settings.scenario })
}

/** Plays the scenario that the address names. */
function open() {
  const named = catalog.find(({ name }) => name === settings.scenario)
  if (named) play(named)
}

async function play(chosen) {
  if (live) disconnect()
  scenario = chosen
  player.stop()
  handler.clear()
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
  await player.play(stream, text)
}

function say(text) {
  lastSaid = text
  chat.follow()
  if (live) handler.send(text)
  else replay(catalog[0].name, text, catalog[0])
}

function stop() {
  player.stop()
  handler.cancel()
}

function tryAgain() {
  if (live) handler.send(lastSaid)
  else if (scenario) play(scenario)
}

function resolvePause(pause, approved, values) {
  if (live) continueRun(handler, live.options, live.target, pause, approved, values)
  else replay(scenario.continues)
}

function connect(options, target) {
  player.stop()
  scenario = null
  live = { options, target }
  set({ scenario: null })
  use(options)
  frame.closeDrawer()
}

function disconnect() {
  live = null
  use({})
  set({})
}

/** The words around the conversation: what is being shown, and where a message would go. */
function describe() {
  scenarios.markCurrent(scenario?.name)
  connection.update(live?.target ?? null)
  composer.setMode(live
    ? { placeholder: `Message ${live.target.id}`, hint: 'Enter sends; a message sent while another is answered waits its turn.', queues: true }
    : { placeholder: 'Say something', hint: 'No backend connected: sending replays a recording.', queues: false })
  if (live) stage.update({ heading: live.target.id, text: `Live, from ${live.target.endpoint}`, replayable: false, controls: false })
  else if (!scenario) stage.update({ heading: 'Replays', text: 'Recorded AgentOS streams, byte for byte', replayable: false, controls: true })
  else {
    const waits = scenario.waits ? ' · waits as announced' : ''
    const origin = scenario.scripted ? 'Scripted for this page, not a recording' : `Recording ${scenario.name}${waits}`
    stage.update({ heading: scenario.title, text: scenario.description, origin, replayable: true, controls: true })
  }
}
