/** The page that counts blocks: the same long answer drawn block by block and as a whole, and what each way costs this browser. */
import { renderMarkdown } from '../../ui/markdown.js'
import { el, setText } from '../../ui/dom.js'
import { icon } from '../../ui/icons.js'
import { createPageHeader } from '../../ui/page-header.js'
import { costOf, ms } from '../cost.js'
import { createRace } from '../race.js'
import { frames } from './answer.js'
import { createBlocksPanel } from './panel.js'

const SPEEDS = [['30', '30 tokens a second'], ['100', '100 tokens a second'], ['400', '400 tokens a second']]
const stream = frames()
const bytes = { length: stream.reduce((sum, { length }) => sum + length, 0) }

const panels = [
  createBlocksPanel('ours', 'Block by block', 'Draws only the blocks of message.blocks that have changed.', byBlocks()),
  createBlocksPanel('usual', 'The plain way', 'Draws the whole text again whenever it has grown, as most chat pages do.', asAWhole()),
]
const race = createRace({ panels, onChange: drawFigures })
const speed = el('select', { testid: 'blocks-speed' }, ...SPEEDS.map(([value, label]) => el('option', { value }, label)))
const again = el('button', { type: 'button', class: 'primary', testid: 'blocks-again', onclick: start }, icon('replay'), 'Run again')
const state = el('p', { class: 'compare-state', role: 'status', testid: 'blocks-state' })
const cost = el('p', { class: 'compare-cost', testid: 'blocks-verdict' })
const figures = el('tbody')
let runs = 0

/** Rows of the table: name, figure, format. */
const ROWS = [
  ['Blocks drawn by the last token', 'drawn', (value, { blocks }) => `${value} of ${blocks}`],
  ['Blocks drawn in all', 'drawnInAll', (value) => value.toLocaleString()],
  ['Main thread in all', 'work', ms],
  ['Longest work in one frame', 'longest', ms],
  ['Frames over 16.7 ms', 'late', String],
]

document.body.append(
  createPageHeader('Blocks'),
  el('main', {},
    el('h1', {}, 'What does one more token draw?'),
    el('p', { class: 'lead' }, 'The same long answer, drawn in two ways at the same time, and measured in your browser.', el('span', {}, ' What the last token drew is highlighted.')),
    el('div', { class: 'compare-bar' }, el('label', {}, el('span', {}, 'Speed'), speed), again, state),
    el('div', { class: 'panels' }, ...panels.map(({ node }) => node)),
    cost,
    el('table', { testid: 'blocks-figures' }, el('caption', {}, 'This run in numbers'),
      el('thead', {}, el('tr', {}, el('td'), el('th', { scope: 'col' }, 'Block by block'), el('th', { scope: 'col' }, 'The plain way'))), figures),
    el('p', { class: 'legend' }, 'How it is measured: both ways get the same stream through a handler of their own, draw once per animation frame, and use the same small Markdown renderer, that of this demo. ' +
      'Counted are the scripts of each way and the layout they cause; painting is not, because the browser paints both together. Several tokens may share a frame: then they count as one. ' +
      'The answer was written for this page. A heavier renderer, as most pages have, makes the difference larger; a short answer makes it vanish.')))
document.getElementById('loading').remove()
speed.value = '100'
speed.addEventListener('change', start)
addEventListener('resize', () => panels.forEach((panel) => panel.redraw()))
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => panels.forEach((panel) => panel.redraw()))
start()

async function start() {
  const run = ++runs
  setText(state, 'Streaming…')
  setText(cost, '')
  state.dataset.done = false
  await race.run({ bytes, pieces: stream, duration: stream.length / Number(speed.value), every: 0 })
  if (run !== runs) return
  setText(state, `${(stream.length - 2).toLocaleString()} tokens`)
  const [ours, usual] = panels.map((panel) => panel.figures.work)
  setText(cost, costOf({ 'block by block': ours, 'the plain way': usual }))
  state.dataset.done = true
}

function drawFigures() {
  figures.replaceChildren(...ROWS.map(([name, key, format]) =>
    el('tr', {}, el('th', { scope: 'row' }, name), ...panels.map(({ figures }) => el('td', {}, format(figures[key], figures))))))
}

function byBlocks() {
  let drawn = []
  return {
    forget: () => (drawn = []),
    draw(box, { blocks }) {
      const changed = []
      blocks.forEach((block, at) => {
        if (drawn[at] === block) return
        drawn[at] = block
        const node = box.children[at] ?? box.appendChild(el('div', { class: 'block' }))
        node.replaceChildren(...renderMarkdown(block.text))
        changed.push(node)
      })
      drawn.length = blocks.length
      while (box.children.length > blocks.length) box.lastChild.remove()
      return changed
    },
  }
}

function asAWhole() {
  return {
    forget() {},
    draw(box, { content }) {
      box.replaceChildren(...renderMarkdown(content))
      return [...box.children]
    },
  }
}
