/** One question and everything it led to: work of members, the answer, how it ended, Behind the Scenes. */
import { createChart } from '../chart/time-chart.js'
import { el, keyedList, setText, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'
import { createMessage, hasBody } from './message.js'
import { createPause } from './pause-form.js'
import { createTimeline } from './timeline.js'
import { createWork } from './member-messages.js'

/**
 * `actions`: `ask(text)` sends a suggested follow-up; `resolve(pause, approved, values)` answers a paused run,
 * `canReject()` says whether no is an answer, `canResolve()` whether this page can give any; `now()` what time it is, in seconds.
 */
export function createTurn(actions) {
  const user = el('div', { class: 'user', dir: 'auto' })
  const work = createWork()
  const name = el('span', { class: 'who' })
  const answer = createMessage()
  const mark = el('p', { class: 'outcome' })
  const pause = createPause(actions)
  const followups = el('div', { class: 'followups', role: 'group', 'aria-label': 'Suggested follow-up questions' })
  const drawFollowups = keyedList(followups, () => createFollowup(actions.ask), (text, index) => index + text)
  const timeline = createTimeline()
  const chart = createChart(actions.now)
  const answering = el('div', { class: 'answer' }, el('div', { class: 'answer-head' }, el('span', { class: 'avatar' }, icon('agent')), name), answer.node)
  const node = el('article', { class: 'turn' }, el('h2', { class: 'visually-hidden' }, 'Question and answer'),
    user, work.node, answering, pause.node, mark, followups, timeline.node, chart.node)
  let drawn = {}

  return {
    node,
    /** Tests and tools look for the last turn by these names. */
    markLast(isLast) {
      for (const [part, name] of [[answer.text, 'answer'], [timeline.node, 'timeline']]) {
        if (isLast) part.dataset.testid = name
        else delete part.dataset.testid
      }
    },
    /** A guest, in the place over Behind the Scenes. */
    host: (guest) => guest.parentNode === node || timeline.node.before(guest),
    update(turn) {
      if (turn.user !== drawn.user) setText(user, turn.user?.content ?? '')
      if (turn.answer !== drawn.answer) {
        answer.update(turn.answer)
        setText(name, turn.answer.teamName ?? turn.answer.agentName ?? 'Assistant')
      }
      work.update(turn.work)
      show(user, turn.user !== null)
      show(work.node, turn.work.length > 0)
      show(answering, hasBody(turn.answer))
      node.classList.toggle('running', turn.outcome === null)
      if (turn.pause !== drawn.pause) pause.update(turn.pause)
      if (turn.outcome !== drawn.outcome) drawOutcome(mark, turn.outcome)
      drawFollowups(turn.followups)
      show(followups, turn.followups.length > 0)
      timeline.update(turn)
      chart.update(turn)
      drawn = turn
    },
  }
}

const OUTCOMES = {
  cancelled: ['stop', 'Stopped. Everything that had arrived is kept.'],
  interrupted: ['alert', 'The stream broke off before the answer was complete.'],
  failed: ['alert', 'The run failed. Behind the Scenes shows what happened.'],
}

/** Said in the conversation too, because the banner goes away when it is dismissed. */
function drawOutcome(mark, outcome) {
  const [symbol, sentence] = OUTCOMES[outcome] ?? []
  show(mark, Boolean(symbol))
  if (!symbol) return
  mark.dataset.outcome = outcome
  mark.replaceChildren(icon(symbol), el('span', {}, sentence))
}

function createFollowup(ask) {
  const node = el('button', { type: 'button', class: 'chip', onclick: () => ask(node.textContent) })
  return { node, update: (text) => setText(node, text) }
}
