/** The question a paused run asks: approve a tool call, or fill in what is missing. */
import { el, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'
import { field } from '../ui/field.js'

/**
 * `resolve(pause, approved, values)`: `values` are the form's entries by field name.
 * `canReject()`: a recording goes on in one way only, so it offers no other.
 * `canResolve()`: a route of one's own cannot be continued.
 */
export function createPause({ resolve, canReject, canResolve }) {
  const node = el('form', { class: 'pause', 'aria-label': 'The run is waiting for you' })
  let pause
  node.addEventListener('submit', (event) => {
    event.preventDefault()
    const approved = event.submitter?.value !== 'reject'
    const values = Object.fromEntries(new FormData(node))
    for (const button of node.querySelectorAll('button')) button.disabled = true
    // An answer that did not get through can be given again.
    Promise.resolve(resolve(pause, approved, values)).finally(() => {
      for (const button of node.querySelectorAll('button')) button.disabled = false
    })
  })
  return {
    node,
    update(next) {
      pause = next
      show(node, pause !== null)
      if (pause === null) return
      const asksYesOrNo = pause.requirements.some((requirement) => requirement.kind === 'confirmation')
      node.replaceChildren(
        el('p', { class: 'pause-title' }, icon('pause'), 'Waiting for you'),
        ...pause.requirements.flatMap((requirement, index) => question(requirement, index)),
        !canResolve() ? el('p', {}, 'A run behind a route of your own cannot be continued here: connect to the agent, team or workflow instead.') : el('div', { class: 'buttons' },
          el('button', { class: 'primary', value: 'approve', testid: 'approve' }, asksYesOrNo ? 'Approve' : 'Continue'),
          asksYesOrNo && canReject() && el('button', { value: 'reject', testid: 'reject' }, 'Reject')),
      )
    },
  }
}

function question(requirement, index) {
  const who = requirement.memberName ? `${requirement.memberName} wants` : 'It wants'
  const tool = requirement.toolName ?? 'a tool'
  if (requirement.kind === 'input') {
    return [el('p', {}, requirement.message ?? 'Please fill in:'), ...(requirement.fields ?? []).map((asked) => input(asked, index))]
  }
  if (!requirement.toolName && requirement.stepName) return [el('p', {}, requirement.message ?? 'May it go on with ', requirement.message ? ' (' : '', el('code', {}, requirement.stepName), requirement.message ? ')' : '?')]
  const external = requirement.kind === 'external'
  return [
    el('p', {}, external ? `${who} your page to run ` : `${who} to run `, el('code', {}, tool), '.'),
    ...(requirement.toolArgs ? [field('With', JSON.stringify(requirement.toolArgs, null, 2))] : []),
    ...(external ? [labelled('What it returned', `result-${index}`)] : []),
  ]
}

/** Each kind of value has the field that a keyboard, a phone and a screen reader know for it. */
function input(asked, index) {
  const known = asked.value === null || asked.value === undefined ? '' : String(asked.value)
  const name = `${index}.${asked.name}`
  if (asked.type === 'bool') return el('label', { class: 'check' }, el('input', { type: 'checkbox', name, value: 'true', checked: known === 'true' }), el('span', {}, asked.description || asked.name))
  const number = { int: { type: 'number', step: '1' }, float: { type: 'number', step: 'any' } }[asked.type]
  return labelled(asked.description || asked.name, name, known, number)
}

function labelled(text, name, value = '', more = {}) {
  return el('label', { class: 'labelled' }, el('span', {}, text), el('input', { name, value, autocomplete: 'off', ...more }))
}
