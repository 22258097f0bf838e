/** The bar over the conversation: what is being shown, and in a replay its pace, its chunks, and "again". */
import { el, setText, show } from '../ui/dom.js'
import { icon } from '../ui/icons.js'
import { CHUNKS, PACES } from '../replay/chunking.js'

export function createStage({ wire, chaos, setPace, setChunks, again }) {
  const title = el('h1')
  const description = el('p', { class: 'stage-description' })
  const source = el('p', { class: 'stage-source' })
  const speed = select('speed', PACES, setPace)
  const chunks = select('chunks', CHUNKS, setChunks)
  const againLabel = el('span')
  const replay = el('button', { type: 'button', class: 'quiet', testid: 'replay', onclick: again }, icon('replay'), againLabel)
  const settings = [el('label', {}, el('span', {}, 'Speed'), speed), el('label', {}, el('span', {}, 'Chunks'), chunks)]
  const controls = el('div', { class: 'controls' }, ...settings, chaos, replay)
  const node = el('div', { class: 'stage' }, el('div', { class: 'stage-text' }, title, description, source), el('div', { class: 'stage-tools' }, wire, controls))
  return {
    node,
    set(values) {
      choose(speed, values.speed)
      choose(chunks, values.chunks)
    },
    /** `again`: what the button that does it once more says; none without. `paced`: whether there is a pace to choose. */
    update({ heading, text, origin, again, paced }) {
      setText(title, heading)
      setText(description, text)
      setText(source, origin ?? '')
      show(source, Boolean(origin))
      setText(againLabel, again ?? '')
      show(replay, Boolean(again))
      for (const setting of settings) show(setting, paced)
      show(controls, Boolean(again) || paced)
    },
  }
}

function select(testid, options, change) {
  const node = el('select', { testid }, ...options.map(([value, label]) => el('option', { value }, label)))
  node.addEventListener('change', () => change(node.value))
  return node
}

/** A link may name a speed or a size that is not on the list; it then joins the list. */
function choose(node, value) {
  if (![...node.options].some((option) => option.value === value)) node.append(el('option', { value }, value))
  node.value = value
}
