/** The list of scenarios, and loading the stream of one. */
import { el } from '../ui/dom.js'
import { icon } from '../ui/icons.js'
import { writeScripted } from './scripted-streams.js'

export async function loadCatalog() {
  const answer = await fetch('./recordings/index.json')
  if (!answer.ok) throw new Error(`recordings/index.json: HTTP ${answer.status}`)
  return (await answer.json()).groups
}

/** Resolves with `{ bytes, chunks, … }`, as chunking.js expects. `part` names a later connection of the same run. */
export async function loadStream(scenario, part = scenario.name) {
  if (scenario.scripted) return writeScripted(scenario.name)
  const [metadata, body] = await Promise.all([fetch(`./recordings/${part}.json`), fetch(`./recordings/${part}.sse`)])
  if (!metadata.ok || !body.ok) throw new Error(`The recording ${part} could not be loaded.`)
  return { ...(await metadata.json()), bytes: new Uint8Array(await body.arrayBuffer()) }
}

export function createScenarioList(groups, play) {
  const buttons = new Map()
  const node = el('nav', { class: 'scenarios', 'aria-label': 'Scenarios' }, ...groups.map((group, index) =>
    el('section', { 'aria-labelledby': `group-${index}`, 'data-live': group.scenarios.some(({ live }) => live) },
      el('h2', { id: `group-${index}` }, group.title),
      group.note && el('p', { class: 'group-note' }, group.note),
      el('ul', {}, ...group.scenarios.map(row)))))

  function row(scenario) {
    const button = el('button', { type: 'button', class: 'scenario', testid: `${scenario.live ? 'live' : 'scenario'}-${scenario.name}`, title: scenario.description, onclick: () => play(scenario) },
      icon('run'), el('span', {}, scenario.title))
    buttons.set(scenario.name, button)
    return el('li', {}, button)
  }

  return {
    node,
    markCurrent(name) {
      for (const [key, button] of buttons) {
        if (key === name) {
          button.setAttribute('aria-current', 'true')
          button.scrollIntoView({ block: 'nearest' })
        } else button.removeAttribute('aria-current')
      }
    },
  }
}
