/**
 * What is going on right now, above the composer: the activity text, and a countdown while a rate limit passes.
 *
 * `left(retry)` says how many of the announced seconds are left. In a replay at 4× they pass four times as fast
 * as the clock; counting announced seconds keeps the countdown in agreement with the text next to it.
 */
import { el, setText, show } from './dom.js'

export function createActivity({ left, skip }) {
  const text = el('span', { testid: 'activity', role: 'status', 'aria-live': 'polite', dir: 'auto' })
  const number = el('span')
  const bar = el('span', { class: 'bar' }, el('span', { class: 'bar-fill' }))
  // The seconds would be read out one by one; the announcement above already says how long it takes.
  const countdown = el('span', { class: 'countdown', 'aria-hidden': 'true', hidden: true }, bar, number)
  const skipButton = el('button', { type: 'button', class: 'link', testid: 'skip-wait', onclick: skip.run, hidden: true }, 'Skip the wait')
  const pulse = el('span', { class: 'pulse', 'aria-hidden': 'true' }, el('i'), el('i'), el('i'))
  const node = el('div', { class: 'activity' }, pulse, text, countdown, skipButton)
  let retry = null
  let timer

  function tick() {
    const rest = Math.max(0, left(retry))
    setText(number, rest < 1 ? `${rest.toFixed(1)} s` : `${Math.ceil(rest)} s`)
    bar.firstChild.style.setProperty('--part', retry.delay > 0 ? 1 - Math.min(1, rest / retry.delay) : 1)
  }

  return {
    node,
    update(snapshot) {
      const busy = snapshot.activityStatus !== null
      setText(text, snapshot.activityStatus ?? '')
      node.dataset.busy = busy
      node.dataset.status = snapshot.status
      if (snapshot.retry === retry) return
      retry = snapshot.retry
      show(countdown, retry !== null)
      show(skipButton, retry !== null && skip.possible())
      clearInterval(timer)
      if (retry === null) return
      tick()
      timer = setInterval(tick, 100)
    },
  }
}
