/** The empty conversation: what this page is, what to try, and the four basic scenarios. */
import { el } from '../ui/dom.js'
import { icon } from '../ui/icons.js'

export function createWelcome({ featureCards, scenarios, play }) {
  return el('div', { class: 'welcome' },
    el('h2', { class: 'welcome-title' }, 'What really happens in a streaming answer'),
    el('p', {}, 'Recorded AgentOS streams, and live runs that hit real rate limits, handled by the same package that your chat page would use. ' +
      'Nothing leaves this page unless you connect your own AgentOS.'),
    featureCards,
    el('h3', {}, 'Or start with the basics'),
    el('ul', { class: 'basics' }, ...scenarios.map((scenario) =>
      el('li', {}, el('button', { type: 'button', class: 'basic', title: scenario.description, onclick: () => play(scenario) }, icon('run'), scenario.title)))))
}
