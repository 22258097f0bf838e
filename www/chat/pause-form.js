/** The form of a paused run: approve a tool call, run it and return its result, or fill in fields. */
import { el, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'
import { field } from '../ui/field.js'

/**
 * `resolve(pause, approved, values)`: `values` are the form's entries by field name.
 * `canReject()`: false in a replay, whose recording has one continuation only.
 * `canResolve()`: false for a custom route, which has no endpoint to continue a run.
 */
export function createPauseForm({ resolve, canReject, canResolve }) {
  const node = el('form', { class: 'pause', 'aria-label': 'The run is waiting for you' })
  let pause
  node.addEventListener('submit', (event) => {
    event.preventDefault()
    const approved = event.submitter?.value !== 'reject'
    const values = Object.fromEntries(new FormData(node))
    for (const button of node.querySelectorAll('button')) button.disabled = true
    // Enabled again in case the answer did not get through.
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
      const needsApproval = pause.requirements.some((requirement) => requirement.kind === 'confirmation')
      node.replaceChildren(
        el('p', { class: 'pause-title' }, icon('pause'), 'Waiting for you'),
        ...pause.requirements.flatMap((requirement, index) => question(requirement, index)),
        !canResolve() ? el('p', {}, 'A run on a custom route cannot be continued here. Connect to the agent, team or workflow instead.') : el('div', { class: 'buttons' },
          el('button', { class: 'primary', value: 'approve', testid: 'approve' }, needsApproval ? 'Approve' : 'Continue'),
          needsApproval && canReject() && el('button', { value: 'reject', testid: 'reject' }, 'Reject')),
      )
    },
  }
}

function question(requirement, index) {
  const who = requirement.memberName ? `${requirement.memberName} wants` : 'The agent wants'
  const tool = requirement.toolName ?? 'a tool'
  if (requirement.kind === 'input') {
    return [el('p', {}, requirement.message ?? 'Please fill in:'), ...(requirement.fields ?? []).map((inputField) => input(inputField, index))]
  }
  if (!requirement.toolName && requirement.stepName) return [el('p', {}, requirement.message ?? 'Continue with ', requirement.message ? ' (' : '', el('code', {}, requirement.stepName), requirement.message ? ')' : '?')]
  const external = requirement.kind === 'external'
  return [
    el('p', {}, external ? `${who} your page to run ` : `${who} to run `, el('code', {}, tool), '.'),
    ...(requirement.toolArgs ? [field('Arguments', JSON.stringify(requirement.toolArgs, null, 2))] : []),
    ...(external ? [labelled('Result', `result-${index}`)] : []),
  ]
}

/** The native control for each type, so that keyboards, phones and screen readers handle it as usual. */
function input(inputField, index) {
  const value = inputField.value === null || inputField.value === undefined ? '' : String(inputField.value)
  const name = `${index}.${inputField.name}`
  if (inputField.type === 'bool') return el('label', { class: 'check' }, el('input', { type: 'checkbox', name, value: 'true', checked: value === 'true' }), el('span', {}, inputField.description || inputField.name))
  const number = { int: { type: 'number', step: '1' }, float: { type: 'number', step: 'any' } }[inputField.type]
  return labelled(inputField.description || inputField.name, name, value, number)
}

function labelled(text, name, value = '', more = {}) {
  return el('label', { class: 'labelled' }, el('span', {}, text), el('input', { name, value, autocomplete: 'off', ...more }))
}
