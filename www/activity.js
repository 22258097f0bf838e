/**
 * What is going on right now, above the composer: the activity text, and a countdown while a rate limit passes or a
 * message is held back to stay under one.
 *
 * `left(wait)` says how many of the announced seconds are left: compared with the clock, not counted, so that a page
 * that slept wakes up right. In a replay at 4× they pass four times as fast as the clock. `skip(wait)`: what the button
 * that ends the wait says and does, or null.
 */
import { el, setText, show } from './dom.js'

export function createActivity({ left, skip }) {
  const text = el('span', { testid: 'activity', role: 'status', 'aria-live': 'polite', dir: 'auto' })
  const number = el('span', { testid: 'countdown' })
  const bar = el('span', { class: 'bar' }, el('span', { class: 'bar-fill' }))
  // The seconds would be read out one by one; the announcement above already says how long it takes.
  const countdown = el('span', { class: 'countdown', 'aria-hidden': 'true', hidden: true }, bar, number)
  const skipButton = el('button', { type: 'button', class: 'link', testid: 'skip-wait', onclick: () => skip(wait)?.run(), hidden: true })
  const hint = el('span', { class: 'hint', dir: 'auto', hidden: true })
  const pulse = el('span', { class: 'pulse', 'aria-hidden': 'true' }, el('i'), el('i'), el('i'))
  const node = el('div', { class: 'activity' }, pulse, text, countdown, skipButton, hint)
  let wait = null
  let timer

  function tick() {
    const rest = Math.max(0, left(wait))
    setText(number, rest < 1 ? `${rest.toFixed(1)} s` : `${Math.ceil(rest)} s`)
    bar.firstChild.style.setProperty('--part', wait.delay > 0 ? 1 - Math.min(1, rest / wait.delay) : 1)
  }

  return {
    node,
    update(snapshot) {
      const busy = snapshot.activityStatus !== null
      const next = snapshot.retry ?? snapshot.pacing
      setText(text, snapshot.activityStatus ?? '')
      node.dataset.busy = busy
      node.dataset.status = next ? 'retrying' : snapshot.status
      if (next === wait) return
      wait = next
      const offer = wait && skip(wait)
      show(countdown, wait !== null)
      show(skipButton, Boolean(offer))
      setText(skipButton, offer?.label ?? '')
      show(hint, Boolean(wait?.hint))
      setText(hint, wait?.hint ?? '')
      clearInterval(timer)
      if (wait === null) return
      tick()
      timer = setInterval(tick, 100)
    },
  }
}
