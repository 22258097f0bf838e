/** What this page can do, each a click away: the cards of the empty conversation, and the links over the scenarios. */
import { recordingOf } from '../vendor/ai-stream-handler-replay.js'
import { openCharts } from '../chart/time-chart.js'
import { el } from '../ui/dom.js'
import { icon } from '../ui/icons.js'
import { loadStream } from '../replay/scenario-list.js'

const RECORDED = 'seedroute_later_text_and_tool_then_429_then_ok'

/** `named(isLive, name)`: a scenario. `chaos(kind)`: chooses it. `replay(recording, title)`: opens it. `connect()`: to where an AgentOS is named. */
export function createTour({ play, named, chaos, replay, connect }) {
  const stops = [
    { id: 'retry', symbol: 'retry', title: 'Wait out a rate limit', text: 'A real HTTP 429: a countdown, the reason, “Retry now” or “Cancel”, and the answer after all.', run: () => play(named(true, 'page-retries')) },
    { id: 'chaos', symbol: 'alert', title: 'Break a stream', text: 'The connection drops twice in mid-answer. See which promise that tests, and whether it held.', run: () => { chaos('drop'); play(named(true, 'survives')) } },
    { id: 'time', symbol: 'step', title: 'See where the time went', text: 'Two agents at work: each model request, tool call and wait is a bar on a timeline.', run: () => { openCharts(); play(named(false, 'scripted_parallel_members')) } },
    { id: 'replay', symbol: 'stepOn', title: 'Replay a run frame by frame', text: 'Scrub through a recording: chat, status, timeline and the raw frame at every moment. Drop a file of your own.', run: openOne },
    { id: 'compare', symbol: 'compare', title: 'Compare with the usual way', text: 'The same bytes through both parsers. Watch what the other one loses.', href: './compare.html' },
    { id: 'connect', symbol: 'plug', title: 'Connect to your AgentOS', text: 'Its agents, teams and workflows, its sessions, and forms for runs that pause.', run: connect },
  ]

  async function openOne() {
    const scenario = named(false, RECORDED)
    const { bytes, chunks } = await loadStream(scenario)
    replay(recordingOf({ bytes, chunks, message: scenario.says }), scenario.title)
  }

  const link = (tag, props, symbol, text) => el(tag, { class: 'side-link', ...props }, icon(symbol), text)
  return {
    cards: el('ul', { class: 'cards', 'aria-label': 'What to try' }, ...stops.map(({ id, symbol, title, text, href, run }) =>
      el('li', {}, el(href ? 'a' : 'button', { class: 'card', testid: `tour-${id}`, ...(href ? { href } : { type: 'button', onclick: run }) },
        el('strong', {}, icon(symbol), title), el('span', {}, text))))),
    links: el('div', { class: 'side-links' },
      link('a', { href: './compare.html', testid: 'to-compare' }, 'compare', 'Side-by-side comparison'),
      link('button', { type: 'button', testid: 'to-connect', onclick: connect }, 'plug', 'Connect to your AgentOS')),
  }
}
