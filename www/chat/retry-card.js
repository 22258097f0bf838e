/**
 * A wait in full: the cause, which retry it is, a countdown ring, the model's quota if it explains the wait, and buttons to end it.
 * Shown in the waiting turn, where the answer will be.
 *
 * `left(wait)`: announced seconds left, derived from the clock rather than counted down, so that they are right after the page
 * slept. In a replay at 4× they pass four times as fast. `skip(wait)`: `{ label, run }` of the button that ends the wait, or null.
 * `cancel()` cancels the run.
 */
import { el, setText, show } from '../ui/dom.js'
import { quotaGauge } from '../ui/quota-gauge.js'

const CAUSES = {
  rate_limit: 'The model’s rate limit has been reached.',
  unavailable: 'The service is unavailable (HTTP 503).',
  network: 'The connection was lost or could not be established.',
  limit: 'A rate limit was hit just now, here or in another tab.',
  quota: 'This message would exceed the quota for this minute.',
}
/** A quota is shown only where it is the reason: near its limit, or as what holds the message back. */
const explains = ({ limit, inputTokens }, wait) => limit !== null && (wait.cause === 'quota' || inputTokens >= limit / 2)
const reducedMotion = matchMedia('(prefers-reduced-motion: reduce)')

export function createRetryCard({ left, skip, cancel }) {
  const ring = circle('ring-left')
  const number = el('span', { class: 'ring-number', testid: 'countdown', role: 'timer', 'aria-label': 'Time left' })
  const title = el('p', { class: 'retry-title', testid: 'retry-title' })
  const dots = el('span', { class: 'dots', 'aria-hidden': 'true' })
  const cause = el('p', { class: 'retry-cause', testid: 'retry-cause' })
  const hint = el('p', { class: 'hint', dir: 'auto', hidden: true })
  const quota = el('ul', { class: 'gauges', 'aria-label': 'Quota usage' })
  const skipButton = el('button', { type: 'button', class: 'primary', testid: 'skip-wait', onclick: () => skip(wait)?.run() })
  const cancelButton = el('button', { type: 'button', testid: 'cancel-wait', onclick: cancel }, 'Cancel')
  const card = el('section', { class: 'retry', 'aria-label': 'Waiting to retry', testid: 'retry', hidden: true },
    el('div', { class: 'ring' }, svgOf(circle('ring-all'), ring), number),
    el('div', { class: 'retry-body' }, el('div', { class: 'retry-head' }, title, dots), cause, hint, quota),
    el('div', { class: 'buttons' }, skipButton, cancelButton))
  const node = el('div', { class: 'retry-place' }, card)
  let wait = null
  let shownQuota
  let timer

  function tick() {
    const seconds = Math.max(0, left(wait))
    setText(number, seconds < 1 ? `${seconds.toFixed(1)} s` : `${Math.ceil(seconds)} s`)
    ring.style.setProperty('--part', wait.delay > 0 ? Math.min(1, seconds / wait.delay) : 0)
  }

  return {
    node,
    update({ retry, pacing, quota: models }) {
      const next = retry ?? pacing
      if (next !== null && (models !== shownQuota || next !== wait)) {
        shownQuota = models
        quota.replaceChildren(...models.filter((model) => explains(model, next)).map(quotaGauge))
        show(quota, quota.hasChildNodes())
      }
      if (next === wait) return
      wait = next
      show(card, wait !== null)
      clearInterval(timer)
      if (wait === null) return
      const { attempt, maxRetries, by } = wait
      setText(title, attempt ? `Retry ${attempt} of ${maxRetries}` : 'Held back')
      dots.replaceChildren(...Array.from({ length: maxRetries > 1 && maxRetries <= 10 ? maxRetries : 0 }, (_, at) => el('i', { 'data-used': at < attempt })))
      setText(cause, [CAUSES[wait.cause], by && (by === 'server' ? 'The server waits, then retries.' : 'This page waits, then retries.')].filter(Boolean).join(' '))
      show(hint, Boolean(wait.hint))
      setText(hint, wait.hint ?? '')
      const action = skip(wait)
      show(skipButton, Boolean(action))
      setText(skipButton, action?.label ?? '')
      tick()
      timer = setInterval(tick, reducedMotion.matches ? 1000 : 100)
    },
  }
}

const SVG = 'http://www.w3.org/2000/svg'

function circle(name) {
  const node = document.createElementNS(SVG, 'circle')
  // Radius 15.9 makes a circumference of 100.
  for (const [key, value] of Object.entries({ class: name, cx: 18, cy: 18, r: 15.915, pathLength: 100 })) node.setAttribute(key, value)
  return node
}

function svgOf(...circles) {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', '0 0 36 36')
  svg.setAttribute('aria-hidden', 'true')
  svg.append(...circles)
  return svg
}
