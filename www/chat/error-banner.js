/** The error banner: the server's own message, with buttons to resume or try again, and to dismiss it. */
import { el } from '../ui/dom.js'
import { icon } from '../ui/icons.js'

const TITLES = {
  rate_limit: 'Rate limit',
  general: 'The run failed',
  unexpected: 'Unexpected error',
  timeout: 'Timed out',
  network: 'No connection',
  http: 'Refused by the server',
  interrupted: 'Stream interrupted',
  protocol: 'Not an AgentOS stream',
}

export function createErrorBanner({ dismiss, tryAgain, resume }) {
  // The alert region exists from the start: screen readers announce only what is added to an existing one.
  const node = el('div', { class: 'banner-place', role: 'alert' })
  let error = null
  return {
    node,
    update(snapshot) {
      if (snapshot.error === error) return
      error = snapshot.error
      node.replaceChildren(...(error === null ? [] : [draw(error, snapshot.resumable)]))
    },
  }

  function draw({ type, message, hint, retries, retryable, httpStatus }, resumable) {
    const facts = [retries > 0 && `${retries} ${retries === 1 ? 'retry' : 'retries'}`, httpStatus && `HTTP ${httpStatus}`].filter(Boolean)
    return el('div', { class: 'banner', 'data-type': type },
      icon('alert'),
      el('div', { class: 'banner-text' },
        el('strong', {}, [TITLES[type] ?? 'Error', ...facts].join(' · ')),
        el('p', { testid: 'banner', dir: 'auto' }, message),
        hint && el('p', { class: 'hint', dir: 'auto' }, hint)),
      resumable
        ? el('button', { type: 'button', class: 'quiet', testid: 'resume', onclick: resume }, 'Resume')
        : retryable && el('button', { type: 'button', class: 'quiet', onclick: tryAgain }, 'Try again'),
      el('button', { type: 'button', class: 'quiet square', 'aria-label': 'Dismiss this error', testid: 'banner-dismiss', onclick: dismiss }, icon('close')))
  }
}
