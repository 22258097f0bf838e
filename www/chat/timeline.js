/** Behind the Scenes: the events of one turn, in order. Superseded attempts stay in the list, under a heading that says so. */
import { attemptsBegun, describeEntry, startsAttempt } from '../ui/attempts.js'
import { dateAndTime, timeOfDay } from '../ui/clock.js'
import { el, keyedList, setText, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'
import { seconds } from '../ui/duration.js'
import { field } from '../ui/field.js'

/** Whether the next timeline starts open: the reader's last choice. */
let startsOpen = true
export const closeTimelines = () => (startsOpen = false)

const DEEPEST_INDENT = 3

export function createTimeline() {
  const count = el('span', { class: 'count' })
  const latest = el('span', { class: 'latest', dir: 'auto' })
  const list = el('ol', { class: 'entries' })
  const footnote = el('p', { class: 'footnote' }, 'Times are from the recording; events without one show when they were replayed.')
  const scroller = el('div', { class: 'entries-box', tabindex: '0', role: 'region', 'aria-label': 'Events behind the scenes' }, list, footnote)
  const node = el('details', { class: 'timeline', open: startsOpen },
    el('summary', {}, icon('chevron'), el('span', { class: 'title' }, 'Behind the Scenes'), count, latest), scroller)
  node.addEventListener('toggle', () => (startsOpen = node.open))

  let entries = []
  /** The entries with which an attempt starts. */
  let heads = []
  const draw = keyedList(list, (_entry, index) => {
    const view = createEntry(startsAttempt(entries, index))
    if (view.attempt > 0) heads.push(view)
    return view
  })

  return {
    node,
    update(turn) {
      if (turn.timeline === entries) return
      entries = turn.timeline
      const atEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 24
      draw(entries)
      const begun = attemptsBegun(entries)
      heads = heads.filter((view) => view.node.isConnected)
      for (const view of heads) view.head(begun)
      show(node, entries.length > 0)
      show(footnote, mixesTimes(entries))
      if (atEnd) scroller.scrollTop = scroller.scrollHeight
      const retries = begun > 1 ? ` · ${begun} attempts` : ''
      setText(count, `${entries.length} ${entries.length === 1 ? 'event' : 'events'}${retries}`)
      setText(latest, entries.length > 0 ? describeEntry(entries.at(-1), seconds) : '')
    },
  }
}

/** True when replaying an old recording: its retry and error events have no time of their own and get the time of the replay. */
function mixesTimes(entries) {
  const times = entries.map(({ timestamp }) => timestamp)
  return Math.max(...times) - Math.min(...times) > 1800
}

/** `attempt`: the number of the attempt that starts here, else 0. Attempt 1 has its heading from the start, so that it does not push entries down later. */
function createEntry(attempt) {
  const heading = el('div', { class: 'attempt', hidden: attempt === 0 })
  const mark = el('span', { class: 'mark' })
  const source = el('span', { class: 'source' })
  const description = el('span', { class: 'description', dir: 'auto' })
  const time = el('time')
  const body = el('div', { class: 'entry-body' })
  const details = el('details', {}, el('summary', {}, mark, el('span', { class: 'line' }, source, ' ', description), time), body)
  const node = el('li', { class: 'entry', testid: 'timeline-entry' }, heading, details)
  let entry

  const fill = () => {
    if (details.open) body.replaceChildren(...facts(entry))
  }
  details.addEventListener('toggle', fill)

  return {
    node,
    attempt,
    /** `begun`: the attempts so far. */
    head(begun) {
      const failed = Boolean(entry.details.voided)
      setText(heading, `Attempt ${attempt}${!failed ? '' : begun > attempt ? ' (superseded)' : ' (failed)'}`)
    },
    update(next) {
      entry = next
      const { kind, symbol } = kindOf(entry)
      const superseded = Boolean(entry.details.voided)
      node.dataset.status = entry.status
      node.dataset.kind = kind
      node.dataset.superseded = superseded
      node.style.setProperty('--depth', Math.min(DEEPEST_INDENT, entry.depth))
      mark.replaceChildren(icon(symbol))
      // Many descriptions start with the source's name, which is then not repeated.
      const words = describeEntry(entry, seconds)
      const named = entry.source !== '' && words.startsWith(entry.source + ' ')
      node.dataset.named = named
      setText(source, entry.source)
      setText(description, named ? words.slice(entry.source.length + 1) : words)
      time.dateTime = new Date(entry.timestamp * 1000).toISOString()
      time.title = `${dateAndTime(entry.timestamp)}: the event’s own time, or its arrival if it has none`
      setText(time, timeOfDay(entry.timestamp))
      fill()
    },
  }
}

function kindOf({ eventType, status }) {
  for (const [pattern, kind, symbol] of KINDS) if (pattern.test(eventType)) return { kind, symbol }
  return { kind: 'other', symbol: status === 'error' ? 'alert' : 'text' }
}

const KINDS = [
  [/^retry$/, 'retry', 'retry'],
  [/error|interrupted/i, 'error', 'alert'],
  [/cancelled$/i, 'cancelled', 'stop'],
  [/paused$/i, 'paused', 'pause'],
  [/ToolCall/, 'tool', 'tool'],
  [/Reasoning/, 'reasoning', 'spark'],
  [/Memory|SessionSummary|Metrics/, 'memory', 'database'],
  [/Step|Workflow|Loop|Parallel|Condition|Router/, 'step', 'step'],
  [/Run(Completed)$/, 'done', 'check'],
  [/Run(Started|Continued)$/, 'run', 'run'],
]

/** An event's details; unknown ones are shown as they arrived. */
function facts(entry) {
  const d = entry.details
  const rows = [
    ['Event', entry.eventType],
    ['Status', entry.status.replace('_', ' ')],
    ['Tool', d.toolName],
    ['Member', d.memberName],
    ['Step', d.stepName],
    ['Time taken', d.executionTime !== undefined && seconds(d.executionTime)],
    ['Retry', d.retryAttempt && `${d.retryAttempt} of ${d.maxRetries}`],
    ['Announced wait', d.retryDelay !== undefined && seconds(d.retryDelay)],
    ['Error type', d.errorType],
    ['Retries', d.retryAttempts],
    ['Model', d.model],
    ['Tokens', d.tokenUsage && `${d.tokenUsage.input} in, ${d.tokenUsage.output} out`],
    ['Cost', d.costs && d.costs.total.toPrecision(3)],
    ['Run', d.runId],
  ].filter(([, value]) => value !== undefined && value !== null && value !== false && value !== '')
  const list = el('dl', {}, ...rows.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, String(value))]))
  const blocks = [
    ['Task', d.task],
    ['Arguments', json(d.toolArgs)],
    ['Result', d.toolResult],
    ['Reasoning', d.reasoningContent],
    ['As announced', entry.eventType === 'retry' && entry.description],
    ['Message', d.errorMessage],
    ['Metrics', json(d.metrics)],
    ['Data', json(d.data)],
  ].filter(([, text]) => text)
  return [list, ...blocks.map(([label, text]) => field(label, text))]
}

function json(value) {
  return value === undefined || value === null ? '' : JSON.stringify(value, null, 2)
}
