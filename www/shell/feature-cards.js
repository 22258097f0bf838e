/** What this page can do: the cards in the empty conversation, and the links above the scenarios. */
import { el } from '../ui/dom.js'
import { icon } from '../ui/icons.js'

/** `actions`: what a click on each card does, by the card's id. `docs`: the address of the documentation, if it is beside this page. */
export function createFeatureCards(actions, docs) {
  const features = [
    { id: 'retry', symbol: 'retry', title: 'Wait out a rate limit', text: 'A real HTTP 429: the countdown, its cause, and then the answer.' },
    { id: 'chaos', symbol: 'alert', title: 'Break a stream', text: 'The connection drops twice in mid-answer. See whether the guarantee held.' },
    { id: 'time', symbol: 'step', title: 'See where the time went', text: 'Two agents at work: each request, tool call and wait as a bar.' },
    { id: 'replay', symbol: 'stepOn', title: 'Replay a run frame by frame', text: 'Chat, timeline and raw frame at any moment. Or drop a recording of your own.' },
    { id: 'compare', symbol: 'compare', title: 'Compare with the usual way', text: 'The same bytes through both. Watch what the usual way loses.', href: './compare.html' },
    { id: 'blocks', symbol: 'blocks', title: 'Count what a token draws', text: 'A long answer block by block and the plain way, timed in your browser.', href: './blocks.html' },
    { id: 'refusal', symbol: 'text', title: 'Read a refusal', text: 'Paste what a provider said: its kind, the wait, what your user reads.', href: './refusal.html' },
    { id: 'connect', symbol: 'plug', title: 'Connect to your AgentOS', text: 'Your agents, teams and workflows, their sessions, and runs that wait for you.' },
  ]

  const link = (tag, props, symbol, text) => el(tag, { class: 'side-link', ...props }, icon(symbol), text)
  return {
    cards: el('ul', { class: 'cards', 'aria-label': 'What to try' }, ...features.map(({ id, symbol, title, text, href }) =>
      el('li', {}, el(href ? 'a' : 'button', { class: 'card', testid: `tour-${id}`, ...(href ? { href } : { type: 'button', onclick: actions[id] }) },
        el('strong', {}, icon(symbol), title), el('span', {}, text))))),
    links: el('div', { class: 'side-links' },
      link('a', { href: './compare.html', testid: 'to-compare' }, 'compare', 'Side-by-side comparison'),
      link('a', { href: './blocks.html', testid: 'to-blocks' }, 'blocks', 'What a token draws'),
      link('a', { href: './refusal.html', testid: 'to-refusal' }, 'alert', 'Read a refusal'),
      ...(docs ? [link('a', { href: docs, testid: 'to-docs' }, 'text', 'Documentation')] : [])),
  }
}
