/** What an empty conversation shows: what this page is, and the four scenarios of the mission to start with. */
import { el } from './dom.js'

export function createWelcome(scenarios, play) {
  return el('div', { class: 'welcome' },
    el('p', { class: 'welcome-title' }, 'See what a stream says'),
    el('p', {}, 'Each scenario replays the bytes a real AgentOS sent, through the same package a chat page would use. ' +
      'Pick one, change its speed, or cut its bytes into other pieces: the result stays the same. The live ones run now, and retry for real.'),
    el('ul', { class: 'cards' }, ...scenarios.map((scenario) =>
      el('li', {}, el('button', { type: 'button', class: 'card', onclick: () => play(scenario) },
        el('strong', {}, scenario.title), el('span', {}, scenario.description))))))
}
