/** The bar above the conversation: what is shown; in a replay also speed, chunk size and the replay button. */
import { el, setText, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'
import { CHUNKS, PACES } from '../replay/chunking.js'

export function createToolbar({ networkSwitches, chaosSelect, setPace, setChunks, replay }) {
  const title = el('h1')
  const description = el('p', { class: 'toolbar-description' })
  const source = el('p', { class: 'toolbar-source' })
  const speed = select('speed', PACES, setPace)
  const chunks = select('chunks', CHUNKS, setChunks)
  const replayLabel = el('span')
  const replayButton = el('button', { type: 'button', class: 'small', testid: 'replay', onclick: replay }, icon('replay'), replayLabel)
  const settings = [el('label', {}, el('span', {}, 'Speed'), speed), el('label', {}, el('span', {}, 'Chunks'), chunks)]
  const controls = el('div', { class: 'controls' }, ...settings, chaosSelect, replayButton)
  const node = el('div', { class: 'toolbar' }, el('div', { class: 'toolbar-text' }, title, description, source), el('div', { class: 'toolbar-tools' }, networkSwitches, controls))
  return {
    node,
    set(values) {
      choose(speed, values.speed)
      choose(chunks, values.chunks)
    },
    /** `replayText`: the label of the replay button, which is hidden without one. `paced`: whether speed and chunk size apply. */
    update({ heading, text, origin, replayText, paced, isEmpty = false }) {
      node.toggleAttribute('data-empty', isEmpty)
      setText(title, heading)
      setText(description, text)
      setText(source, origin ?? '')
      show(source, Boolean(origin))
      setText(replayLabel, replayText ?? '')
      show(replayButton, Boolean(replayText))
      for (const setting of settings) show(setting, paced)
      show(controls, Boolean(replayText) || paced)
    },
  }
}

function select(testid, options, change) {
  const node = el('select', { testid }, ...options.map(([value, label]) => el('option', { value }, label)))
  node.addEventListener('change', () => change(node.value))
  return node
}

/** A URL may name a value that is not an option; it is then added. */
function choose(node, value) {
  if (![...node.options].some((option) => option.value === value)) node.append(el('option', { value }, value))
  node.value = value
}
