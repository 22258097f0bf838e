/**
 * Rate limits so far: the monitor's figures and alerts, each model's use of its quota, and the log. Figures are as of the last event.
 */
import { el, setText, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'
import { quotaGauge } from '../ui/quota-gauge.js'

const ROWS = [
  ['Answers', 'answers'],
  ['Retries', 'retries'],
  ['Success after a retry', 'successAfterRetry'],
  ['Retries exhausted', 'retriesExhausted'],
  ['Average delay', 'averageDelay', (value) => (value === 0 ? '–' : `${value.toLocaleString([], { maximumFractionDigits: 1 })} s`)],
  ['Sessions kept', 'sessionsKept'],
]
/** The alerts of src/monitor/alert.rs: a figure of the last hour and its threshold. */
const WATCHED = [
  ['high_retry_rate', 'Retries', 'retries', 50, ''],
  ['retry_failure_rate', 'Retries exhausted', 'retriesExhausted', 10, ''],
  ['average_retry_delay', 'Average delay', 'averageDelay', 60, ' s'],
]
const LOG_LINES = 8

export function createRateLimitPanel() {
  const headline = el('span', { class: 'latest', testid: 'limits-headline' })
  const alerts = el('ul', { class: 'alerts' })
  const watched = el('ul', { class: 'gauges', testid: 'watched' })
  const figures = el('tbody')
  const gauges = el('ul', { class: 'gauges' })
  const log = el('ol', { class: 'log', testid: 'log' })
  const logBox = el('section', { hidden: true }, el('h2', {}, 'Log'), log)
  const gaugeBox = el('section', { hidden: true }, el('h2', {}, 'Tokens per minute'), gauges)
  const table = el('table', { testid: 'figures' },
    el('thead', {}, el('tr', {}, el('td'), ...['Last hour', 'Last 24 h'].map((name) => el('th', { scope: 'col' }, name)))), figures)
  const node = el('details', { class: 'rate-limits', hidden: true },
    el('summary', {}, icon('chevron'), el('span', { class: 'title' }, 'Rate limits'), headline),
    el('div', { class: 'rate-limits-body', tabindex: '0', role: 'region', 'aria-label': 'Rate limits' }, alerts,
      el('section', {}, el('h2', {}, 'Figures'), table), el('section', {}, el('h2', {}, 'Alerts (last hour)'), watched), gaugeBox, logBox))
  let monitor, quota

  return {
    node,
    /** For a new handler. `live`: false in a replay, where the panel is hidden. */
    reset(live) {
      log.replaceChildren()
      show(logBox, false)
      show(node, live)
    },
    /** One line of the handler's log. */
    log(level, line) {
      log.append(el('li', { 'data-level': level }, line))
      if (log.childElementCount > LOG_LINES) log.firstChild.remove()
      show(logBox, true)
    },
    update(snapshot) {
      if (snapshot.monitor !== monitor) drawFigures(monitor = snapshot.monitor)
      if (snapshot.quota === quota) return
      quota = snapshot.quota
      gauges.replaceChildren(...quota.map(quotaGauge))
      show(gaugeBox, quota.length > 0)
    },
  }

  function drawFigures({ lastHour, lastDay, alerts: active, retries, retriesExhausted }) {
    figures.replaceChildren(...ROWS.map(([label, name, format = String]) =>
      el('tr', {}, el('th', { scope: 'row' }, label), el('td', {}, format(lastHour[name])), el('td', {}, format(lastDay[name])))))
    alerts.replaceChildren(...active.map((alert) => el('li', {}, icon('alert'), el('span', {}, el('strong', {}, alert.message), ' ', alert.action))))
    watched.replaceChildren(...WATCHED.map(([id, label, name, threshold, unit]) => watch(label, lastHour[name], threshold, unit, active.some((alert) => alert.id === id))))
    const parts = [`${retries} ${retries === 1 ? 'retry' : 'retries'}`, retriesExhausted > 0 && `${retriesExhausted} given up`, active.length > 0 && `${active.length} ${active.length === 1 ? 'alert' : 'alerts'}`]
    setText(headline, parts.filter(Boolean).join(' · '))
  }
}

function watch(label, value, threshold, unit, isActive) {
  const text = `${value.toLocaleString([], { maximumFractionDigits: 1 })} of ${threshold}${unit}`
  return el('li', { 'data-active': isActive }, el('span', { class: 'watch' }, el('strong', {}, label), el('span', {}, isActive ? `${text}: alert` : text)),
    el('meter', { min: 0, max: threshold, high: threshold * 0.8, value: Math.min(value, threshold), 'aria-label': `${label}: ${text}` }))
}
