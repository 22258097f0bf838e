/** The empty conversation: what to try on this page or, once connected, which backend it talks to. */
import { el, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'

const KINDS = { team: 'A team', agent: 'An agent', workflow: 'A workflow', url: 'A custom route' }

export function createWelcome({ featureCards, scenarios, play }) {
  const tour = el('div', {},
    el('h2', { class: 'welcome-title' }, 'What really happens in a streaming answer'),
    el('p', {}, 'Recorded AgentOS streams, and live runs that hit real rate limits, handled by the same package that your chat page would use. ' +
      'Nothing leaves this page unless you connect your own AgentOS.'),
    featureCards,
    el('h3', {}, 'Or start with the basics'),
    el('ul', { class: 'basics' }, ...scenarios.map((scenario) =>
      el('li', {}, el('button', { type: 'button', class: 'basic', title: scenario.description, onclick: () => play(scenario) }, icon('run'), scenario.title)))))
  const connected = el('div', { class: 'connected', testid: 'connected', hidden: true })
  return {
    node: el('div', { class: 'welcome' }, tour, connected),
    /** `live`: the connected backend (app.js), or null in a replay. `backend`: the demo's own. */
    describe(live, backend) {
      show(tour, live === null)
      show(connected, live !== null)
      if (live === null) return
      const { target, scenario } = live
      const first = scenario?.sends[0]?.says
      connected.replaceChildren(
        el('h2', { class: 'welcome-title' }, icon('check'), 'You are connected'),
        el('p', {}, scenario ? `To the scripted team “${target.name}” on ${backend.name}.` : `${KINDS[target.kind]}, “${target.name}”, at ${target.endpoint}.`),
        el('p', {}, scenario && !first ? 'Write anything below. The team is a script: it answers every message, but it is no model.'
          : scenario ? 'Write something below, or send this scenario’s own message.'
          : 'Write something below. It goes straight from this page to your server, and nothing of it is stored here.'),
        ...(first ? [el('button', { type: 'button', class: 'primary', testid: 'send-first', onclick: () => play(scenario) }, icon('send'), `Send “${first}”`)] : []))
    },
  }
}
