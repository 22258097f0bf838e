/** Whom an AgentOS offers: its agents, teams and workflows, each a button that connects to it. */
import { el, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'

const GROUPS = [['team', 'Teams', 'delegate'], ['agent', 'Agents', 'agent'], ['workflow', 'Workflows', 'step']]

export function createOffers(choose) {
  const node = el('div', { class: 'offers', testid: 'offers', hidden: true })
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
    show(found) {
      buttons.clear()
      node.replaceChildren(...GROUPS.flatMap(([kind, title, symbol]) => {
        const of = found.filter((one) => one.kind === kind)
        return of.length === 0 ? [] : [el('section', { 'aria-label': title }, el('h3', {}, title), el('ul', {}, ...of.map((one) => row(one, symbol))))]
      }))
      show(node, found.length > 0)
      mark(marked)
    },
  }

  function row(one, symbol) {
    const about = [one.description, one.model].filter(Boolean).join(' · ')
    const button = el('button', { type: 'button', class: 'scenario offer', testid: `offer-${one.kind}-${one.id}`, title: about, onclick: () => choose(one) },
      icon(symbol), el('span', { dir: 'auto' }, one.name), about && el('span', { class: 'about' }, about))
    buttons.set(`${one.kind}/${one.id}`, button)
    return el('li', {}, button)
  }
}
