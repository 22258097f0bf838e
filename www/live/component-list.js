/** An AgentOS's teams, agents and workflows, each a button that connects to it. */
import { el, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'

const GROUPS = [['team', 'Teams', 'delegate'], ['agent', 'Agents', 'agent'], ['workflow', 'Workflows', 'step']]

export function createComponentList(choose) {
  const node = el('div', { class: 'components', testid: 'offers', hidden: true })
  const buttons = new Map()
  let marked = null

  function mark(target) {
    marked = target
    for (const [key, button] of buttons) {
      if (target && key === `${target.kind}/${target.id}`) button.setAttribute('aria-current', 'true')
      else button.removeAttribute('aria-current')
    }
  }

  return {
    node,
    mark,
    show(components) {
      buttons.clear()
      node.replaceChildren(...GROUPS.flatMap(([kind, title, symbol]) => {
        const ofKind = components.filter((component) => component.kind === kind)
        return ofKind.length === 0 ? [] : [el('section', { 'aria-label': title }, el('h3', {}, title), el('ul', {}, ...ofKind.map((component) => row(component, symbol))))]
      }))
      show(node, components.length > 0)
      mark(marked)
    },
  }

  function row(component, symbol) {
    const about = [component.description, component.model].filter(Boolean).join(' · ')
    const button = el('button', { type: 'button', class: 'scenario component', testid: `offer-${component.kind}-${component.id}`, title: about, onclick: () => choose(component) },
      icon(symbol), el('span', { dir: 'auto' }, component.name), about && el('span', { class: 'about' }, about))
    buttons.set(`${component.kind}/${component.id}`, button)
    return el('li', {}, button)
  }
}
