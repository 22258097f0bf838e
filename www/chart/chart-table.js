/** The chart as tables: tokens and cost per agent, and one row per bar. */
import { el } from '../ui/dom.js'
import { KINDS } from './trace-spans.js'
import { seconds } from '../ui/duration.js'

const head = (...names) => el('thead', {}, el('tr', {}, ...names.map((name) => el('th', { scope: 'col' }, name))))

export function fillAgentTable(table, agents) {
  const priced = agents.some(({ cost }) => cost > 0)
  table.replaceChildren(el('caption', {}, 'Tokens by agent'),
    head('Agent', 'In', 'Out', 'Tokens/s', ...(priced ? ['Cost'] : [])),
    el('tbody', {}, ...agents.map(({ name, input, output, cost, perSecond }) => el('tr', {}, el('th', { scope: 'row', dir: 'auto' }, name),
      ...[input.toLocaleString(), output.toLocaleString(), perSecond === null ? '–' : perSecond.toLocaleString([], { maximumFractionDigits: perSecond < 10 ? 1 : 0 }), ...(priced ? [cost > 0 ? cost.toPrecision(2) : '–'] : [])].map((text) => el('td', {}, text))))))
}

export function fillSpanTable(table, { spans }) {
  table.replaceChildren(el('caption', {}, 'Every bar, by start time'),
    head('Agent', 'Kind', 'Name', 'From', 'To', 'Duration'),
    el('tbody', {}, ...[...spans].sort((a, b) => a.from - b.from).map(({ lane, kind, label, from, to, superseded }) => el('tr', {},
      el('th', { scope: 'row', dir: 'auto' }, lane), ...[KINDS[kind] + (superseded ? ' (superseded)' : ''), label === KINDS[kind] ? '–' : label, seconds(from), seconds(to), seconds(to - from)].map((text) => el('td', {}, text))))))
}
