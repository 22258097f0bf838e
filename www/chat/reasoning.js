/** A message's reasoning: steps (ReasoningTools) or the model's own thoughts. */
import { el, keyedList, setText, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'

export function createReasoning() {
  const title = el('span')
  const steps = el('ol', { class: 'steps' })
  const thoughts = el('p', { class: 'thoughts', dir: 'auto' })
  const node = el('details', { class: 'reasoning' }, el('summary', {}, icon('spark'), title), steps, thoughts)
  const draw = keyedList(steps, createStep, (_step, index) => index)
  return {
    node,
    update(message) {
      const list = message.extra_data?.reasoning_steps ?? []
      // With ReasoningTools the text repeats the steps, so it is shown only without them.
      const text = list.length === 0 ? (message.reasoning_content ?? '') : ''
      show(node, list.length > 0 || text !== '')
      show(thoughts, text !== '')
      setText(title, list.length > 0 ? `Reasoning · ${list.length} ${list.length === 1 ? 'step' : 'steps'}` : 'Thoughts')
      setText(thoughts, text)
      draw(list)
    },
  }
}

function createStep() {
  const node = el('li')
  return {
    node,
    update(step) {
      const facts = [
        step.action && `Action: ${step.action}`,
        step.result && `Result: ${step.result}`,
        step.next_action && `Next: ${step.next_action}`,
        step.confidence !== undefined && `Confidence: ${Math.round(step.confidence * 100)}%`,
      ].filter(Boolean)
      node.replaceChildren(
        el('strong', {}, step.title || 'Step'),
        ...(step.reasoning ? [el('p', { dir: 'auto' }, step.reasoning)] : []),
        ...(facts.length > 0 ? [el('p', { class: 'facts' }, facts.join('  ·  '))] : []),
      )
    },
  }
}
