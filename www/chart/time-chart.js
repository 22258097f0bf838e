/**
 * "Where the time went": the spans of trace-spans.js as bars, one lane per agent, with the key figures and the same data as tables.
 *
 * The bars are a single Tab stop: arrow keys move between them, and the line below describes the focused one. Nothing is drawn
 * while the chart is closed.
 */
import { el, keyedList, setText, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'
import { fillAgentTable, fillSpanTable } from './chart-table.js'
import { KINDS, spans } from './trace-spans.js'
import { seconds } from '../ui/duration.js'

/** A finger cannot point without touching. */
const HELP = matchMedia('(hover: hover)').matches ? 'Use the arrow keys, or point at a bar, for details.' : 'Tap a bar for details.'
/** Whether the next chart starts open: the reader's last choice. */
let startsOpen = false
export const openCharts = () => (startsOpen = true)

/** `clock()`: the time in seconds; in an opened recording, that of the moment shown. */
export function createTimeChart(clock) {
  const facts = el('dl', { class: 'chart-facts', testid: 'chart-facts' })
  const lanes = el('div', { class: 'lanes', role: 'group', 'aria-label': 'Bars over time', testid: 'lanes' })
  const axis = el('div', { class: 'axis', 'aria-hidden': 'true' })
  const readout = el('output', { class: 'readout', testid: 'readout' }, HELP)
  const legend = el('ul', { class: 'legend', 'aria-label': 'Legend' })
  const agents = el('table', { class: 'chart-table', testid: 'agents' })
  const bars = el('table', { class: 'chart-table', testid: 'bars' })
  const tables = el('details', { class: 'as-table' }, el('summary', {}, icon('chevron'), 'As a table'), el('div', { class: 'table-box', tabindex: '0', role: 'region', 'aria-label': 'The chart as a table' }, bars))
  const title = el('span', { class: 'latest' })
  const node = el('details', { class: 'chart', testid: 'chart', open: startsOpen, hidden: true },
    el('summary', {}, icon('chevron'), el('span', { class: 'title' }, 'Where the time went'), title),
    el('div', { class: 'chart-body' }, facts, lanes, axis, readout, legend, agents, tables))
  const drawLanes = keyedList(lanes, (lane) => createLane(lane, readout), (lane) => lane.name)
  let turn, drawnTurn, timer

  node.addEventListener('toggle', () => {
    startsOpen = node.open
    draw()
  })
  lanes.addEventListener('keydown', (event) => {
    const all = [...lanes.querySelectorAll('.bar')].sort((a, b) => a.dataset.from - b.dataset.from)
    const at = all.indexOf(document.activeElement)
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key]
    if (to === undefined || at < 0) return
    event.preventDefault()
    const target = all[Math.max(0, Math.min(all.length - 1, to))]
    for (const bar of all) bar.tabIndex = bar === target ? 0 : -1
    target.focus()
  })
  lanes.addEventListener('focusout', () => setText(readout, HELP))
  // Bars may be narrower than a finger: a tap beside one means the nearest.
  lanes.addEventListener('click', ({ target, clientX, clientY }) => {
    const track = target.closest?.('.track')
    if (!track || target !== track) return
    const distance = (bar) => {
      const { left, right, top, bottom } = bar.getBoundingClientRect()
      return Math.hypot(Math.max(left - clientX, clientX - right, 0), Math.max(top - clientY, clientY - bottom, 0))
    }
    const [nearest] = [...track.querySelectorAll('.bar')].sort((a, b) => distance(a) - distance(b))
    nearest?.focus()
  })

  function draw() {
    clearTimeout(timer)
    if (!node.open || !turn || turn.timeline.length === 0) return
    const now = clock()
    if (drawnTurn === turn && turn.outcome !== null) return
    drawnTurn = turn
    const found = spans(turn, now)
    setText(title, `${seconds(found.to)}${found.running ? ' so far' : ''}`)
    drawLanes(found.lanes.map((name) => ({ name, spans: found.spans.filter(({ lane }) => lane === name), to: found.to })))
    const stops = [...lanes.querySelectorAll('.bar')]
    if (!stops.some(({ tabIndex }) => tabIndex === 0) && stops[0]) stops[0].tabIndex = 0
    axis.replaceChildren(...[0, 0.25, 0.5, 0.75, 1].map((part) => el('span', {}, part === 0 ? '0' : seconds(found.to * part))))
    facts.replaceChildren(...factsOf(found))
    legend.replaceChildren(...Object.keys(KINDS).filter((kind) => found.spans.some((span) => span.kind === kind)).map((kind) => el('li', { 'data-kind': kind }, el('i', {}), KINDS[kind])))
    fillAgentTable(agents, found.agents)
    show(agents, found.agents.length > 0)
    fillSpanTable(bars, found)
    // A running span grows with the clock, even when no frame arrives.
    if (found.running) timer = setTimeout(draw, 500)
  }

  return {
    node,
    update(next) {
      if (next === turn) return
      turn = next
      show(node, turn.timeline.length > 0)
      draw()
    },
  }
}

function factsOf({ firstToken, to, spans: all, running, stored }) {
  const sum = (kind) => all.filter((span) => span.kind === kind).reduce((total, span) => total + span.to - span.from, 0)
  const rows = [
    ['Time to first token', firstToken === null ? '–' : seconds(firstToken)],
    [running ? 'So far' : 'Total', seconds(to)],
    ['Rate limit waits', sum('retry') > 0 && seconds(sum('retry'))],
    ['Reconnecting', sum('resume') > 0 && seconds(sum('resume'))],
    ['Waiting for you', sum('user') > 0 && seconds(sum('user'))],
    ['Measured', stored ? 'by the server, in whole seconds' : 'in this page, on arrival'],
  ].filter(([, value]) => value)
  return rows.map(([name, value]) => el('div', {}, el('dt', {}, name), el('dd', {}, value)))
}

function createLane({ name }, readout) {
  const track = el('div', { class: 'track' })
  const node = el('div', { class: 'lane', role: 'group', 'aria-label': name }, el('span', { class: 'lane-name', dir: 'auto', title: name }, name), track)
  const draw = keyedList(track, () => createBar(readout), (_, index) => index)
  return {
    node,
    update({ spans: list, to }) {
      const rows = []
      draw(list.map((span) => {
        // Overlapping spans get rows of their own; writing is drawn inside its model's bar.
        const free = rows.findIndex((end) => end <= span.from + 1e-6)
        const row = span.kind === 'writing' ? 0 : free >= 0 ? free : rows.length
        if (span.kind !== 'writing') rows[row] = span.to
        return { ...span, row, total: to }
      }))
      track.style.setProperty('--rows', Math.max(1, rows.length))
    },
  }
}

function createBar(readout) {
  const node = el('button', { type: 'button', class: 'bar', tabindex: '-1' })
  let words = ''
  const describe = () => setText(readout, words)
  node.addEventListener('focus', describe)
  node.addEventListener('pointerenter', describe)
  return {
    node,
    update({ lane, kind, label, from, to, row, total, superseded }) {
      words = `${lane}: ${label === KINDS[kind] ? label : `${KINDS[kind]}, ${label}`}. ${seconds(to - from)}, from ${seconds(from)} to ${seconds(to)}.${superseded ? ' Superseded: this attempt was retried.' : ''}`
      node.dataset.kind = kind
      node.dataset.from = from
      node.dataset.superseded = superseded
      node.setAttribute('aria-label', words)
      for (const [key, value] of [['--from', from / total], ['--part', (to - from) / total], ['--row', row]]) node.style.setProperty(key, value)
      if (node === document.activeElement) describe()
    },
  }
}
