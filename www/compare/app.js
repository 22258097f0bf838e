/** The comparison page: the same bytes through this package and through a typical hand-written stream reader (baseline/), side by side. */
import { createStreamHandler } from '../vendor/ai-stream-handler.js'
import { el, setText } from '../ui/dom.js'
import { icon } from '../ui/icons.js'
import { CHUNKS } from '../replay/chunking.js'
import { createPageHeader } from '../ui/page-header.js'
import { createBaseline } from './baseline/message.js'
import { createExpected } from './expected.js'
import { BUDGET, costOf, ms } from './cost.js'
import { createPanel } from './panel.js'
import { createRace, split } from './race.js'

const scenarios = await (await fetch('./recordings/compare.json')).json()

const panels = [
  createPanel('ours', 'ai-stream-handler', 'Finds the frames in the bytes and appends each delta once, to the run with its ID.', createSubject()),
  createPanel('usual', 'The usual way', 'Decodes each chunk on its own, counts braces, and removes the last token from the next one.', createBaseline()),
]
const race = createRace({ panels, onChange: drawFigures })
const buttons = scenarios.map((scenario) => el('button', { type: 'button', class: 'card', testid: `compare-${scenario.id}`, onclick: () => start(scenario) },
  el('strong', {}, scenario.title), el('span', {}, scenario.description)))
const chunks = el('select', { testid: 'compare-chunks' }, ...CHUNKS.flatMap(([value, label]) => (value === '64' ? [['7', '7 B'], [value, label]] : [[value, label]])).map(([value, label]) => el('option', { value }, label)))
const again = el('button', { type: 'button', class: 'primary', testid: 'compare-again', onclick: () => start(current) }, icon('replay'), 'Run again')
const cost = el('p', { class: 'compare-cost', testid: 'compare-cost' })
const state = el('p', { class: 'compare-state', role: 'status', testid: 'compare-state' })
const longTasks = el('span', { testid: 'long-tasks' })
const figures = el('tbody')
let current = null
let tasks = 0

/** Rows of the table: name, figure, format, and the value from which it may be highlighted as worse. */
const ROWS = [
  ['Characters missing at the end', 'lost', String, 1],
  ['Extra characters at the end', 'extra', String, 1],
  ['Most characters missing at once', 'mostLost', String, 1],
  ['Most extra characters at once', 'mostExtra', String, 1],
  ['Time with wrong text on screen', 'wrongFor', (seconds) => (seconds > 0 ? `${seconds.toFixed(1)} s` : '0 s'), 0.05],
  ['Longest work in one frame', 'longest', ms, BUDGET],
  ['Total work', 'work', ms, 1000],
  ['Frames over 16.7 ms', 'late', String, 2],
]

document.body.append(
  createPageHeader('Side by side'),
  el('main', {},
    el('h1', {}, 'The same bytes, read two ways'),
    el('p', { class: 'lead' }, 'Both get the same recorded stream, in the same chunks, at the same time.', el('span', {}, ' The text they show is compared with the recording as it streams, and at the end with what the backend stored.')),
    el('ul', { class: 'cards', 'aria-label': 'Streams' }, ...buttons.map((button) => el('li', {}, button))),
    el('div', { class: 'compare-bar' }, el('label', {}, el('span', {}, 'Chunks'), chunks), again, state),
    el('div', { class: 'panels' }, ...panels.map(({ node }) => node)),
    cost,
    el('p', { class: 'legend', testid: 'compare-origin' }, el('strong', {}, 'Who wrote “the usual way”? '), 'The authors of ai-stream-handler, for this page, after what hand-written chat hooks do, that of agno-agi/agent-ui among them: ',
      el('a', { href: './compare/baseline/objects.js' }, 'braces are counted'), ' to find the JSON, and ', el('a', { href: './compare/baseline/message.js' }, 'the last token is removed from the next'),
      ', in case it was repeated. That each chunk is decoded on its own is a mistake of others; agent-ui does not make it.'),
    el('p', { class: 'legend' }, el('mark', { class: 'lost' }, 'missing'), ' is in the recording but not on screen; ', el('mark', { class: 'extra' }, 'extra'),
      ' is on screen but not in the recording. Each bar is the work of one animation frame, and the dashed line is 16.7 ms. Both run on this page’s main thread; each is timed separately, without the marking.'),
    el('table', { testid: 'compare-figures' }, el('caption', {}, 'This run in numbers'),
      el('thead', {}, el('tr', {}, el('td'), el('th', { scope: 'col' }, 'ai-stream-handler'), el('th', { scope: 'col' }, 'The usual way'))), figures),
    el('p', { class: 'legend' }, 'Long tasks during the run (over 50 ms, as reported by the browser): ', longTasks)))
document.getElementById('loading').remove()

if (globalThis.PerformanceObserver?.supportedEntryTypes.includes('longtask')) {
  new PerformanceObserver((list) => {
    tasks += list.getEntries().length
    setText(longTasks, String(tasks))
  }).observe({ type: 'longtask' })
} else setText(longTasks, 'not reported by this browser')

chunks.addEventListener('change', () => start({ ...current, chunks: chunks.value }))
addEventListener('resize', () => panels.forEach((panel) => panel.redraw()))
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => panels.forEach((panel) => panel.redraw()))
addEventListener('hashchange', open)
open()

/** The URL's hash names the stream, the chunk size and the duration in seconds. */
function open() {
  const params = new URLSearchParams(location.hash.slice(1))
  const named = scenarios.find(({ id }) => id === params.get('stream')) ?? scenarios[0]
  const isKnown = [...chunks.options].some(({ value }) => value === params.get('chunks'))
  const duration = Number(params.get('seconds')) || named.duration
  start({ ...named, duration, chunks: isKnown ? params.get('chunks') : named.chunks })
}

async function start(scenario) {
  const started = (current = scenario)
  history.replaceState(null, '', `#${new URLSearchParams({ stream: scenario.id, chunks: scenario.chunks })}`)
  chunks.value = scenario.chunks
  buttons.forEach((button, at) => scenarios[at].id === scenario.id ? button.setAttribute('aria-current', 'true') : button.removeAttribute('aria-current'))
  // On a narrow screen the streams are a row that scrolls sideways.
  const [card] = buttons.filter((_, at) => scenarios[at].id === scenario.id)
  const row = card.closest('ul')
  row.scrollLeft = card.parentNode.offsetLeft - row.offsetLeft - 14
  setText(state, 'Streaming…')
  setText(cost, '')
  state.dataset.done = false
  const [metadata, body] = await Promise.all([fetch(`./recordings/${scenario.name}.json`), fetch(`./recordings/${scenario.name}.sse`)])
  const bytes = new Uint8Array(await body.arrayBuffer())
  const recorded = (await metadata.json()).chunks
  if (started !== current) return
  tasks = 0
  setText(longTasks, '0')
  await race.run({ bytes, pieces: split(bytes, scenario.chunks, recorded), expected: createExpected(bytes, scenario.stored), duration: scenario.duration })
  if (started !== current) return
  setText(state, `${bytes.length.toLocaleString()} bytes`)
  const [ours, usual] = panels.map(({ figures }) => figures.work)
  setText(cost, costOf({ 'ai-stream-handler': ours, 'the usual way': usual }))
  state.dataset.done = true
}

function drawFigures() {
  figures.replaceChildren(...ROWS.map(([name, key, format, threshold]) => {
    const values = panels.map((panel) => panel.figures[key])
    const isWorse = (at) => values[at] >= threshold && values[at] > 2 * values[1 - at]
    return el('tr', {}, el('th', { scope: 'row' }, name), ...values.map((value, at) => el('td', { class: isWorse(at) && 'worse' }, format(value))))
  }))
}

function createSubject() {
  let handler
  // Starts the WebAssembly module before anything is timed, as on a page that has shown an answer before.
  createStreamHandler().dispose()
  return {
    begin() {
      handler?.dispose()
      handler = createStreamHandler({ notify: 'sync' })
      handler.begin('')
    },
    feed: (bytes) => handler.feed(bytes),
    end: () => handler.end(),
    text: () => handler?.getSnapshot().turns.at(-1)?.answer.content ?? '',
  }
}
