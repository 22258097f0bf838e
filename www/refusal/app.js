/** Reads a refusal as the handler would: what a provider, gateway or proxy said → kind, wait, and the sentence for the user. */
import { readRefusal } from '../vendor/ai-stream-handler.js'
import { el, setText, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'
import { longTime } from '../ui/duration.js'
import { createPageHeader } from '../ui/page-header.js'
import { readPasted, toPasted } from './pasted.js'

/** Each kind in words: what it is, and what the handler makes of it. */
const KINDS = {
  rate_limit: ['Rate limit', 'Too many requests or tokens in a short time.'],
  overloaded: ['Overloaded', 'The service or the model has more to do than it can.'],
  quota_exhausted: ['Quota exhausted', 'The account, or what it may use in a day or a month, is used up.'],
  request_too_large: ['Request too large', 'More than the model or the limit takes at all: waiting does not help.'],
  auth: ['Not authorized', 'A key is missing, wrong, or not allowed to do this.'],
  not_found: ['Not found', 'There is no such model, agent or address.'],
  bad_request: ['Bad request', 'The request itself is not valid.'],
  content_filtered: ['Content filtered', 'A safety system blocked the prompt or the answer.'],
  timeout: ['Timeout', 'The server, or something behind it, took too long.'],
  unavailable: ['Unavailable', 'The server is down, or a gateway cannot reach it.'],
  unknown: ['Unknown', 'Nothing in it says why.'],
}
/** What waits are waited out by the handler, in seconds: src/refusal.rs, LONGEST_DELAY. */
const LONGEST_DELAY = 3600

const examples = await (await fetch('./recordings/refusals.json')).json()

const pasted = el('textarea', { id: 'pasted', rows: '12', spellcheck: 'false', autocomplete: 'off', testid: 'pasted', 'aria-describedby': 'pasted-note', oninput: read })
const chips = examples.map((example, at) => el('button', { type: 'button', class: 'small', testid: `example-${at}`, onclick: () => choose(at) }, `${example.provider}: ${example.title}`))
const kind = el('p', { class: 'kind', testid: 'kind' })
const about = el('p', { class: 'muted', testid: 'about' })
const wait = el('dd', { testid: 'wait' })
const provider = el('dd', { testid: 'provider' })
const again = el('dd', { testid: 'again' })
const sentence = el('p', { testid: 'sentence', dir: 'auto' })
const then = el('p', { class: 'muted', testid: 'then' })
const code = el('pre', { testid: 'code', tabindex: '0', role: 'region', 'aria-label': 'The result as an object' })
const result = el('section', { class: 'result', 'aria-label': 'What it means', 'aria-live': 'polite' },
  el('div', { class: 'verdict-line' }, kind, about),
  el('dl', {}, row('Wait', wait), row('Said by', provider), row('Worth trying again', again)),
  el('div', { class: 'sentence' }, icon('alert'), el('div', {}, el('p', { class: 'label' }, 'What your user reads'), sentence)),
  then,
  el('details', {}, el('summary', {}, icon('chevron'), 'As an object'), code))
const empty = el('p', { class: 'empty' }, 'Paste something, or choose an example.')

document.body.append(
  createPageHeader('Read a refusal'),
  el('main', {},
    el('h1', {}, 'What did your provider say?'),
    el('p', { class: 'lead' }, 'Paste a body, a log line, an exception, or a whole HTTP answer with its status line and header fields. It is read in this page by the same code as in the handler, and goes nowhere.'),
    el('ul', { class: 'chips', 'aria-label': 'Examples' }, ...chips.map((chip) => el('li', {}, chip))),
    el('div', { class: 'columns' },
      el('div', { class: 'paste' }, el('label', { for: 'pasted' }, 'The refusal'), pasted, el('p', { class: 'muted', id: 'pasted-note' }, 'In code: ', el('code', {}, 'readRefusal(text)'), ', or ', el('code', {}, 'readRefusal({ status, headers, body })'), '.')),
      el('div', {}, empty, result))))
document.getElementById('loading').remove()
choose(0)

function row(name, value) {
  return el('div', {}, el('dt', {}, name), value)
}

function choose(at) {
  chips.forEach((chip, index) => index === at ? chip.setAttribute('aria-pressed', 'true') : chip.setAttribute('aria-pressed', 'false'))
  pasted.value = toPasted(examples[at])
  draw()
}

/** The user's own text is no example. */
function read() {
  for (const chip of chips) chip.setAttribute('aria-pressed', 'false')
  draw()
}

function draw() {
  const isEmpty = pasted.value.trim() === ''
  show(result, !isEmpty)
  show(empty, isEmpty)
  if (isEmpty) return
  const refusal = readRefusal(readPasted(pasted.value))
  const { reason, delay, message, retryable } = refusal
  const [name, words] = KINDS[reason]
  setText(kind, name)
  kind.dataset.kind = reason
  setText(about, words)
  setText(wait, delay === null ? 'none named' : longTime(delay))
  setText(provider, refusal.provider ?? 'not said')
  setText(again, retryable ? 'yes' : 'no')
  setText(sentence, message)
  setText(then, outcomeOf(refusal))
  setText(code, JSON.stringify(refusal, null, 2))
}

/** What the handler does next. */
function outcomeOf({ reason, delay, retryable }) {
  const passes = reason === 'rate_limit' || reason === 'overloaded'
  if (passes && (delay ?? 0) > LONGEST_DELAY) return 'The handler does not wait that long: the run fails, and the banner says when to try again.'
  if (passes) return `The handler waits ${delay === null ? 'with growing delays' : longTime(delay)}, in full view, and tries again.`
  return retryable ? 'The run fails; the banner offers to try again.' : 'The run fails; trying again as it is would not help.'
}
