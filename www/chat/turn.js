/**
 * One turn: the user's message, Behind the Scenes and the chart, members' messages, the answer, a pause's form, the outcome.
 *
 * What has a fixed height comes first and what grows comes last, so the answer grows into free space and moves nothing.
 */
import { createTimeChart } from '../chart/time-chart.js'
import { el, keyedList, setText, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'
import { createAnswerTools } from './answer-tools.js'
import { createMessage, hasBody } from './message.js'
import { createPauseForm } from './pause-form.js'
import { createTimeline } from './timeline.js'
import { createMemberMessages } from './member-messages.js'
import { createUserMessage } from './user-message.js'

/**
 * `actions`: `send(text)` sends a suggested follow-up. `regenerate`, `showVersion` and `canRegenerate` are those of
 * answer-tools.js, `edit` and `canEdit` those of user-message.js, `resolve(pause, approved, values)`, `canReject()` and
 * `canResolve()` those of pause-form.js. `now()` is the time in seconds: the clock's, or the moment shown of an opened recording.
 */
export function createTurn(actions) {
  const user = createUserMessage(actions)
  const members = createMemberMessages()
  const name = el('span', { class: 'who' })
  const answer = createMessage()
  const outcome = el('p', { class: 'outcome' })
  const tools = createAnswerTools(actions)
  const pause = createPauseForm(actions)
  const followups = el('div', { class: 'followups', role: 'group', 'aria-label': 'Suggested follow-up questions' })
  const drawFollowups = keyedList(followups, () => createFollowup(actions.send), (text, index) => index + text)
  const timeline = createTimeline()
  const chart = createTimeChart(actions.now)
  const answering = el('div', { class: 'answer' }, el('div', { class: 'answer-head' }, el('span', { class: 'avatar' }, icon('agent')), name), answer.node)
  const node = el('article', { class: 'turn' }, el('h2', { class: 'visually-hidden' }, 'Question and answer'),
    user.node, timeline.node, chart.node, members.node, answering, pause.node, outcome, tools.node, followups)
  let drawn = {}
  let busy = false
  let behind = 0

  return {
    node,
    /** Tests find the last turn by these test ids. */
    markLast(isLast) {
      for (const [part, name] of [[answer.text, 'answer'], [timeline.node, 'timeline']]) {
        if (isLast) part.dataset.testid = name
        else delete part.dataset.testid
      }
    },
    /** Puts the retry card where the answer will continue. */
    attach: (card) => card.parentNode === node || pause.node.before(card),
    /** `isBusy`: an answer is running in this conversation. `following`: how many turns are behind this one. */
    setPlace(isBusy, following) {
      if (isBusy === busy && following === behind) return
      busy = isBusy
      behind = following
      if (!drawn.id) return
      tools.update(drawn, busy)
      user.update(drawn, busy, behind)
    },
    update(turn) {
      user.update(turn, busy, behind)
      if (turn.answer !== drawn.answer) {
        answer.update(turn.answer)
        setText(name, turn.answer.teamName ?? turn.answer.agentName ?? 'Assistant')
      }
      members.update(turn.work)
      show(members.node, turn.work.length > 0)
      show(answering, hasBody(turn.answer))
      node.classList.toggle('running', turn.outcome === null)
      if (turn.pause !== drawn.pause) pause.update(turn.pause)
      if (turn.outcome !== drawn.outcome || turn.notice !== drawn.notice) drawOutcome(outcome, turn)
      tools.update(turn, busy)
      drawFollowups(turn.followups)
      show(followups, turn.followups.length > 0)
      timeline.update(turn)
      chart.update(turn)
      drawn = turn
    },
  }
}

const OUTCOMES = {
  cancelled: ['stop', 'Stopped. What had arrived is kept.'],
  interrupted: ['alert', 'The stream was interrupted before the answer was complete.'],
  failed: ['alert', 'The run failed. Behind the Scenes shows what happened.'],
}

/** The outcome also stands in the conversation, because the banner can be dismissed. */
function drawOutcome(node, { outcome, notice }) {
  const [symbol, sentence] = notice === null ? (OUTCOMES[outcome] ?? []) : ['alert', notice]
  show(node, Boolean(symbol))
  if (!symbol) return
  node.dataset.outcome = notice === null ? outcome : 'replaced'
  node.replaceChildren(icon(symbol), el('span', {}, sentence))
}

function createFollowup(send) {
  const node = el('button', { type: 'button', class: 'chip', onclick: () => send(node.textContent) })
  return { node, update: (text) => setText(node, text) }
}
