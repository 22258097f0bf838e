/** One of the two: its text, with what is wrong in it marked, and what it took. */
import { el, setText } from '../ui/dom.js'
import { count, diff } from './diff.js'
import { createSpark } from './spark.js'

/** `id`: for tests. `contender`: `{ begin, feed, end, text }`. */
export function createPanel(id, title, note, contender) {
  // What the contender itself draws, and what its work includes; the marked copy over it is not its doing.
  const plain = el('p', { class: 'panel-plain', 'aria-hidden': 'true' })
  const text = el('p', { class: 'panel-text', testid: `${id}-text`, dir: 'auto' })
  const verdict = el('p', { class: 'panel-verdict', testid: `${id}-verdict` })
  const spark = createSpark(title)
  const cost = el('p', { class: 'panel-cost', testid: `${id}-cost` })
  const node = el('section', { class: 'panel', 'aria-label': title, testid: id },
    el('header', {}, el('h2', {}, title), verdict), el('p', { class: 'panel-note' }, note),
    el('div', { class: 'panel-box' }, text, plain), el('div', { class: 'panel-spark' }, spark.node), cost)
  let drawn

  const panel = {
    node,
    figures: null,
    begin() {
      panel.figures = { lost: 0, extra: 0, mostLost: 0, mostExtra: 0, wrongFor: 0, longest: 0, work: 0, late: 0 }
      drawn = undefined
      spark.reset()
      contender.begin()
      plain.textContent = ''
      panel.judge('', 0)
    },
    /** Its turn in a frame: takes what is due, and draws it. Milliseconds. */
    work(chunks, isEnd) {
      const began = performance.now()
      for (const chunk of chunks) contender.feed(chunk)
      if (isEnd) contender.end()
      setText(plain, contender.text())
      const ms = performance.now() - began
      const { figures } = panel
      spark.add(ms)
      figures.work += ms
      figures.longest = Math.max(figures.longest, ms)
      if (ms > 1000 / 60) figures.late++
    },
    /** Compares what is shown with what should be; `seconds` went by since the last time. */
    judge(wanted, seconds) {
      const { figures } = panel
      const shown = contender.text()
      const key = `${shown}\0${wanted}`
      if (key !== drawn) {
        drawn = key
        const parts = diff(shown, wanted)
        figures.lost = count(parts, 'lost')
        figures.extra = count(parts, 'extra')
        figures.mostLost = Math.max(figures.mostLost, figures.lost)
        figures.mostExtra = Math.max(figures.mostExtra, figures.extra)
        text.replaceChildren(...parts.map(marked))
        setText(verdict, wordsOf(figures))
        verdict.dataset.wrong = figures.lost + figures.extra > 0
      }
      if (figures.lost + figures.extra > 0) figures.wrongFor += seconds
      setText(cost, `longest ${ms(figures.longest)} · ${ms(figures.work)} in all`)
      spark.draw()
    },
    conclude() {
      spark.describe(`the longest frame took ${ms(panel.figures.longest)}, all of them ${ms(panel.figures.work)}, ${panel.figures.late} were late`)
    },
    redraw: () => spark.draw(),
  }
  return panel
}

export function ms(value) {
  return value < 10 ? `${value.toFixed(1)} ms` : value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`
}

function wordsOf({ lost, extra }) {
  const parts = [lost > 0 && `${lost} lost`, extra > 0 && `${extra} extra`].filter(Boolean)
  return parts.join(', ') || 'correct'
}

const TITLES = { lost: 'lost', extra: 'should not be here' }

function marked({ kind, text }) {
  if (kind === 'same') return document.createTextNode(text)
  // A space that is lost has to be seen, too.
  return el('mark', { class: kind, title: TITLES[kind] }, kind === 'lost' ? text.replaceAll(' ', '␣').replaceAll('\n', '⏎\n') : text)
}
